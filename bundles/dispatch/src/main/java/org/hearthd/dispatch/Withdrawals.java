package org.hearthd.dispatch;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import org.osgi.framework.Bundle;

/** Remembers which handlers a bundle has withdrawn, and when, until it is uninstalled: one that is away for a moment is still its own. */
final class Withdrawals {
    private final Map<Bundle, Map<String, Long>> times = new ConcurrentHashMap<>();

    void add(Bundle bundle, String name) {
        times.computeIfAbsent(bundle, b -> new ConcurrentHashMap<>()).put(name, System.nanoTime());
    }

    void forget(Bundle bundle) {
        times.remove(bundle);
    }

    /** Each that the bundle has ever withdrawn, whether it has come back or not. */
    Set<String> all(Bundle bundle) {
        return Set.copyOf(times.getOrDefault(bundle, Map.of()).keySet());
    }

    /** Those withdrawn so short a time ago that requests which came before that may wait for them still. */
    Set<String> recent(Bundle bundle, ToLongFunction<String> parkTimeoutMs) {
        long now = System.nanoTime();
        return times.getOrDefault(bundle, Map.of()).entrySet().stream()
                .filter(e -> now - e.getValue() < TimeUnit.MILLISECONDS.toNanos(parkTimeoutMs.applyAsLong(e.getKey())))
                .map(Map.Entry::getKey).collect(Collectors.toSet());
    }
}
