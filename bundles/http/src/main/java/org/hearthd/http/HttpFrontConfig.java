package org.hearthd.http;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** Configuration of one HTTP front, factory PID {@code org.hearthd.http}. */
@ObjectClassDefinition(name = "Hearth HTTP front", description = "One HTTP/1.1 front; file org.hearthd.http-NAME.cfg")
@interface HttpFrontConfig {
    // @formatter:off (one line for the text, one for the rest)
    @AttributeDefinition(
            description = "The socket's name in LISTEN_FDNAMES, e.g. main; empty = the NAME of the configuration",
            required = false)
    String name() default "";

    @AttributeDefinition(
            description = "Where clients connect: HOST:PORT (0 = a free port), *:PORT, or unix:PATH, e.g. 127.0.0.1:8080",
            required = false)
    String address() default "127.0.0.1:8080";

    @AttributeDefinition(
            description = "Clients that may wait to be accepted, e.g. 511; used when the socket is bound",
            min = "1", max = "65535", required = false)
    int backlog() default 511;

    @AttributeDefinition(
            description = "Permission bits of a Unix socket in octal, e.g. 0660; used when the socket is bound",
            required = false)
    String mode() default "0660";

    @AttributeDefinition(
            description = "A handler that gets every request, e.g. hello; empty = the routes decide",
            required = false)
    String handler() default "";

    @AttributeDefinition(
            description = "The longest URL in bytes, e.g. 8192; longer ones get 414",
            min = "1", max = "65536", required = false)
    int max_url_bytes() default 8192;

    @AttributeDefinition(
            description = "The longest request head in bytes, e.g. 32768; longer ones get 431",
            min = "64", max = "65536", required = false)
    int max_head_bytes() default 32_768;

    @AttributeDefinition(
            description = "The longest request body in bytes, e.g. 10485760; longer ones get 413; 0 = unlimited",
            min = "0", required = false)
    long max_body_bytes() default 0;

    @AttributeDefinition(
            description = "Connections at the same time, e.g. 10000; more get 503",
            min = "1", max = "1000000", required = false)
    int max_connections() default 10_000;

    @AttributeDefinition(
            description = "Time in milliseconds for a whole request head from its first byte, e.g. 15000; then 408",
            min = "1", max = "86400000", required = false)
    long header_timeout_ms() default 15_000;

    @AttributeDefinition(
            description = "Time in milliseconds an idle connection stays open, e.g. 60000",
            min = "1", max = "86400000", required = false)
    long idle_timeout_ms() default 60_000;

    @AttributeDefinition(
            description = "Time in milliseconds between two pieces of a request body, e.g. 30000; then 408",
            min = "1", max = "86400000", required = false)
    long body_timeout_ms() default 30_000;

    @AttributeDefinition(
            description = "Time in milliseconds in which a client must take some of its answer, e.g. 60000; then it is cut off",
            min = "1", max = "86400000", required = false)
    long write_timeout_ms() default 60_000;

    @AttributeDefinition(
            description = "Time in milliseconds in which the taker of a response socket must begin its answer, or take more of the "
                    + "request body, e.g. 60000; then 504; 0 = for ever",
            min = "0", max = "86400000", required = false)
    long socket_answer_timeout_ms() default 60_000;

    @AttributeDefinition(
            description = "Time in milliseconds in which nothing moves, either way, on a taken response socket whose answer has "
                    + "begun, e.g. 300000; then the client's connection is broken; 0 = for ever",
            min = "0", max = "86400000", required = false)
    long socket_idle_timeout_ms() default 300_000;

    @AttributeDefinition(
            description = "Time in milliseconds for which an idle connection stays open for one more request when this front "
                    + "stops, e.g. 1000; 0 to 60000",
            min = "0", max = "60000", required = false)
    long drain_idle_ms() default 1_000;

    @AttributeDefinition(
            description = "Time in milliseconds that requests in progress get when this front stops, e.g. 10000",
            min = "0", max = "3600000", required = false)
    long drain_timeout_ms() default 10_000;

    @AttributeDefinition(
            description = "The Server header of answers that have none, e.g. Hearth; empty = none",
            required = false)
    String server_header() default "Hearth";

    @AttributeDefinition(
            description = "A header that says which generation of which handler has answered, e.g. X-Hearth-Generation; empty = none",
            required = false)
    String generation_header() default "";
    // @formatter:on
}
