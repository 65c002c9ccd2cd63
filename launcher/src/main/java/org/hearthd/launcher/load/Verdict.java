package org.hearthd.launcher.load;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Words of the last line. */
final class Verdict {
    private static final int ALL = 4;

    private Verdict() {}

    /** {@code hello 1.0.0 -> 2.0.0, other 1.0.0}: each handler once, its versions in order. */
    static String names(List<Version> versions) {
        Map<String, List<Version>> byName = versions.stream()
                .collect(Collectors.groupingBy(Version::name, LinkedHashMap::new, Collectors.toList()));
        return byName.entrySet().stream().map(e -> e.getKey() + " " + versions(e.getValue())).collect(Collectors.joining(", "));
    }

    private static String versions(List<Version> versions) {
        boolean distinct = versions.stream().map(Version::version).distinct().count() == versions.size();
        List<String> texts = versions.stream().map(v -> distinct ? v.version() : v.version() + "#" + v.number()).toList();
        if (texts.size() <= ALL) {
            return String.join(" -> ", texts);
        }
        return texts.get(0) + " -> ... " + (texts.size() - 2) + " others ... -> " + texts.get(texts.size() - 1);
    }

    /** {@code (reset 3, status 503 12)}. */
    static String kinds(Map<String, Long> failures) {
        return failures.entrySet().stream().map(e -> String.format("%s: %,d", e.getKey(), e.getValue()))
                .collect(Collectors.joining(", ", "(", ")"));
    }
}
