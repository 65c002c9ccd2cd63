package org.hearthd.process;

import java.util.ArrayList;
import java.util.List;

/**
 * A list of words in a configuration. Several values are the words as they are. One value is a line: white space separates words, a
 * backslash takes the next character as it is, {@code '...'} takes everything as it is, {@code "..."} everything but backslashes.
 */
public final class Words {
    private final String text;
    private final List<String> words = new ArrayList<>();
    private final StringBuilder word = new StringBuilder();
    private boolean begun;
    private int at;

    private Words(String text) {
        this.text = text;
    }

    /**
     * The words of a configuration value.
     *
     * @throws IllegalArgumentException if a quote or an escape has no end
     */
    public static List<String> of(String[] values) {
        return values.length == 1 ? new Words(values[0]).split() : List.of(values);
    }

    private List<String> split() {
        while (at < text.length()) {
            char c = text.charAt(at++);
            if (Character.isWhitespace(c)) {
                end();
            } else if (c == '\\') {
                add(next("the character after the last backslash"));
            } else if (c == '\'' || c == '"') {
                quoted(c);
            } else {
                add(c);
            }
        }
        end();
        return words;
    }

    private void quoted(char quote) {
        begun = true;
        for (char c = closing(quote); c != quote; c = closing(quote)) {
            add(c == '\\' && quote == '"' ? closing(quote) : c);
        }
    }

    private char closing(char quote) {
        return next("the closing " + quote);
    }

    private char next(String what) {
        if (at == text.length()) {
            throw new IllegalArgumentException(what + " is missing in: " + text);
        }
        return text.charAt(at++);
    }

    private void add(char c) {
        begun = true;
        word.append(c);
    }

    private void end() {
        if (begun) {
            words.add(word.toString());
            word.setLength(0);
            begun = false;
        }
    }
}
