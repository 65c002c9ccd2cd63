package org.hearthd.dispatch;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.hearthd.Handler;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;

/** All registered handler services: activates them, puts them into their slots, and lets those of one bundle succeed another's. */
final class HandlerRegistry implements Handlers {
    private final BundleContext context;
    private final Shared shared;
    private final Standings standings = new Standings(this::bundleUninstalled);
    private final Withdrawals withdrawals = new Withdrawals();
    private final Slots slots;
    private final Routes routes;
    private final Map<ServiceReference<Handler>, HandlerService> services = new ConcurrentHashMap<>();
    private volatile boolean started;

    HandlerRegistry(BundleContext context, Shared shared) {
        this.context = context;
        this.shared = shared;
        slots = new Slots(shared, standings::admitted);
        routes = new Routes(slots, services::values, standings::routed);
    }

    Slots slots() {
        return slots;
    }

    Routes routes() {
        return routes;
    }

    /** Activates what was registered so far, elsewhere: a handler that needs a Dispatcher itself could not have it before. */
    void start() {
        started = true;
        context.addBundleListener(standings);
        services.values().forEach(this::activateLater);
    }

    void stop() {
        context.removeBundleListener(standings);
        slots.all().forEach(s -> s.gate().close());
    }

    private void bundleUninstalled(Bundle bundle) {
        withdrawals.forget(bundle);
        routes.refresh();
    }

    void add(ServiceReference<Handler> reference) {
        Bundle bundle = reference.getBundle();
        HandlerSettings settings = HandlerSettings.of(reference, shared.limits());
        if (bundle == null || settings.name() == null) {
            return;
        }
        Slot slot = slots.of(settings.name());
        HandlerService service = new HandlerService(context, reference, bundle, settings, shared, () -> decided(reference, slot));
        services.put(reference, service);
        slot.add(service);
        if (started && standings.admitted(bundle)) {
            service.activate();
        } else if (started) {
            activateLater(service);
        }
        routes.refresh();
    }

    private void decided(ServiceReference<Handler> reference, Slot slot) {
        slot.choose();
        routes.refresh();
        HandlerService service = services.get(reference);
        if (service != null && service.shortcoming() != null) {
            shared.after(HandlerService.RETRY_MS, () -> retry(slot));
        }
    }

    /** Requests wait: perhaps for a handler that could not be activated a moment ago. */
    private void retry(Slot slot) {
        if (!slot.gate().parked().isEmpty()) {
            wanted(slot);
        }
    }

    /** Somebody wants a handler that is not there: tries those again that could not be activated. */
    void wanted(Slot slot) {
        slot.services().forEach(this::activateLater);
    }

    private void activateLater(HandlerService service) {
        if (service.due()) {
            shared.execute(service::activate);
        }
    }

    /** Properties have changed: always a new generation, because the handler may have changed itself. */
    void update(ServiceReference<Handler> reference) {
        HandlerService service = services.get(reference);
        HandlerSettings settings = HandlerSettings.of(reference, shared.limits());
        if (service == null) {
            add(reference);
        } else if (!service.settings().name().equals(settings.name())) {
            rename(reference, service);
        } else {
            change(service, settings);
            routes.refresh();
        }
    }

    private void rename(ServiceReference<Handler> reference, HandlerService old) {
        // first, so that its paths lead to it under the new name before nobody is there under the old one
        add(reference);
        services.remove(reference, old);
        routes.forget(old);
        letGo(old);
        // the handler stays, so nobody has to wait for what it was given under its old name
        shared.execute(() -> old.close(shared.limits().drainTimeoutMs()));
    }

    private void change(HandlerService service, HandlerSettings settings) {
        service.change(settings);
        slots.of(settings.name()).choose();
    }

    /** The defaults have changed. */
    void limitsChanged() {
        services.forEach((reference, service) -> {
            HandlerSettings settings = HandlerSettings.of(reference, shared.limits());
            if (service.settings().name().equals(settings.name()) && !service.settings().equals(settings)) {
                change(service, settings);
            }
        });
    }

    /** Holds the unregistering caller, bounded, until no request uses the handler any more. */
    void remove(ServiceReference<Handler> reference) {
        HandlerService service = withdraw(reference);
        if (service != null) {
            service.close(shared.limits().drainTimeoutMs());
        }
    }

    private HandlerService withdraw(ServiceReference<Handler> reference) {
        HandlerService service = services.remove(reference);
        if (service != null) {
            letGo(service);
        }
        return service;
    }

    private void letGo(HandlerService service) {
        Slot slot = slots.of(service.settings().name());
        if (service.hasWorked()) {
            withdrawals.add(service.bundle(), slot.name());
        }
        slot.remove(service);
        slot.choose();
        routes.refresh();
    }

    /** As {@link Slot#drain}. */
    CompletableFuture<Void> drain(Slot slot) {
        CompletableFuture<Void> drained = slot.drain();
        routes.refresh();
        return drained;
    }

    /** As {@link Slot#undrain}. */
    void undrain(Slot slot) {
        slot.undrain();
        routes.refresh();
    }

    long drainTimeoutMs() {
        return shared.limits().drainTimeoutMs();
    }

    /** Those that wait for a decision whether they work. */
    List<HandlerService> pending() {
        return services.values().stream().filter(s -> standings.admitted(s.bundle()) && s.pending()).toList();
    }

    private List<HandlerService> of(Bundle bundle) {
        return services.values().stream().filter(s -> s.bundle().equals(bundle)).toList();
    }

    @Override
    public Succession succeed(Bundle predecessor, Bundle successor, Predicate<String> returns) {
        standings.announce(successor);
        Set<String> names = new TreeSet<>(withdrawals.all(predecessor));
        names.removeIf(returns.negate());
        boolean exclusive = false;
        for (HandlerService service : of(predecessor)) {
            HandlerSettings settings = service.settings();
            if (service.mayWork()) {
                names.add(settings.name());
            }
            exclusive |= settings.exclusive();
        }
        return new Takeover(this, predecessor, successor, names, exclusive);
    }

    /** As {@link Succession#missing}; {@code names} are required whatever the predecessor has by now. */
    Map<String, String> missing(Bundle predecessor, Bundle successor, Set<String> names) {
        Set<String> required = new TreeSet<>(names);
        of(predecessor).stream().filter(HandlerService::mayWork).forEach(service -> required.add(service.settings().name()));
        required.addAll(withdrawals.recent(predecessor, name -> slots.of(name).gate().parkTimeoutMs()));
        Map<String, String> reasons = new TreeMap<>();
        required.forEach(name -> reasons.put(name, "no handler of that name is registered"));
        of(successor).forEach(service -> reasons.remove(service.settings().name()));
        reasons.putAll(shortcomings(successor));
        return reasons;
    }

    @Override
    public Map<String, String> shortcomings(Bundle bundle) {
        Map<String, String> reasons = new TreeMap<>();
        for (HandlerService service : of(bundle)) {
            String shortcoming = service.shortcoming();
            if (shortcoming != null) {
                reasons.put(service.settings().name(), shortcoming);
                if (!service.refused()) {
                    activateLater(service);
                }
            }
        }
        return reasons;
    }

    @Override
    public boolean failed(Bundle bundle) {
        return of(bundle).stream().anyMatch(HandlerService::refused);
    }

    /** As {@link Succession#commit}. */
    void commit(Bundle predecessor, Bundle successor) {
        standings.commit(predecessor, successor);
        choose(Stream.concat(of(successor).stream(), of(predecessor).stream()).toList());
    }

    /** As {@link Succession#close}. */
    void refuse(Bundle successor) {
        standings.refuse(successor);
    }

    @Override
    public long inProgress(Bundle bundle) {
        return of(bundle).stream().flatMap(s -> s.generations().stream()).mapToLong(Generation::inProgress).sum();
    }

    @Override
    public CompletionStage<Void> retire(Bundle bundle) {
        standings.retire(bundle);
        List<HandlerService> handlers = of(bundle);
        choose(handlers);
        // whoever waits for it may take his time, which the thread that ends the last exchange has not
        return Slot.drained(handlers.stream().flatMap(s -> s.generations().stream()).toList())
                .thenRunAsync(() -> {}, shared::execute).minimalCompletionStage();
    }

    /** As {@link Succession#retirePredecessor}. */
    CompletionStage<Void> giveWay(Bundle predecessor) {
        List<Gate> gates = of(predecessor).stream().map(s -> slots.of(s.settings().name()).gate()).toList();
        gates.forEach(Gate::hold);
        return retire(predecessor).whenComplete((nothing, failure) -> gates.forEach(Gate::release));
    }

    /** As {@link Succession#readmitPredecessor}. */
    void readmit(Bundle predecessor) {
        standings.readmit(predecessor);
        choose(of(predecessor));
    }

    private void choose(Collection<HandlerService> handlers) {
        handlers.forEach(s -> slots.of(s.settings().name()).choose());
        routes.refresh();
    }
}
