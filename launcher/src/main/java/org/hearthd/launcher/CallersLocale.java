package org.hearthd.launcher;

import java.util.List;
import java.util.Map;

/**
 * The caller's LC_ALL, which children get back: {@code bin/common.sh} sets another one for the virtual machine where words of the
 * command line are not ASCII.
 *
 * @param was {@code =VALUE}, or empty if it was not set; null: it was not changed
 */
record CallersLocale(String was) {
    private static final String NAME = "LC_ALL";

    static CallersLocale get() {
        return new CallersLocale(System.getProperty("hearth.caller.lc_all"));
    }

    /** The value of the key {@code environment} of a room that starts programs. */
    String[] words() {
        if (was == null) {
            return new String[0];
        }
        return Htpipe.words(List.of(was.isEmpty() ? "-" + NAME : NAME + was));
    }

    /** In the environment of a child of the launcher itself. */
    void restore(Map<String, String> environment) {
        if (was != null && was.isEmpty()) {
            environment.remove(NAME);
        } else if (was != null) {
            environment.put(NAME, was.substring(1));
        }
    }
}
