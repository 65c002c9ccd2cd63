package org.hearthd.dispatch;

import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.osgi.framework.Bundle;

/**
 * The routes that handler bundles bring along. A route stays while its bundle is installed, so that a handler that is being replaced
 * is absent, not unknown (404); but not if another handler that is there brings the same path. Guarded by its user.
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

    /** Takes in what the services that are there say; forgets what they no longer say, whom they replace, and uninstalled bundles. */
    List<Route> refresh(Collection<HandlerService> services) {
        Set<Declared> said = new LinkedHashSet<>();
        for (HandlerService service : services) {
            HandlerSettings settings = service.settings();
            settings.paths().forEach(path -> said.add(new Declared(service.bundle(), settings.name(), path)));
        }
        said.removeIf(d -> !counts(d));
        Set<String> taken = said.stream().map(Declared::path).collect(Collectors.toSet());
        declared.removeIf(d -> !said.contains(d)
                && (!counts(d) || taken.contains(d.path) || services.stream().anyMatch(d::sameHandler)));
        declared.addAll(said);
        return declared.stream().map(d -> Route.declared(d.path, d.handler, "declared by " + d.bundle.getSymbolicName() + " "
                + d.bundle.getVersion() + ", bundle " + d.bundle.getBundleId())).toList();
    }

    private boolean counts(Declared d) {
        return d.bundle.getState() != Bundle.UNINSTALLED && routed.test(d.bundle);
    }

    /** Forgets what a service has said that has another name now. */
    void forget(HandlerService service) {
        declared.removeIf(d -> d.sameHandler(service));
    }
}
