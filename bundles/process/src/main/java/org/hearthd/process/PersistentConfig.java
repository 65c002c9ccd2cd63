package org.hearthd.process;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** Configuration of one persistent handler. */
@ObjectClassDefinition(name = "Persistent handler", description = "A handler that is a program: one process gets all requests (ashd(7))")
@interface PersistentConfig {
    /** Its name. */
    @AttributeDefinition(required = false, description = "Name of the handler; e.g. blog. Empty: the NAME of the file.")
    String handler() default "";

    /** The program. */
    @AttributeDefinition(description = "Program and arguments, separated by white space, quoted with '...' or \"...\"; "
            + "e.g. patplex /etc/ashd/patplex.rc.")
    String[] command();

    /** Whether the runtime is nothing without it. */
    @AttributeDefinition(required = false, description = "Whether the runtime ends with status 1 if the program cannot be executed at "
            + "its first start; e.g. true.")
    boolean essential() default false;

    /** Where it runs. */
    @AttributeDefinition(required = false, description = "Directory the program runs in; e.g. /srv/blog. Empty: that of the runtime.")
    String directory() default "";

    /** Its environment. */
    @AttributeDefinition(required = false, description = "Variables as words NAME=VALUE; a word -NAME removes one; "
            + "e.g. LANG=C.UTF-8 'TITLE=My blog' -DEBUG.")
    String[] environment() default {};

    /** Where its environment begins. */
    @AttributeDefinition(required = false, description = "Whether the environment begins with that of the runtime; e.g. false.")
    boolean environment_inherit() default true;

    /** Standard output. */
    @AttributeDefinition(required = false, description = "Where standard output goes: inherit, null or log; e.g. null.")
    String stdout() default "log";

    /** Standard error. */
    @AttributeDefinition(required = false, description = "Where standard error goes: inherit, null or log; e.g. inherit.")
    String stderr() default "log";

    /** Whether it has a session of its own. */
    @AttributeDefinition(required = false, description = "Whether the program leads a session of its own, out of reach of a terminal's "
            + "signals; needs setsid(1); e.g. false.")
    boolean session() default true;

    /** How many wait. */
    @AttributeDefinition(required = false, min = "0", max = "1000000", description = "Requests that may wait while the program is "
            + "restarted or its queue is full; more get 503; e.g. 1000.")
    int waiting_max() default 1000;

    /** How long they wait. */
    @AttributeDefinition(required = false, min = "1", max = "3600000", description = "Time after which a waiting request gets 503, in "
            + "milliseconds; e.g. 10000.")
    long wait_timeout_ms() default 10_000;

    /** How long a datagram may be. */
    @AttributeDefinition(required = false, min = "1024", max = "212960", description = "Longest datagram the program takes, in bytes; "
            + "programs of ashd take 65536; e.g. 212960. Longer requests get 414 or 431.")
    int datagram_max_bytes() default 65_536;

    /** The first pause. */
    @AttributeDefinition(required = false, min = "1", max = "3600000", description = "Pause before the restart of a program that ended "
            + "soon after its start, in milliseconds; doubled each time; e.g. 100.")
    long restart_delay_min_ms() default 100;

    /** The longest pause. */
    @AttributeDefinition(required = false, min = "1", max = "86400000", description = "Longest pause before a restart, in milliseconds; "
            + "e.g. 30000.")
    long restart_delay_max_ms() default 30_000;

    /** What counts as a good run. */
    @AttributeDefinition(required = false, min = "1", max = "86400000", description = "A program that ran that long is restarted at once, "
            + "in milliseconds; e.g. 10000.")
    long restart_good_ms() default 10_000;

    /** How long it may take to end. */
    @AttributeDefinition(required = false, min = "0", max = "86400000", description = "Time to finish its requests after the end of file, "
            + "then SIGTERM, in milliseconds; e.g. 30000.")
    long end_eof_ms() default 30_000;

    /** How long it may take to end after SIGTERM. */
    @AttributeDefinition(required = false, min = "0", max = "3600000", description = "Time after SIGTERM, then SIGKILL, in milliseconds; "
            + "e.g. 5000.")
    long end_term_ms() default 5_000;

    /** How readiness is known. */
    @AttributeDefinition(required = false, description = "Whether the program says that it is ready, by sending one message of any "
            + "content on descriptor 0; before that it gets no requests; e.g. true. False: it is ready once it has lived for "
            + "ready.after.ms.")
    boolean ready_message() default false;

    /** What counts as ready. */
    @AttributeDefinition(required = false, min = "1", max = "3600000", description = "A program that was changed, or has failed before, "
            + "is ready for requests when it has lived that long, in milliseconds; e.g. 250. Of no effect with ready.message.")
    long ready_after_ms() default 250;

    /** How long it may take to become ready. */
    @AttributeDefinition(required = false, min = "1", max = "3600000", description = "A program that has not said within that time that it "
            + "is ready is ended, in milliseconds; e.g. 60000. Of no effect without ready.message.")
    long ready_timeout_ms() default 60_000;

    /** How long a process that was replaced may take. */
    @AttributeDefinition(required = false, min = "0", max = "86400000", description = "Time that a process has to finish its requests "
            + "after another one has taken its place, then SIGTERM, in milliseconds; e.g. 600000.")
    long drain_timeout_ms() default 600_000;
}
