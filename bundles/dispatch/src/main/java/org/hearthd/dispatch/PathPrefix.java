package org.hearthd.dispatch;

/** Path prefixes of routes, compared with the rest string on segment boundaries. */
final class PathPrefix {
    /** Without the leading slash, as the rest string is. */
    private final String prefix;

    PathPrefix(String path) {
        this.prefix = path.substring(1);
    }

    /** Where the match ends in the rest string, or -1: {@code /app} matches {@code app} and {@code app/x}, not {@code apple}. */
    int end(String rest) {
        int length = prefix.length();
        if (!rest.startsWith(prefix)) {
            return -1;
        }
        boolean boundary = length == 0 || length == rest.length() || prefix.charAt(length - 1) == '/'
                || rest.charAt(length) == '/';
        return boundary ? length : -1;
    }
}
