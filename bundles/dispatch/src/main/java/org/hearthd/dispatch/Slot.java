package org.hearthd.dispatch;

import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The stable place of one handler name: it outlives every service of that name, so routes hold it. Of several services the one
 * with the highest ranking, then the newest, is current.
 */
final class Slot {
    private static final System.Logger LOG = System.getLogger(Slot.class.getName());

    /** Not the framework's order, which prefers the older of two services. */
    private static final Comparator<HandlerService> BEST_LAST = Comparator.comparingInt(HandlerService::ranking)
            .thenComparingLong(HandlerService::serviceId);

    private final String name;
    private final String owner;
    private final List<HandlerService> services = new ArrayList<>();
    private volatile Generation current;

    Slot(String name) {
        this.name = name;
        this.owner = "handler " + name;
    }

    /** What an exchange's owner is called once it was handed over. */
    String owner() {
        return owner;
    }

    boolean ready() {
        return current != null;
    }

    /** Why there is no generation. */
    synchronized String absence() {
        return services.isEmpty()
                ? "no handler named " + name + " is registered"
                : services.get(services.size() - 1) + " is registered but not active";
    }

    /** Leases the current generation: one volatile read and one counter; null while there is none. */
    Generation lease() {
        for (;;) {
            Generation generation = current;
            if (generation == null || generation.lease()) {
                return generation;
            }
        }
    }

    synchronized void add(HandlerService service) {
        services.add(service);
    }

    synchronized void remove(HandlerService service) {
        services.remove(service);
        choose();
    }

    /** The services of this name. */
    synchronized List<HandlerService> services() {
        return List.copyOf(services);
    }

    /** Makes the best service that has a working handler the current one. */
    synchronized void choose() {
        Generation best = services.stream().filter(s -> s.generation() != null)
                .max(BEST_LAST).map(HandlerService::generation).orElse(null);
        if (best != current) {
            current = best;
            LOG.log(Level.INFO, best == null ? owner + " is absent" : best + " is in service");
        }
    }
}
