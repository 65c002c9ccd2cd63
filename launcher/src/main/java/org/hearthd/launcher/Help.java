package org.hearthd.launcher;

/** The help text; hearth(1) says more. */
final class Help {
    static final String TEXT = """
            usage: hearth run   [--port N] [--home DIR] [--notification-fd N] [--verbose]
                   hearth serve [the same options]
                   hearth check [DIR] [--home DIR]
                   hearth ctl   [--home DIR] [--json] COMMAND...
                   hearth load  [--url URL]... [--rate N] [--connections N] [--for SECONDS] [--port N] [--home DIR]
                   hearth --help | --version

            run      start the runtime in the foreground and say where things are
            serve    the same without a word on stdout, for units and supervisors
            check    check every file of HOME/config, or of DIR, without starting a listener
            ctl      ask or tell the running runtime: hearth ctl help lists the commands; --json: the answer is for a program
            load     ask a running runtime at a steady rate, say who answered, and count every request; 0 only if none failed

              --port N              the port of ${hearth.port} in configuration files (8080; 0 = a free one)
              --home DIR            HOME: handler jars in DIR/deploy, configuration in DIR/config (./hearth-home)
              --notification-fd N   write a newline to descriptor N when ready, and close it
              --verbose             log more

              --url URL             what load asks, in turn; all of one server (http://127.0.0.1:PORT/hello)
              --rate N              requests in a second, planned before: a wait counts from the planned time (1000)
              --connections N       connections, kept (32)
              --for SECONDS         how long; SIGINT ends it before, with the verdict (12)

            The first start creates HOME with a demo handler and commented configuration files. NOTIFY_SOCKET, LISTEN_FDS and
            LISTEN_FDNAMES are understood. SIGTERM, SIGINT and SIGHUP stop accepting, finish what runs and exit 0; a second one
            ends now. HEARTH_OPTS adds options for the Java virtual machine. Logs go to stderr.

            Exit codes: 0 ok, 1 the operation failed, 100 usage, 111 a system call failed.
            """;

    private Help() {}
}
