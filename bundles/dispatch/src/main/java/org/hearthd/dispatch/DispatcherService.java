package org.hearthd.dispatch;

import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import org.hearthd.Exchange;
import org.hearthd.Handler;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.metatype.annotations.Designate;

/** The dispatcher: leads exchanges through routes and slots, and tells the registry which handlers come and go. */
@Component(immediate = true, configurationPid = Limits.PID, service = {Dispatcher.class, Handlers.class, DispatcherService.class})
@Designate(ocd = DispatchConfig.class)
public final class DispatcherService implements Dispatcher, Handlers {
    private static final System.Logger LOG = System.getLogger(DispatcherService.class.getName());

    private final RouteTable.Next next = this::give;
    private final Shared shared;
    private final HandlerRegistry registry;
    private final Slots slots;
    private final Routes routes;

    /** Acquires nothing but memory. */
    @Activate
    public DispatcherService(BundleContext context, DispatchConfig config) {
        String home = context.getProperty("hearth.home");
        shared = new Shared(Limits.of(config), new Numbers(home == null ? null : Path.of(home, "state", "generations")));
        registry = new HandlerRegistry(context, shared);
        slots = registry.slots();
        routes = registry.routes();
    }

    @Activate
    void start() {
        registry.start();
    }

    /** Exchanges in progress keep their deadlines; SCR withdraws the handlers after this. */
    @Deactivate
    void stop() {
        registry.stop();
        shared.stop();
    }

    @Modified
    void modified(DispatchConfig config) {
        shared.limits(Limits.of(config));
        registry.limitsChanged();
    }

    @Override
    public void route(Exchange exchange) {
        try {
            if (!routes.route(exchange, next)) {
                exchange.fail(404, "Nothing is found here.");
            }
        } catch (RuntimeException | StackOverflowError e) {
            LOG.log(Level.ERROR, () -> exchange + ": can not be routed: 500", e);
            exchange.fail(500, "The request could not be routed.");
        }
    }

    @Override
    public void dispatch(String handlerName, Exchange exchange) {
        give(slots.of(handlerName), exchange, null);
    }

    private void give(Slot slot, Exchange given, Route route) {
        Exchange exchange;
        try {
            exchange = given.move(slot.owner());
        } catch (IllegalStateException e) {
            LOG.log(Level.ERROR, () -> given + " was given to " + slot.owner() + " by somebody who does not own it", e);
            return;
        }
        Generation generation = slot.gate().lease();
        if (generation != null) {
            generation.handle(exchange);
        } else {
            if (slot.gate().park(exchange, route)) {
                routes.parked(slot, route);
            }
            registry.wanted(slot);
        }
    }

    @Override
    public List<String> unready() {
        List<String> lines = new ArrayList<>();
        for (Route route : routes.list()) {
            Slot slot = slots.of(route.handler());
            if (route.required() && !slot.ready()) {
                lines.add(route + ": " + slot.absence());
                registry.wanted(slot);
            }
        }
        registry.pending().forEach(s -> lines.add(s + " is being activated"));
        return lines;
    }

    @Override
    public Succession succeed(Bundle predecessor, Bundle successor, Predicate<String> returns) {
        return registry.succeed(predecessor, successor, returns);
    }

    @Override
    public Map<String, String> shortcomings(Bundle bundle) {
        return registry.shortcomings(bundle);
    }

    @Override
    public boolean failed(Bundle bundle) {
        return registry.failed(bundle);
    }

    @Override
    public long inProgress(Bundle bundle) {
        return registry.inProgress(bundle);
    }

    @Override
    public CompletionStage<Void> retire(Bundle bundle) {
        return registry.retire(bundle);
    }

    HandlerRegistry registry() {
        return registry;
    }

    /** Binds the reference only: the object is fetched lazily. */
    @Reference(service = Handler.class, cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void addHandler(ServiceReference<Handler> reference) {
        registry.add(reference);
    }

    /** Properties have changed. */
    void updatedHandler(ServiceReference<Handler> reference) {
        registry.update(reference);
    }

    /** Holds the unregistering caller, bounded, until no request uses the handler any more. */
    void removeHandler(ServiceReference<Handler> reference) {
        registry.remove(reference);
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void addRoute(RouteConfig route) {
        routes.add(route);
    }

    /** The service's properties have changed; where the change was refused the route is the old one. */
    void updatedRoute(RouteConfig route) {
        routes.refresh();
    }

    void removeRoute(RouteConfig route) {
        routes.remove(route);
    }
}
