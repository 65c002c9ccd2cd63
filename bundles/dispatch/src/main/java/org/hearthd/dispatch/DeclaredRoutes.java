package org.hearthd.dispatch;

import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.osgi.framework.Bundle;

/**
 * The routes that handler bundles bring along. A route stays while its bundle is installed, so that a handler that is being replaced
 * is absent, not unknown (404). Guarded by its user.
 */
final class DeclaredRoutes {
    private record Declared(Bundle bundle, String handler, String path) {
        boolean sameHandler(HandlerService service) {
            return service.bundle().equals(bundle) && service.settings().name().equals(handler);
        }
    }

    private final Predicate<Bundle> routed;
    private final Set<Declared> declared = new LinkedHashSet<>();

    /** @param routed which bundles' routes count */
    DeclaredRoutes(Predicate<Bundle> routed) {
        this.routed = routed;
    }

    /** Takes in what the services that are there say, and forgets what they no longer say and uninstalled bundles. */
    List<Route> refresh(Collection<HandlerService> services) {
        for (HandlerService service : services) {
            HandlerSettings settings = service.settings();
            settings.paths().forEach(path -> declared.add(new Declared(service.bundle(), settings.name(), path)));
        }
        declared.removeIf(d -> d.bundle.getState() == Bundle.UNINSTALLED || !routed.test(d.bundle) || withdrawn(d, services));
        return declared.stream().map(d -> Route.declared(d.path, d.handler, "declared by " + d.bundle.getSymbolicName() + " "
                + d.bundle.getVersion() + ", bundle " + d.bundle.getBundleId())).toList();
    }

    private static boolean withdrawn(Declared d, Collection<HandlerService> services) {
        List<HandlerService> same = services.stream().filter(d::sameHandler).toList();
        return !same.isEmpty() && same.stream().noneMatch(s -> s.settings().paths().contains(d.path));
    }
}
