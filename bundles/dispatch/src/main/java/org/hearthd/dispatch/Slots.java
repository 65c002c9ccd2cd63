package org.hearthd.dispatch;

import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.osgi.framework.Bundle;

/** The slots by handler name; one is made when a route, a source or a handler first names it, and stays. */
final class Slots {
    private final Map<String, Slot> slots = new ConcurrentHashMap<>();
    private final Shared shared;
    private final Predicate<Bundle> admitted;

    Slots(Shared shared, Predicate<Bundle> admitted) {
        this.shared = shared;
        this.admitted = admitted;
    }

    Slot of(String name) {
        Slot slot = slots.get(name);
        return slot != null ? slot : slots.computeIfAbsent(name, n -> new Slot(n, shared, admitted));
    }

    /** The slot of that name if there is one, or null. */
    Slot known(String name) {
        return slots.get(name);
    }

    Collection<Slot> all() {
        return slots.values();
    }
}
