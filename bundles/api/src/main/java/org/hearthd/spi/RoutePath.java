package org.hearthd.spi;

/** What {@code handler.path} and a route's path may be. */
public final class RoutePath {
    /** For messages, behind "is not". */
    public static final String RULE = "a path that begins with / and has no ?, no #, no blank and only characters of ISO-8859-1";

    private RoutePath() {}

    /** Whether that can be a route's path. */
    public static boolean valid(String path) {
        return path.startsWith("/") && path.chars().noneMatch(c -> c == '?' || c == '#' || c <= ' ' || c > 0xff);
    }
}
