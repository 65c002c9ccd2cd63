package org.hearthd.scgi;

/** Numbers in headers. */
final class Digits {
    private static final int LONGEST = 18;

    private Digits() {}

    /** Whether a text is nothing but digits, and few enough for a long. */
    static boolean isNumber(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return false;
            }
        }
        return !text.isEmpty() && text.length() <= LONGEST;
    }
}
