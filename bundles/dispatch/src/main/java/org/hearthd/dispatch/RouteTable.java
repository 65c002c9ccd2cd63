package org.hearthd.dispatch;

import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.hearthd.Exchange;
import org.hearthd.Request;

/** All routes in the order in which they are tried, with their slots. Immutable; replaced as a whole. */
final class RouteTable {
    private final Route[] routes;
    private final Slot[] slots;

    /** Sorts the routes; {@code slot} finds the slot of a handler name. */
    RouteTable(List<Route> unordered, Function<String, Slot> slot) {
        routes = unordered.stream().sorted(Route::order).toArray(Route[]::new);
        slots = new Slot[routes.length];
        for (int i = 0; i < routes.length; i++) {
            slots[i] = slot.apply(routes[i].handler());
        }
    }

    /**
     * Gives the exchange, with its new rest string, to the slot of the first route that matches.
     *
     * @return false where none matches; the exchange is still the caller's
     */
    boolean route(Exchange exchange, BiConsumer<Slot, Exchange> next) {
        Request request = exchange.request();
        for (int i = 0; i < routes.length; i++) {
            String rest = routes[i].match(request);
            if (rest != null) {
                next.accept(slots[i], rest.equals(request.rest()) ? exchange : exchange.with(request.withRest(rest)));
                return true;
            }
        }
        return false;
    }

    List<Route> routes() {
        return List.of(routes);
    }
}
