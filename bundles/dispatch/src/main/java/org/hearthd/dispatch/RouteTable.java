package org.hearthd.dispatch;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.hearthd.Exchange;
import org.hearthd.Request;

/**
 * All routes in the order in which they are tried, with their slots. Immutable; replaced as a whole, also when a handler has come into
 * service or gone: of declared routes of the same path those whose handler is there are tried first.
 */
final class RouteTable {
    /** Takes an exchange that was routed. */
    interface Next {
        /** It is to go to that slot by that route. */
        void take(Slot slot, Exchange exchange, Route route);
    }

    /** A route at the moment when the table is made. */
    private record Entry(Route route, Slot slot, boolean ready) {
        static int order(Entry a, Entry b) {
            int order = Route.order(a.route, b.route);
            order = order != 0 || a.route.configured() ? order : Boolean.compare(b.ready, a.ready);
            return order != 0 ? order : a.route.origin().compareTo(b.route.origin());
        }
    }

    private final Route[] routes;
    private final Slot[] slots;
    /** By declared path, where a handler is in service: who gets the requests. */
    private final Map<String, Slot> heirs = new HashMap<>();

    /** Sorts the routes; {@code slot} finds the slot of a handler name. */
    RouteTable(List<Route> unordered, Function<String, Slot> slot) {
        Entry[] entries = new Entry[unordered.size()];
        for (int i = 0; i < entries.length; i++) {
            Route route = unordered.get(i);
            Slot its = slot.apply(route.handler());
            entries[i] = new Entry(route, its, its.ready());
        }
        Arrays.sort(entries, Entry::order);
        routes = new Route[entries.length];
        slots = new Slot[entries.length];
        for (int i = 0; i < entries.length; i++) {
            routes[i] = entries[i].route;
            slots[i] = entries[i].slot;
            if (entries[i].ready && !routes[i].configured()) {
                heirs.putIfAbsent(routes[i].path(), slots[i]);
            }
        }
    }

    /**
     * Gives the exchange, with its new rest string, to the slot of the first route that matches.
     *
     * @return false where none matches; the exchange is still the caller's
     */
    boolean route(Exchange exchange, Next next) {
        Request request = exchange.request();
        for (int i = 0; i < routes.length; i++) {
            String rest = routes[i].match(request);
            if (rest != null) {
                next.take(slots[i], rest.equals(request.rest()) ? exchange : exchange.with(request.withRest(rest)), routes[i]);
                return true;
            }
        }
        return false;
    }

    /**
     * Whose the requests are that wait because of a declared route: the rest string is the same whichever handler of that path they
     * go to. Configured routes mean the handler that they name.
     *
     * @param route by which they came, or null
     * @return null where they can only wait
     */
    Slot heir(Route route) {
        return route == null || route.configured() ? null : heirs.get(route.path());
    }

    List<Route> routes() {
        return List.of(routes);
    }
}
