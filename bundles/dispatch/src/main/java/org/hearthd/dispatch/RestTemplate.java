package org.hearthd.dispatch;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/** What becomes of the rest string: text with {@code $0} to {@code $9} (groups), {@code $_} (old rest) and {@code $$}. */
final class RestTemplate {
    private static final int OLD_REST = -1;

    /** A literal, or the number of a group, or {@link #OLD_REST}. */
    private record Part(String text, int group) {}

    private final List<Part> parts = new ArrayList<>();

    /**
     * Reads a template.
     *
     * @param groups the highest group there is
     * @throws IllegalArgumentException if it names another group, or a dollar sign stands for nothing
     */
    RestTemplate(String template, int groups) {
        StringBuilder literal = new StringBuilder();
        for (int i = 0; i < template.length(); i++) {
            char c = template.charAt(i);
            if (c != '$') {
                literal.append(c);
                continue;
            }
            i++;
            char next = i < template.length() ? template.charAt(i) : ' ';
            if (next == '$') {
                literal.append('$');
                continue;
            }
            parts.add(new Part(literal.toString(), 0));
            literal.setLength(0);
            parts.add(new Part(null, group(template, next, groups)));
        }
        parts.add(new Part(literal.toString(), 0));
    }

    private static int group(String template, char c, int groups) {
        if (c == '_') {
            return OLD_REST;
        }
        if (c < '0' || c > '9') {
            throw new IllegalArgumentException("rest = " + template + " has a $ that is not $0 to $9, $_ or $$");
        }
        if (c - '0' > groups) {
            throw new IllegalArgumentException("rest = " + template + " uses $" + c + ", but there is no group " + c);
        }
        return c - '0';
    }

    /** The new rest string; a group that took no part in the match is empty. */
    String fill(String oldRest, IntFunction<String> groups) {
        StringBuilder rest = new StringBuilder();
        for (Part part : parts) {
            if (part.text() != null) {
                rest.append(part.text());
            } else if (part.group() == OLD_REST) {
                rest.append(oldRest);
            } else {
                String group = groups.apply(part.group());
                rest.append(group == null ? "" : group);
            }
        }
        return rest.toString();
    }
}
