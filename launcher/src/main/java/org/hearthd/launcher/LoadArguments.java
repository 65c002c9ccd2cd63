package org.hearthd.launcher;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import org.hearthd.launcher.load.Plan;

/**
 * The command line of {@code hearth load}.
 *
 * @param plan what is asked
 * @param home HOME of the runtime, absolute: its control socket tells of class loaders
 */
record LoadArguments(Plan plan, Path home) {
    private static final List<String> OPTIONS = List.of("--url", "--rate", "--connections", "--for", "--port", "--home");
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final int MAX = 1_000_000;

    static LoadArguments parse(String... line) throws LaunchException {
        List<String> urls = new ArrayList<>();
        Path home = Path.of("hearth-home");
        int rate = 1000;
        int connections = 32;
        int seconds = 12;
        int port = Arguments.DEFAULT_PORT;
        for (Iterator<String> words = Arrays.asList(line).iterator(); words.hasNext();) {
            String[] word = words.next().split("=", 2);
            if (!OPTIONS.contains(word[0])) {
                throw Arguments.usage("unknown option " + word[0] + " of load; did you mean "
                        + Arguments.nearest(word[0], OPTIONS) + "?");
            }
            String value = value(word, words);
            switch (word[0]) {
                case "--url" -> urls.add(value);
                case "--rate" -> rate = positive(word[0], value);
                case "--connections" -> connections = positive(word[0], value);
                case "--for" -> seconds = positive(word[0], value);
                case "--port" -> port = Arguments.number(word[0], value, 65_535);
                default -> home = Arguments.path(value);
            }
        }
        if (urls.isEmpty()) {
            urls.add("http://127.0.0.1:" + port + "/hello");
        }
        return new LoadArguments(plan(urls, rate, connections, seconds), home.toAbsolutePath().normalize());
    }

    private static String value(String[] word, Iterator<String> words) throws LaunchException {
        if (word.length < 2 && !words.hasNext()) {
            throw Arguments.usage("option " + word[0] + " needs a value");
        }
        return word.length < 2 ? words.next() : word[1];
    }

    private static int positive(String name, String value) throws LaunchException {
        int number = Arguments.number(name, value, MAX);
        if (number == 0) {
            throw Arguments.usage("option " + name + ": 0 makes no load");
        }
        return number;
    }

    private static Plan plan(List<String> urls, int rate, int connections, int seconds) throws LaunchException {
        try {
            return new Plan(urls.stream().map(URI::create).toList(), rate, connections, Duration.ofSeconds(seconds), TIMEOUT);
        } catch (IllegalArgumentException e) {
            throw Arguments.usage(e.getMessage());
        }
    }
}
