package org.hearthd.process;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What to start and how; never modified.
 *
 * @param name what it is called in the log, e.g. {@code handler blog}
 * @param command the program and its arguments. A name without a slash is searched in the PATH of the child's environment; the program
 *        finds the path as its argument 0
 * @param directory where it runs; null: where the runtime runs
 * @param environment its environment
 * @param stdout its standard output
 * @param stderr its standard error
 * @param session whether it leads a session and process group of its own, so that signals from a terminal to the runtime's group do not
 *        reach it (setsid(1) is needed)
 * @param survives whether it is left running when the runtime ends in order
 */
public record Program(String name, List<String> command, Path directory, Environment environment, Output stdout, Output stderr,
        boolean session, boolean survives) {
    /**
     * Checks and copies.
     *
     * @throws IllegalArgumentException if there is no command, or the program survives and its output goes through the runtime
     */
    public Program {
        command = List.copyOf(command);
        if (command.isEmpty() || command.get(0).isEmpty()) {
            throw new IllegalArgumentException(name + " has no command");
        }
        if (survives && (stdout == Output.LOG || stderr == Output.LOG)) {
            throw new IllegalArgumentException(
                    name + " survives the runtime, so its output can not go through the runtime's log");
        }
    }

    /** A program that logs all its output, in the runtime's directory and environment, and ends with the runtime. */
    public static Program of(String name, List<String> command) {
        return new Program(name, command, null, Environment.SAME, Output.LOG, Output.LOG, false, false);
    }

    /** The same program, called otherwise in the log. */
    public Program withName(String other) {
        return new Program(other, command, directory, environment, stdout, stderr, session, survives);
    }

    /** The same program with another command. */
    Program withCommand(List<String> other) {
        return new Program(name, other, directory, environment, stdout, stderr, session, survives);
    }

    /** The same program with further arguments at the end. */
    public Program withArguments(Collection<String> more) {
        List<String> all = new ArrayList<>(command);
        all.addAll(more);
        return withCommand(all);
    }

    /** The same program with that environment. */
    public Program withEnvironment(Environment other) {
        return new Program(name, command, directory, other, stdout, stderr, session, survives);
    }

    /** The same program with its output elsewhere. */
    public Program withOutput(Output newStdout, Output newStderr) {
        return new Program(name, command, directory, environment, newStdout, newStderr, session, survives);
    }

    /** The same program in that directory. */
    public Program in(Path other) {
        return new Program(name, command, other, environment, stdout, stderr, session, survives);
    }

    /** The same program in a session of its own, or not. */
    public Program withSession(boolean own) {
        return new Program(name, command, directory, environment, stdout, stderr, own, survives);
    }

    /** The same program, left running when the runtime ends, or not. */
    public Program surviving(boolean yes) {
        return new Program(name, command, directory, environment, stdout, stderr, session, yes);
    }

    /**
     * The environment of a child. What the runtime's supervisor told the runtime alone (LISTEN_FDS, LISTEN_FDNAMES, LISTEN_PID,
     * NOTIFY_SOCKET) is never passed on.
     *
     * @param inherit whether it begins with the runtime's own
     * @param changes what is set; a null value removes
     */
    public record Environment(boolean inherit, Map<String, String> changes) {
        /** The runtime's own. */
        public static final Environment SAME = new Environment(true, Map.of());

        /**
         * An environment as it is configured: words {@code NAME=VALUE}, which sets, and {@code -NAME}, which removes.
         *
         * @param configured as {@link Words#of} reads it
         * @throws IllegalArgumentException naming the word that is neither
         */
        public static Environment of(boolean inherit, String[] configured) {
            Map<String, String> changes = new HashMap<>();
            for (String word : Words.of(configured)) {
                int equals = word.indexOf('=');
                if (equals > 0) {
                    changes.put(word.substring(0, equals), word.substring(equals + 1));
                } else if (equals < 0 && word.length() > 1 && word.startsWith("-")) {
                    changes.put(word.substring(1), null);
                } else {
                    throw new IllegalArgumentException("has the word " + word + ", which is neither NAME=VALUE nor -NAME");
                }
            }
            return new Environment(inherit, changes);
        }

        /**
         * Checks and copies.
         *
         * @throws IllegalArgumentException if a name is empty or has {@code =} or NUL
         */
        public Environment {
            changes = Collections.unmodifiableMap(new TreeMap<>(changes));
            for (Map.Entry<String, String> change : changes.entrySet()) {
                String name = change.getKey();
                if (name.isEmpty() || name.indexOf('=') >= 0 || name.indexOf('\0') >= 0) {
                    throw new IllegalArgumentException("environment: '" + name + "' can not be the name of a variable");
                }
                if (change.getValue() != null && change.getValue().indexOf('\0') >= 0) {
                    throw new IllegalArgumentException("environment: the value of " + name + " has a NUL");
                }
            }
        }

        /** This environment with further changes. */
        public Environment with(Map<String, String> more) {
            Map<String, String> all = new TreeMap<>(changes);
            all.putAll(more);
            return new Environment(inherit, all);
        }

        void apply(Map<String, String> target) {
            if (!inherit) {
                target.clear();
            }
            List.of("LISTEN_FDS", "LISTEN_FDNAMES", "LISTEN_PID", "NOTIFY_SOCKET").forEach(target::remove);
            changes.forEach((name, value) -> {
                if (value == null) {
                    target.remove(name);
                } else {
                    target.put(name, value);
                }
            });
        }
    }
}
