package org.hearthd.dispatch;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.hearthd.Exchange;
import org.osgi.framework.Bundle;

/** All routes, configured and declared; keeps the table that is in use up to date. */
final class Routes {
    private final Slots slots;
    private final Supplier<Collection<HandlerService>> services;
    private final List<RouteConfig> configured = new CopyOnWriteArrayList<>();
    private final DeclaredRoutes declared;
    private volatile RouteTable table;

    /**
     * No routes yet.
     *
     * @param services all that are registered
     * @param routed which bundles' routes count
     */
    Routes(Slots slots, Supplier<Collection<HandlerService>> services, Predicate<Bundle> routed) {
        this.slots = slots;
        this.services = services;
        this.declared = new DeclaredRoutes(routed);
        this.table = new RouteTable(List.of(), slots::of);
    }

    /** As {@link RouteTable#route}. */
    boolean route(Exchange exchange, RouteTable.Next next) {
        return table.route(exchange, next);
    }

    /** In the order in which they are tried. */
    List<Route> list() {
        return table.routes();
    }

    void add(RouteConfig route) {
        configured.add(route);
        refresh();
    }

    void remove(RouteConfig route) {
        configured.remove(route);
        refresh();
    }

    /** A service has another name now: what it has declared under the old one goes with the next refresh. */
    synchronized void forget(HandlerService service) {
        declared.forget(service);
    }

    /** Something has changed: a configuration, a service, the standing of a bundle, which handlers are in service. */
    void refresh() {
        synchronized (this) {
            List<Route> routes = new ArrayList<>(declared.refresh(services.get()));
            configured.forEach(c -> routes.add(c.route()));
            table = new RouteTable(routes, slots::of);
        }
        handOver();
    }

    /** An exchange waits that was routed before, perhaps by a table that was replaced meanwhile. */
    void parked(Slot slot, Route route) {
        Slot heir = table.heir(route);
        if (heir != null && heir != slot) {
            handOver();
        }
    }

    /** Nobody may be left with a handler that was there by a table that was replaced meanwhile. */
    private void handOver() {
        RouteTable used;
        do {
            used = table;
            for (Slot slot : slots.all()) {
                slot.handOver(used::heir);
            }
        } while (used != table);
    }
}
