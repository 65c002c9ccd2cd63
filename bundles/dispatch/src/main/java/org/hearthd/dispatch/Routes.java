package org.hearthd.dispatch;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;
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
    boolean route(Exchange exchange, BiConsumer<Slot, Exchange> next) {
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

    /** Something has changed: a configuration, a service, the standing of a bundle. */
    synchronized void refresh() {
        List<Route> routes = new ArrayList<>(declared.refresh(services.get()));
        configured.forEach(c -> routes.add(c.route()));
        table = new RouteTable(routes, slots::of);
    }
}
