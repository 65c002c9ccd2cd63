package org.hearthd.dispatch;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.hearthd.Headers;
import org.hearthd.Request;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Tells the shell's {@code why} which route a GET would take, without sending one, and how the handler there is. */
@Component(service = Function.class, property = "hearth.why=route")
public final class RouteFinder implements Function<String, Map<String, String>> {
    private final DispatcherService dispatcher;

    /** Looks into that dispatcher. */
    @Activate
    public RouteFinder(@Reference DispatcherService dispatcher) {
        this.dispatcher = dispatcher;
    }

    /** @param what a path, a URL, or the name of a route or of a handler; nothing is found for anything else */
    @Override
    public Map<String, String> apply(String what) {
        return what.startsWith("/") ? taken(what, "") : what.contains("://") ? taken(URI.create(ascii(what))) : named(what);
    }

    private Map<String, String> taken(URI url) {
        String path = url.getRawPath();
        return taken(path == null || path.isEmpty() ? "/" : path, url.getRawAuthority());
    }

    private Map<String, String> taken(String path, String host) {
        String url = ascii(path);
        String rest = url.substring(1).split("\\?", 2)[0];
        Headers headers = host == null || host.isEmpty() ? Headers.EMPTY : Headers.of("Host", host);
        Request request = Request.of("GET", url, "HTTP/1.1", rest, headers);
        for (Route route : dispatcher.registry().routes().list()) {
            String remaining = route.match(request);
            if (remaining != null) {
                Map<String, String> found = describe(route);
                found.put("rest", remaining);
                return found;
            }
        }
        for (Route route : dispatcher.registry().routes().list()) {
            if (withoutConditions(route).match(request) != null) {
                Map<String, String> found = describe(route);
                found.put("but", "its conditions on host, method or headers are not met by a plain GET " + what(url, host));
                return found;
            }
        }
        return Map.of();
    }

    private static String what(String url, String host) {
        return host == null || host.isEmpty() ? url + " without a host" : url + " on " + host;
    }

    private static Route withoutConditions(Route r) {
        return new Route(r.name(), r.origin(), r.configured(), r.required(), r.priority(), r.handler(), null, r.path(),
                r.prefix(),
                r.pattern(), List.of(), List.of(), r.rest());
    }

    private Map<String, String> named(String name) {
        for (Route route : dispatcher.registry().routes().list()) {
            if (route.name().equals(name)) {
                return describe(route);
            }
        }
        Slot slot = dispatcher.registry().slots().known(name);
        Map<String, String> found = new LinkedHashMap<>();
        if (slot != null) {
            describe(slot, found);
        }
        return found;
    }

    private Map<String, String> describe(Route route) {
        Map<String, String> found = new LinkedHashMap<>();
        found.put("route", route.name() + " (" + route.origin() + ")");
        describe(dispatcher.registry().slots().of(route.handler()), found);
        return found;
    }

    private static void describe(Slot slot, Map<String, String> found) {
        Generation generation = slot.gate().generation();
        found.put("handler", slot.name());
        found.put("state", generation == null ? "absent: " + slot.absence() : "in service: " + generation.label());
    }

    /** As a client would send it. */
    private static String ascii(String url) {
        StringBuilder octets = new StringBuilder();
        for (byte octet : url.getBytes(StandardCharsets.UTF_8)) {
            octets.append(octet > ' ' && octet < 0x7f ? String.valueOf((char) octet) : String.format("%%%02X", octet & 0xFF));
        }
        return octets.toString();
    }
}
