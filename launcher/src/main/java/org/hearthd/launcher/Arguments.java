package org.hearthd.launcher;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/**
 * The command line.
 *
 * @param command {@code run}, {@code serve}, {@code check}, {@code help} or {@code version}
 * @param home HOME, absolute
 * @param port the port of {@code ${hearth.port}}
 * @param notificationFd the descriptor that is told of readiness, or -1
 * @param verbose whether debug records are logged
 * @param directory the directory to check, or empty
 */
record Arguments(String command, Path home, int port, int notificationFd, boolean verbose, Optional<Path> directory) {
    static final int DEFAULT_PORT = 8080;
    private static final List<String> COMMANDS = List.of("run", "serve", "check", "ctl", "load");
    private static final List<String> OPTIONS = List.of("--port", "--home", "--notification-fd", "--verbose", "--help",
            "--version");

    /** Reads a command line; refuses what it does not know with the nearest thing it knows. */
    static Arguments parse(String... line) throws LaunchException {
        return new Reader(Arrays.asList(line).iterator()).read();
    }

    /** What has been read so far. */
    private static final class Reader {
        private final Iterator<String> words;
        private String command = "";
        private Path home = Path.of("hearth-home");
        private int port = DEFAULT_PORT;
        private int notificationFd = -1;
        private boolean verbose;
        private Optional<Path> directory = Optional.empty();

        Reader(Iterator<String> words) {
            this.words = words;
        }

        Arguments read() throws LaunchException {
            while (words.hasNext()) {
                String word = words.next();
                if (word.equals("--help") || word.equals("-h") || word.equals("--version")) {
                    return result(word.equals("--version") ? "version" : "help");
                }
                if (word.startsWith("-")) {
                    option(word);
                } else if (command.isEmpty()) {
                    command = command(word);
                    if (command.equals("load")) {
                        throw usage("load is the first word; its options follow");
                    }
                } else if (command.equals("check") && directory.isEmpty()) {
                    directory = Optional.of(path(word).toAbsolutePath().normalize());
                } else {
                    throw usage("unexpected argument " + word + " after " + command);
                }
            }
            if (command.isEmpty()) {
                throw usage("no command given");
            }
            return result(command);
        }

        private Arguments result(String name) {
            return new Arguments(name, home.toAbsolutePath().normalize(), port, notificationFd, verbose, directory);
        }

        private static String command(String word) throws LaunchException {
            if (!COMMANDS.contains(word)) {
                throw usage("unknown command " + word + "; did you mean " + nearest(word, COMMANDS) + "?");
            }
            if (word.equals("ctl")) {
                throw usage("ctl must be the first word");
            }
            return word;
        }

        private void option(String word) throws LaunchException {
            int equals = word.indexOf('=');
            String name = equals < 0 ? word : word.substring(0, equals);
            Optional<String> attached = equals < 0 ? Optional.empty() : Optional.of(word.substring(equals + 1));
            switch (name) {
                case "--port" -> port = number(name, value(name, attached), 65_535);
                case "--home" -> home = path(value(name, attached));
                case "--notification-fd" -> notificationFd = number(name, value(name, attached), Integer.MAX_VALUE);
                case "--verbose" -> verbose = flag(name, attached);
                default -> throw usage("unknown option " + name + "; did you mean " + nearest(name, OPTIONS) + "?");
            }
        }

        private String value(String name, Optional<String> attached) throws LaunchException {
            if (attached.isEmpty() && !words.hasNext()) {
                throw usage("option " + name + " needs a value");
            }
            String value = attached.isPresent() ? attached.get() : words.next();
            if (value.isEmpty()) {
                throw usage("option " + name + " has an empty value");
            }
            return value;
        }
    }

    private static boolean flag(String name, Optional<String> attached) throws LaunchException {
        if (attached.isPresent()) {
            throw usage("option " + name + " takes no value");
        }
        return true;
    }

    static Path path(String text) throws LaunchException {
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            // characters that the locale of this process can not express
            throw usage("not a path in this locale (see LC_ALL): " + text);
        }
    }

    static int number(String name, String text, int max) throws LaunchException {
        if (!text.matches("[0-9]{1,9}") || Integer.parseInt(text) > max) {
            throw usage("option " + name + ": " + text + " is not a number from 0 to " + max);
        }
        return Integer.parseInt(text);
    }

    static LaunchException usage(String message) {
        return new LaunchException(LaunchException.USAGE, message + "\nTry: hearth --help");
    }

    static String nearest(String word, List<String> known) {
        return known.stream().min(Comparator.comparingInt(candidate -> distance(word, candidate))).orElseThrow();
    }

    /** Levenshtein distance. */
    private static int distance(String a, String b) {
        int[] previous = new int[b.length() + 1];
        Arrays.setAll(previous, i -> i);
        for (int i = 1; i <= a.length(); i++) {
            int[] row = new int[b.length() + 1];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int change = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(change, Math.min(previous[j], row[j - 1]) + 1);
            }
            previous = row;
        }
        return previous[b.length()];
    }
}
