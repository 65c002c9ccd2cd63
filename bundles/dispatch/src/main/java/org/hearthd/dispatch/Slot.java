package org.hearthd.dispatch;

import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.function.Predicate;
import org.hearthd.spi.Labelled;
import org.osgi.framework.Bundle;

/**
 * The stable place of one handler name: it outlives every service of that name, so routes hold it. Of several services that may be
 * in service the one with the highest ranking, then the newest, is; it is published as a generation with the next number.
 */
final class Slot {
    private static final System.Logger LOG = System.getLogger(Slot.class.getName());

    private final String name;
    private final String owner;
    private final Shared shared;
    private final Predicate<Bundle> admitted;
    private final Gate gate;
    private final List<HandlerService> services = new ArrayList<>();
    /** Replaced generations that have not drained yet, oldest first. */
    private final List<Generation> retiring = new CopyOnWriteArrayList<>();
    /** Whether the operator keeps this handler out of service. */
    private boolean drained;

    /**
     * An empty place.
     *
     * @param admitted which bundles' services may be in service
     */
    Slot(String name, Shared shared, Predicate<Bundle> admitted) {
        this.name = name;
        this.owner = "handler " + name;
        this.shared = shared;
        this.admitted = admitted;
        this.gate = new Gate(name, shared);
    }

    String name() {
        return name;
    }

    /** What an exchange's owner is called once it was handed over. */
    String owner() {
        return owner;
    }

    Gate gate() {
        return gate;
    }

    boolean ready() {
        return gate.generation() != null;
    }

    /** Why there is no generation. */
    synchronized String absence() {
        if (drained) {
            return owner + " was taken out of service by drain";
        }
        HandlerService last = newest();
        if (last == null) {
            return "no handler named " + name + " is registered";
        }
        String shortcoming = last.shortcoming();
        return last + (shortcoming == null ? " is not in service" : ": " + shortcoming);
    }

    synchronized void add(HandlerService service) {
        services.add(service);
    }

    synchronized void remove(HandlerService service) {
        services.remove(service);
    }

    /** The service that was registered last, or null. */
    synchronized HandlerService newest() {
        return services.isEmpty() ? null : services.get(services.size() - 1);
    }

    /** The services of this name that may be in service. */
    synchronized List<HandlerService> services() {
        return services.stream().filter(s -> admitted.test(s.bundle())).toList();
    }

    /** Publishes the best working service, unless its present revision is published already, and retires what it replaces. */
    void choose() {
        Generation old;
        synchronized (this) {
            Revision best = best();
            old = gate.generation();
            if (best == (old == null ? null : old.revision())) {
                return;
            }
            Generation next = null;
            if (best != null) {
                next = new Generation(best, shared.numbers().next(name), shared);
                best.service().published(next);
                if (best.handler() instanceof Labelled labelled) {
                    labelled.generation(next.label());
                }
            }
            gate.lead(next);
            if (old != null) {
                // at once: a drain that comes now waits for it
                retiring.add(old);
            }
            LOG.log(Level.INFO, next == null ? owner + " is absent" : next + " is in service");
        }
        if (old != null) {
            retire(old);
        }
    }

    /** While there is no generation: gives those that wait by a route to whom that leads now, if that is another. */
    void handOver(Function<Route, Slot> heirs) {
        if (ready()) {
            return;
        }
        for (Parked waiting : gate.parked()) {
            Slot heir = heirs.apply(waiting.route());
            if (heir != null && heir != this && gate.leave(waiting)) {
                heir.gate.adopt(waiting.exchange().move(heir.owner), waiting.route(), gate.parkTimeoutMs());
            }
        }
    }

    private void retire(Generation old) {
        old.drained().thenRun(() -> retiring.remove(old));
        old.retire(shared.limits().drainTimeoutMs());
    }

    /** Keeps this handler out of service until {@link #undrain}; completes when its exchanges have ended, or were ended. */
    CompletableFuture<Void> drain() {
        synchronized (this) {
            drained = true;
        }
        choose();
        return drained(retiring);
    }

    void undrain() {
        synchronized (this) {
            drained = false;
        }
        choose();
    }

    /** Completes when all of these have drained. */
    static CompletableFuture<Void> drained(Collection<Generation> generations) {
        return CompletableFuture.allOf(generations.stream().map(Generation::drained).toArray(CompletableFuture[]::new));
    }

    /** Replaced generations that have not drained yet, oldest first. */
    List<Generation> retiring() {
        return retiring;
    }

    synchronized boolean isDrained() {
        return drained;
    }

    /** Not the framework's order, which prefers the older of two services. By hand, as {@link Route#order} is. */
    private static int bestLast(HandlerService a, HandlerService b) {
        int order = Integer.compare(a.ranking(), b.ranking());
        return order != 0 ? order : Long.compare(a.serviceId(), b.serviceId());
    }

    private Revision best() {
        return drained
                ? null
                : services().stream().filter(s -> s.revision() != null).max(Slot::bestLast)
                        .map(HandlerService::revision).orElse(null);
    }
}
