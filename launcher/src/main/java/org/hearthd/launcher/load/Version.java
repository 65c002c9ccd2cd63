package org.hearthd.launcher.load;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Who answered.
 *
 * @param name the handler
 * @param version of its bundle
 * @param number grows with each generation of that handler, or -1 where that is not told
 */
public record Version(String name, String version, long number) {
    private static final Pattern LABEL = Pattern.compile("(.+)/([^/#]*)#([0-9]{1,18})");

    /** Reads {@code NAME/VERSION#NUMBER}. */
    public static Version of(String label) throws LoadFailure {
        Matcher matcher = LABEL.matcher(label);
        if (!matcher.matches()) {
            throw new LoadFailure(LoadFailure.VERSION, "not NAME/VERSION#NUMBER: " + label);
        }
        return new Version(matcher.group(1), matcher.group(2), Long.parseLong(matcher.group(3)));
    }

    /** Whether it must not answer once that other one has answered. */
    boolean isOlderThan(Version other) {
        return number >= 0 && name.equals(other.name) && number < other.number;
    }

    @Override
    public String toString() {
        return name + " " + version + (number < 0 ? "" : "#" + number);
    }
}
