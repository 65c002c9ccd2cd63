package org.hearthd.http;

/** The character classes of RFC 9110 section 5.6. */
final class Tokens {
    private static final boolean[] TOKEN = new boolean[256];
    private static final boolean[] AUTHORITY;

    static {
        for (char c : "!#$%&'*+-.^_`|~0123456789".toCharArray()) {
            TOKEN[c] = true;
        }
        for (char c = 'a'; c <= 'z'; c++) {
            TOKEN[c] = true;
            TOKEN[c - 32] = true;
        }
        AUTHORITY = TOKEN.clone();
        "[]:()=;".chars().forEach(c -> AUTHORITY[c] = true);
        "#|^`".chars().forEach(c -> AUTHORITY[c] = false);
    }

    private Tokens() {}

    /** Whether all characters may stand in HOST or HOST:PORT. */
    static boolean isAuthority(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c > 0xff || !AUTHORITY[c]) {
                return false;
            }
        }
        return true;
    }

    static boolean isToken(byte b) {
        return TOKEN[b & 0xff];
    }

    static boolean isToken(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) > 0xff || !TOKEN[text.charAt(i)]) {
                return false;
            }
        }
        return !text.isEmpty();
    }

    /** Whether a comma-separated list has that token (lower case given). */
    static boolean listed(String list, String token) {
        int from = 0;
        while (from <= list.length()) {
            int comma = list.indexOf(',', from);
            int to = comma < 0 ? list.length() : comma;
            if (list.substring(from, to).strip().equalsIgnoreCase(token)) {
                return true;
            }
            from = to + 1;
        }
        return false;
    }
}
