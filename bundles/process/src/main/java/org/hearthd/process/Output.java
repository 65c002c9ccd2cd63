package org.hearthd.process;

import org.hearthd.Fd;

/** Where a child's standard output or standard error goes. */
public final class Output {
    /** To the runtime's own. */
    public static final Output INHERIT = new Output("inherit", null);
    /** To {@code /dev/null}. */
    public static final Output NULL = new Output("null", null);
    /** Line by line into the runtime's log, with the program's name; long lines are cut. */
    public static final Output LOG = new Output("log", null);

    private final String name;
    private final Fd fd;

    private Output(String name, Fd fd) {
        this.name = name;
        this.fd = fd;
    }

    /** To a descriptor, e.g. the one that is standard input too; it stays the caller's. */
    public static Output to(Fd fd) {
        return new Output("descriptor", fd);
    }

    /**
     * The output of that name in a configuration.
     *
     * @throws IllegalArgumentException if it is not {@code inherit}, {@code null} or {@code log}
     */
    public static Output named(String name) {
        return switch (name) {
            case "inherit" -> INHERIT;
            case "null" -> NULL;
            case "log" -> LOG;
            default -> throw new IllegalArgumentException(name + " is not inherit, log or null");
        };
    }

    /** The descriptor, or null. */
    Fd fd() {
        return fd;
    }

    @Override
    public String toString() {
        return name;
    }
}
