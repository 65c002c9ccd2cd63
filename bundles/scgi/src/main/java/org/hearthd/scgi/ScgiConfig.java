package org.hearthd.scgi;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;

/** Configuration of one SCGI handler, factory PID {@code org.hearthd.scgi}. */
@ObjectClassDefinition(name = "Hearth SCGI handler", description = "Passes requests on to SCGI servers; file org.hearthd.scgi-NAME.cfg")
@interface ScgiConfig {
    // @formatter:off (one line for the text, one for the rest)
    @AttributeDefinition(
            description = "The handler's name for routes, e.g. blog; empty = the NAME of the configuration",
            required = false)
    String handler() default "";

    @AttributeDefinition(
            description = "Path prefixes that this handler brings along as routes, separated by commas, e.g. /blog; empty = none",
            required = false)
    String path() default "";

    @AttributeDefinition(
            description = "Where the servers listen: unix:PATH or [HOST:]PORT, separated by commas, tried in this order; IPv6 in "
                    + "brackets, PORT may be a name of /etc/services, e.g. unix:/run/blog.sock, [::1]:4000; "
                    + "none in mode anonymous, exactly one in modes launching and mixed",
            required = false)
    String address() default "";

    @AttributeDefinition(
            description = "Who starts the servers: client = somebody else; anonymous = this handler, with a private listening socket as "
                    + "the program's standard input; launching = this handler if nobody listens, with a socket listening at the address "
                    + "as standard input; mixed = this handler if nobody listens, and the program itself listens at the address",
            options = {@Option("client"), @Option("anonymous"), @Option("launching"), @Option("mixed")},
            required = false)
    String mode() default "client";

    @AttributeDefinition(
            description = "Program and arguments, separated by white space, quoted with '...' or \"...\", e.g. uwsgi "
                    + "--protocol scgi --socket-fd 0 --wsgi-file /srv/blog.py; only in modes that start one",
            required = false)
    String[] command() default {};

    @AttributeDefinition(
            description = "Directory the program runs in, e.g. /srv/blog; empty = that of the runtime",
            required = false)
    String directory() default "";

    @AttributeDefinition(
            description = "Variables of the program as words NAME=VALUE; a word -NAME removes one; e.g. LANG=C.UTF-8 -DEBUG",
            required = false)
    String[] environment() default {};

    @AttributeDefinition(
            description = "Whether the program's environment begins with that of the runtime; true or false",
            required = false)
    boolean environment_inherit() default true;

    @AttributeDefinition(
            description = "Where the program's standard output goes: inherit, null or log; empty = log in mode anonymous, else inherit, "
                    + "because a program that survives the runtime can not log through it",
            required = false)
    String stdout() default "";

    @AttributeDefinition(
            description = "Where the program's standard error goes: inherit, null or log; empty = as for stdout",
            required = false)
    String stderr() default "";

    @AttributeDefinition(
            description = "Whether the program leads a session of its own, out of reach of a terminal's signals; needs setsid(1); "
                    + "true or false",
            required = false)
    boolean session() default true;

    @AttributeDefinition(
            description = "Directory for the socket of mode anonymous, at most 87 bytes, e.g. /run/hearth; empty = one of this"
                    + " handler's own",
            required = false)
    String socket_directory() default "";

    @AttributeDefinition(
            description = "How often a request tries again while it can not connect, in modes launching and mixed after a start,"
                    + " e.g. 5; at least 1 in mode mixed",
            required = false)
    int retries() default 0;

    @AttributeDefinition(
            description = "Time in milliseconds before each of these attempts, e.g. 1000",
            required = false)
    long retry_delay_ms() default 1000;

    @AttributeDefinition(
            description = "First pause in milliseconds before a program is started again that has ended without an answer, e.g. 100; "
                    + "it doubles each time",
            required = false)
    long restart_delay_min_ms() default 100;

    @AttributeDefinition(
            description = "Longest pause in milliseconds before a program is started again, e.g. 30000",
            required = false)
    long restart_delay_max_ms() default 30_000;

    @AttributeDefinition(
            description = "Time in milliseconds after which a program counts as good even if it has answered nothing, e.g. 10000",
            required = false)
    long restart_good_ms() default 10_000;

    @AttributeDefinition(
            description = "Time in milliseconds from SIGTERM to SIGKILL when the program of mode anonymous is ended, e.g. 5000",
            required = false)
    long end_term_ms() default 5000;

    @AttributeDefinition(
            description = "Whether the runtime ends with status 1 if no connection was possible before the first one; true or false",
            required = false)
    boolean essential() default false;

    @AttributeDefinition(
            description = "Whose variables to send: callscgi, nginx or apache, e.g. callscgi",
            options = {@Option("callscgi"), @Option("nginx"), @Option("apache")},
            required = false)
    String convention() default "callscgi";

    @AttributeDefinition(
            description = "SERVER_NAME, e.g. www.example.org; empty = from the Host header",
            required = false)
    String server_name() default "";

    @AttributeDefinition(
            description = "More variables, NAME=VALUE, separated by semicolons; they replace computed ones of the same name, "
                    + "e.g. DOCUMENT_ROOT=/srv/www; APP_MODE=live",
            required = false)
    String variables() default "";

    @AttributeDefinition(
            description = "Request headers that are not passed on, separated by commas, e.g. Authorization",
            required = false)
    String hide_request_headers() default "";

    @AttributeDefinition(
            description = "Response headers that are not passed on, separated by commas, e.g. X-Powered-By",
            required = false)
    String hide_response_headers() default "X-Sendfile, X-LIGHTTPD-send-file, X-Accel-Redirect";

    @AttributeDefinition(
            description = "Whether every request body is read to its end before a server is connected to, so that slow uploads do "
                    + "not hold one up; true or false. Bodies of unknown length always are.",
            required = false)
    boolean buffer_body() default false;

    @AttributeDefinition(
            description = "The longest request body in bytes, e.g. 10485760; longer ones get 413; 0 = unlimited",
            required = false)
    long max_body_bytes() default 1L << 30;

    @AttributeDefinition(
            description = "How much of a body that is read to its end first is kept in memory, in bytes, e.g. 65536; more goes to a "
                    + "temporary file",
            required = false)
    int memory_body_bytes() default 65_536;

    @AttributeDefinition(
            description = "The longest head of an answer in bytes, e.g. 131072; longer ones are a 502",
            required = false)
    int max_response_head_bytes() default 131_072;

    @AttributeDefinition(
            description = "Connections to the servers at the same time, e.g. 200; more requests wait",
            required = false)
    int max_connections() default 10_000;

    @AttributeDefinition(
            description = "Requests that may wait for a connection, e.g. 1000; more get 503",
            required = false)
    int queue_max() default 1000;

    @AttributeDefinition(
            description = "Time in milliseconds a request may wait for a connection, e.g. 10000; then 503",
            required = false)
    long queue_timeout_ms() default 10_000;

    @AttributeDefinition(
            description = "Time in milliseconds for one attempt to connect, the look-up of the name included, e.g. 5000; then the"
                    + " next address, at last 504",
            required = false)
    int connect_timeout_ms() default 5000;

    @AttributeDefinition(
            description = "Time in milliseconds in which a server must take some of the request, e.g. 60000; then 504",
            required = false)
    long send_timeout_ms() default 60_000;

    @AttributeDefinition(
            description = "Time in milliseconds between two pieces of a request body from the client, e.g. 60000; then 408",
            required = false)
    long body_timeout_ms() default 60_000;

    @AttributeDefinition(
            description = "Time in milliseconds from the end of the request to the first byte of the answer, e.g. 60000; then 504",
            required = false)
    long first_byte_timeout_ms() default 60_000;

    @AttributeDefinition(
            description = "Time in milliseconds between two pieces of an answer, e.g. 60000; then it is broken off",
            required = false)
    long idle_timeout_ms() default 60_000;

    @AttributeDefinition(
            description = "Time in milliseconds for which an address that failed is tried after the others, e.g. 10000",
            required = false)
    long fail_timeout_ms() default 10_000;

    @AttributeDefinition(
            description = "Whether the server sees the end of the connection's input behind the request; false for a server that takes "
                    + "this for a client that went away; true or false",
            required = false)
    boolean half_close() default true;

    @AttributeDefinition(
            description = "Time in milliseconds that a server which is silent after the request gets before it sees the end of the input, "
                    + "e.g. 50; 0 = at once. Most servers answer without it, and then close the connection first",
            required = false)
    long half_close_delay_ms() default 50;

    @AttributeDefinition(
            description = "Whether the server's connection is closed at once when the client hangs up; true or false",
            required = false)
    boolean cancel_when_gone() default true;

    @AttributeDefinition(
            description = "Time in milliseconds that requests in progress get when this handler stops or a change replaces its"
                    + " program, e.g. 10000",
            required = false)
    long drain_timeout_ms() default 10_000;
    // @formatter:on
}
