package org.hearthd.launcher;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The command line of {@code hearth ctl}.
 *
 * @param home HOME, absolute
 * @param words what the runtime gets: {@code --json} if that is wanted, the command, its arguments
 */
record CtlArguments(Path home, List<String> words) {
    private static final String JSON = "--json";

    /** Reads what follows {@code ctl}. Options may stand anywhere before a {@code --}. */
    static CtlArguments parse(String... line) throws LaunchException {
        String home = "hearth-home";
        List<String> words = new ArrayList<>();
        boolean json = false;
        for (int i = 0; i < line.length; i++) {
            String word = line[i];
            if (word.equals("--")) {
                words.addAll(List.of(line).subList(i + 1, line.length));
                break;
            } else if (word.equals(JSON)) {
                json = true;
            } else if (word.equals("--home") && i + 1 < line.length) {
                home = line[++i];
            } else if (word.startsWith("--home=")) {
                home = word.substring("--home=".length());
            } else if (word.startsWith("-")) {
                throw usage(word.equals("--home") ? "option --home needs a value" : "unknown option " + word);
            } else {
                words.add(word);
            }
        }
        if (words.isEmpty()) {
            words.add("help");
        }
        if (home.isEmpty()) {
            throw usage("option --home has an empty value");
        }
        // the virtual machine puts this character where the locale can not express what was typed
        if (words.stream().anyMatch(word -> word.indexOf('\ufffd') >= 0)) {
            throw usage("an argument can not be expressed in this locale (see LC_ALL)");
        }
        if (json) {
            words.add(0, JSON);
        }
        return new CtlArguments(Path.of(home).toAbsolutePath().normalize(), words);
    }

    private static LaunchException usage(String message) {
        return new LaunchException(LaunchException.USAGE,
                "ctl: " + message
                        + "\nusage: hearth ctl [--home DIR] [--json] [--] COMMAND..., and hearth ctl help for the commands");
    }
}
