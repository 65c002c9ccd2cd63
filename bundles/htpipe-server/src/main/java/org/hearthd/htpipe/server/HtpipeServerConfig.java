package org.hearthd.htpipe.server;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** Configuration of one server, factory PID {@code org.hearthd.htpipe.server}. */
@ObjectClassDefinition(name = "Hearth htpipe server", description = "A named socket for requests; file org.hearthd.htpipe.server-NAME.cfg")
@interface HtpipeServerConfig {
    // @formatter:off (one line for the text, one for the rest)
    @AttributeDefinition(
            description = "The socket's name in LISTEN_FDNAMES, e.g. blog; empty = the NAME of the configuration",
            required = false)
    String name() default "";

    @AttributeDefinition(description = "Where clients connect: PATH or unix:PATH, at most 107 bytes, e.g. /run/hearth/blog.sock")
    String address();

    @AttributeDefinition(description = "Clients that may wait to be accepted, e.g. 128", required = false)
    int backlog() default 128;

    @AttributeDefinition(description = "Permission bits of the socket in octal, e.g. 0600", required = false)
    String mode() default "0600";

    @AttributeDefinition(
            description = "The socket's owner, a user's name or number, e.g. www-data; empty = who runs this process",
            required = false)
    String owner() default "";

    @AttributeDefinition(
            description = "The socket's group, a name or number, e.g. www-data; empty = the group of this process",
            required = false)
    String group() default "";

    @AttributeDefinition(
            description = "The user ids that may connect, separated by blanks, e.g. 0 33; * = all; empty = who runs this process, and 0",
            required = false)
    String peer_uids() default "";

    @AttributeDefinition(
            description = "A handler that gets every request, e.g. hello; empty = the routes decide",
            required = false)
    String handler() default "";

    @AttributeDefinition(
            description = "Requests in progress at most, e.g. 500; then the clients wait; 0 = any number",
            required = false)
    int progress_max() default 0;

    @AttributeDefinition(
            description = "Time in milliseconds that requests in progress get when this server stops, e.g. 10000",
            required = false)
    long drain_timeout_ms() default 10_000;
    // @formatter:on
}
