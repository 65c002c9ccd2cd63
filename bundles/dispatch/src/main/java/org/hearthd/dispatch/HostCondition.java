package org.hearthd.dispatch;

import org.hearthd.Headers;

/** A condition on the Host header: exact or {@code *.example.org}, without regard to case, port or a final dot. */
final class HostCondition {
    private final boolean subdomains;
    /** Without the star, so it begins with a dot for subdomains. */
    private final String name;

    private HostCondition(boolean subdomains, String name) {
        this.subdomains = subdomains;
        this.name = name;
    }

    /**
     * Reads a condition.
     *
     * @throws IllegalArgumentException if it is neither a host name nor one after {@code *.}
     */
    static HostCondition of(String host) {
        boolean subdomains = host.startsWith("*.");
        String name = subdomains ? host.substring(1) : host;
        String bare = name.startsWith("[") && name.endsWith("]") ? name.substring(1, name.length() - 1) : name;
        boolean ip6 = bare.indexOf(':') != bare.lastIndexOf(':');
        if (bare.isEmpty() || bare.equals(".") || bare.endsWith(".")
                || bare.chars().anyMatch(c -> c <= ' ' || "*/[]@?#".indexOf(c) >= 0 || c == ':' && !ip6)
                || ip6 && !bare.chars().allMatch(c -> Character.digit(c, 16) >= 0 || c == ':' || c == '.')) {
            throw new IllegalArgumentException("host = " + host + " is neither a host name without port nor *. and one");
        }
        return new HostCondition(subdomains, ip6 ? "[" + bare + "]" : bare);
    }

    @Override
    public String toString() {
        return subdomains ? "*" + name : name;
    }

    boolean matches(Headers headers) {
        String host = headers.get("Host");
        if (host == null) {
            return false;
        }
        int end = host.startsWith("[") ? host.indexOf(']') + 1 : host.indexOf(':');
        end = end < 0 ? host.length() : end;
        if (end > 0 && host.charAt(end - 1) == '.') {
            end--;
        }
        int start = end - name.length();
        return (subdomains ? start > 0 : start == 0) && host.regionMatches(true, start, name, 0, name.length());
    }
}
