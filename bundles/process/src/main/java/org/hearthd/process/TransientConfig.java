package org.hearthd.process;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** Configuration of one transient handler. */
@ObjectClassDefinition(name = "Transient handler", description = "A handler that is a program: one process for each request (ashd(7))")
@interface TransientConfig {
    /** Its name. */
    @AttributeDefinition(required = false, description = "Name of the handler; e.g. cgi. Empty: the NAME of the file.")
    String handler() default "";

    /** The program. */
    @AttributeDefinition(description = "Program and arguments, separated by white space, quoted with '...' or \"...\"; method, URL and "
            + "rest string follow as the last three; e.g. callcgi -c.")
    String[] command();

    /** Where it runs. */
    @AttributeDefinition(required = false, description = "Directory the program runs in; e.g. /srv/cgi. Empty: that of the runtime.")
    String directory() default "";

    /** Its environment. */
    @AttributeDefinition(required = false, description = "Variables as words NAME=VALUE; a word -NAME removes one; "
            + "e.g. LANG=C.UTF-8 'TITLE=My blog' -DEBUG.")
    String[] environment() default {};

    /** Where its environment begins. */
    @AttributeDefinition(required = false, description = "Whether the environment begins with that of the runtime; e.g. false.")
    boolean environment_inherit() default true;

    /** Standard error. */
    @AttributeDefinition(required = false, description = "Where standard error goes: inherit, null or log; e.g. inherit.")
    String stderr() default "log";

    /** Whether it has a session of its own. */
    @AttributeDefinition(required = false, description = "Whether each process leads a session of its own, out of reach of a terminal's "
            + "signals; needs setsid(1); e.g. false.")
    boolean session() default true;

    /** How many run. */
    @AttributeDefinition(required = false, min = "1", max = "100000", description = "Processes that run at a time; e.g. 32.")
    int concurrency_max() default 32;

    /** How many wait. */
    @AttributeDefinition(required = false, min = "0", max = "1000000", description = "Requests that may wait for a process to end; more "
            + "get 503; e.g. 128.")
    int waiting_max() default 128;

    /** How long they wait. */
    @AttributeDefinition(required = false, min = "1", max = "3600000", description = "Time after which a waiting request gets 503, in "
            + "milliseconds; e.g. 10000.")
    long wait_timeout_ms() default 10_000;

    /** How long a process may run. */
    @AttributeDefinition(required = false, min = "0", max = "86400000", description = "Time after which a process gets SIGTERM, in "
            + "milliseconds; 0: never; e.g. 600000.")
    long run_timeout_ms() default 600_000;

    /** How long processes may take at the end. */
    @AttributeDefinition(required = false, min = "0", max = "86400000", description = "Time that processes have to finish when the runtime "
            + "ends, then SIGTERM, in milliseconds; e.g. 30000.")
    long end_eof_ms() default 30_000;

    /** How long a process may take to end after SIGTERM. */
    @AttributeDefinition(required = false, min = "0", max = "3600000", description = "Time after SIGTERM, then SIGKILL, in milliseconds; "
            + "e.g. 5000.")
    long end_term_ms() default 5_000;
}
