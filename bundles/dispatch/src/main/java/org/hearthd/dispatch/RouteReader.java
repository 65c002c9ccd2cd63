package org.hearthd.dispatch;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.hearthd.dispatch.Route.HeaderCondition;
import org.hearthd.spi.RoutePath;

/** Makes a route of its configuration; every refusal names PID and key. */
final class RouteReader {
    private static final Pattern COMMA = Pattern.compile("(?<!\\\\),");

    private RouteReader() {}

    /**
     * Reads a configuration.
     *
     * @param pid e.g. {@code org.hearthd.route~blog}
     * @throws IllegalArgumentException naming PID and key
     */
    static Route read(String pid, RouteSettings settings) {
        try {
            return read(pid.substring(pid.indexOf('~') + 1), pid, settings);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(pid + ": " + e.getMessage(), e);
        }
    }

    private static Route read(String name, String pid, RouteSettings settings) {
        String handler = settings.handler();
        if (handler == null || handler.isBlank()) {
            throw new IllegalArgumentException("handler is missing");
        }
        boolean byPath = !settings.path().isEmpty();
        if (byPath == !settings.pattern().isEmpty()) {
            throw new IllegalArgumentException(byPath ? "path and pattern exclude each other" : "path or pattern is needed");
        }
        if (byPath && !RoutePath.valid(settings.path())) {
            throw new IllegalArgumentException("path = " + settings.path() + " is not " + RoutePath.RULE);
        }
        Pattern pattern = byPath ? null : regex("pattern", settings.pattern());
        int groups = byPath ? 0 : Math.min(9, pattern.matcher("").groupCount());
        RestTemplate rest = settings.rest().isEmpty() ? null : new RestTemplate(settings.rest(), groups);
        HostCondition host = settings.host().isEmpty() ? null : HostCondition.of(settings.host());
        return new Route(name, pid, true, settings.required(), settings.priority(), handler, host,
                byPath ? settings.path() : null,
                byPath ? new PathPrefix(settings.path()) : null, pattern, methods(settings), headers(settings), rest);
    }

    private static List<String> methods(RouteSettings settings) {
        List<String> methods = split(settings.methods());
        for (String method : methods) {
            if (method.chars().anyMatch(c -> c <= ' ' || c >= 0x7f)) {
                throw new IllegalArgumentException(
                        "methods has " + method + ", which is no method; they are separated by commas");
            }
        }
        return methods;
    }

    private static List<HeaderCondition> headers(RouteSettings settings) {
        List<HeaderCondition> conditions = new ArrayList<>();
        for (String text : split(settings.headers())) {
            int equals = text.indexOf('=');
            if (equals <= 0) {
                throw new IllegalArgumentException("headers has " + text + ", which is not Name=regex");
            }
            conditions.add(
                    new HeaderCondition(text.substring(0, equals).strip(), regex("headers", text.substring(equals + 1).strip())));
        }
        return List.copyOf(conditions);
    }

    private static List<String> split(String[] values) {
        return Arrays.stream(values).flatMap(COMMA::splitAsStream).map(v -> v.replace("\\,", ",").strip())
                .filter(v -> !v.isEmpty())
                .toList();
    }

    private static Pattern regex(String key, String regex) {
        try {
            return Pattern.compile(regex);
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException(
                    key + " = " + regex + " is no regular expression: " + e.getDescription() + " at index "
                            + e.getIndex(),
                    e);
        }
    }
}
