package org.hearthd.http;

/**
 * The request target in the forms of RFC 9112 section 3.2.
 *
 * @param url the origin form, or {@code *}
 * @param authority of an absolute URL, else null
 */
record Target(String url, String authority) {
    static Target parse(String method, String target) throws Refusal {
        if (target.charAt(0) == '/') {
            return new Target(target, null);
        }
        if (target.equals("*")) {
            if (method.equals("OPTIONS")) {
                return new Target(target, null);
            }
            throw new Refusal(400, "The URL * is for OPTIONS only.");
        }
        int scheme = schemeLength(target);
        if (scheme == 0) {
            throw new Refusal(400, "The URL is neither a path nor an absolute http URL.");
        }
        int slash = scheme;
        while (slash < target.length() && target.charAt(slash) != '/' && target.charAt(slash) != '?') {
            slash++;
        }
        String authority = target.substring(scheme, slash);
        checkAuthority(authority);
        if (authority.isEmpty()) {
            throw new Refusal(400, "The URL has no host.");
        }
        String path = target.substring(slash);
        return new Target(path.startsWith("/") ? path : "/" + path, authority);
    }

    private static int schemeLength(String target) {
        if (target.regionMatches(true, 0, "http://", 0, 7)) {
            return 7;
        }
        return target.regionMatches(true, 0, "https://", 0, 8) ? 8 : 0;
    }

    /** Refuses what can not be HOST or HOST:PORT; the empty text passes, as RFC 9110 section 7.2 allows it in Host. */
    static void checkAuthority(String authority) throws Refusal {
        if (!Tokens.isAuthority(authority)) {
            throw new Refusal(400, "The host has an illegal character.");
        }
    }
}
