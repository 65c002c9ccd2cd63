package org.hearthd.htpipe.client;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** Configuration of one client, factory PID {@code org.hearthd.htpipe.client}. */
@ObjectClassDefinition(name = "Hearth htpipe client", description = "Forwards to a named socket; file org.hearthd.htpipe.client-NAME.cfg")
@interface HtpipeClientConfig {
    // @formatter:off (one line for the text, one for the rest)
    @AttributeDefinition(
            description = "The handler's name for routes and sources, e.g. blog; empty = the NAME of the file",
            required = false)
    String handler() default "";

    @AttributeDefinition(description = "The socket of the server: PATH or unix:PATH, at most 107 bytes, e.g. /run/hearth/blog.sock")
    String address();

    @AttributeDefinition(
            description = "Requests that wait at most while the server is away or busy, e.g. 1000; more get 503; 0 = none waits",
            required = false)
    int waiting_max() default 1000;

    @AttributeDefinition(
            description = "Time in milliseconds a request waits at most, e.g. 10000; then 503",
            required = false)
    long wait_timeout_ms() default 10_000;

    @AttributeDefinition(
            description = "The longest datagram in bytes that the server takes, e.g. 65536 where programs in C are behind it, at most"
                    + " 212960; longer requests get 414 or 431",
            required = false)
    int datagram_limit() default 65_536;

    @AttributeDefinition(
            description = "Time in milliseconds before the second attempt to connect, doubled with each, e.g. 5",
            required = false)
    long reconnect_min_ms() default 5;

    @AttributeDefinition(
            description = "Time in milliseconds between two attempts to connect at most, e.g. 50",
            required = false)
    long reconnect_max_ms() default 50;
    // @formatter:on
}
