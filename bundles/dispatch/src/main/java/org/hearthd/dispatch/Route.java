package org.hearthd.dispatch;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.hearthd.Headers;
import org.hearthd.Request;

/**
 * One rule: conditions, a handler, and what becomes of the rest string. Immutable.
 *
 * @param name the configuration's name or the path, for order and messages
 * @param origin PID, or the declaring bundle
 * @param configured by configuration, not by a handler bundle
 * @param required whether readiness waits for the handler
 * @param host null for any
 * @param path null where there is a pattern
 * @param prefix matches {@code path}
 * @param pattern null where there is a path
 * @param methods empty for any
 * @param rest null for what follows the match
 */
record Route(String name, String origin, boolean configured, boolean required, int priority, String handler, HostCondition host,
        String path,
        PathPrefix prefix, Pattern pattern, List<String> methods, List<HeaderCondition> headers, RestTemplate rest) {

    /** Which is tried first: higher priority, patterns, longer paths, configured ones, then by name. Of the same: {@link RouteTable}. */
    static int order(Route a, Route b) {
        // by hand: the comparators that a chain of Comparator's methods would make cost more at a start than all comparing does
        int order = Integer.compare(b.priority, a.priority);
        order = order != 0 ? order : Boolean.compare(a.pattern == null, b.pattern == null);
        order = order != 0 ? order : Integer.compare(b.pathLength(), a.pathLength());
        order = order != 0 ? order : Boolean.compare(b.configured, a.configured);
        return order != 0 ? order : a.name.compareTo(b.name);
    }

    private int pathLength() {
        return path == null ? 0 : path.length();
    }

    /** A condition that a regular expression is found in some value of a header. */
    record HeaderCondition(String name, Pattern value) {
        boolean matches(Headers headers) {
            for (int i = 0; i < headers.size(); i++) {
                if (headers.name(i).equalsIgnoreCase(name) && value.matcher(headers.value(i)).find()) {
                    return true;
                }
            }
            return false;
        }
    }

    /** A route that a handler bundle brings along. */
    static Route declared(String path, String handler, String origin) {
        return new Route(path, origin, false, false, 0, handler, null, path, new PathPrefix(path), null, List.of(), List.of(),
                null);
    }

    /**
     * Tries this route.
     *
     * @return the new rest string, the very same object where nothing changes, or null if a condition is not met
     */
    String match(Request request) {
        if (host != null && !host.matches(request.headers()) || !methods.isEmpty() && !methods.contains(request.method())) {
            return null;
        }
        String old = request.rest();
        return pattern == null ? matchPath(request, old) : matchPattern(request, old);
    }

    private String matchPath(Request request, String old) {
        int end = prefix.end(old);
        if (end < 0 || !headersMatch(request)) {
            return null;
        }
        return rest == null ? old.substring(end) : rest.fill(old, group -> old.substring(0, end));
    }

    private String matchPattern(Request request, String old) {
        Matcher matcher = pattern.matcher(old);
        if (!matcher.find() || !headersMatch(request)) {
            return null;
        }
        return rest == null ? old.substring(matcher.end()) : rest.fill(old, matcher::group);
    }

    private boolean headersMatch(Request request) {
        for (int i = 0; i < headers.size(); i++) {
            if (!headers.get(i).matches(request.headers())) {
                return false;
            }
        }
        return true;
    }

    /** The conditions for people, e.g. {@code path /blog, methods GET HEAD}. */
    String conditions() {
        StringBuilder all = new StringBuilder(pattern == null ? "path " + path : "pattern " + pattern);
        if (host != null) {
            all.append(", host ").append(host);
        }
        if (!methods.isEmpty()) {
            all.append(", methods ").append(String.join(" ", methods));
        }
        headers.forEach(h -> all.append(", header ").append(h.name()).append(" with ").append(h.value()));
        if (priority != 0) {
            all.append(", priority ").append(priority);
        }
        return all.toString();
    }

    @Override
    public String toString() {
        return "route " + name + " (" + origin + ")";
    }
}
