package org.hearthd.dispatch;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.SynchronousBundleListener;

/** Which bundles' handlers may not be in service, and why. A bundle that is stopped or started begins anew. */
final class Standings implements SynchronousBundleListener {
    /** Why the handlers of a bundle are not in service. */
    enum Standing {
        /** Announced as a successor that has not taken over yet. */
        ANNOUNCED,
        /** Announced, and did not take over. */
        REFUSED,
        /** Taken out of service. */
        RETIRED,
        /** Another bundle has taken over from it. */
        REPLACED
    }

    private final Map<Bundle, Standing> standings = new ConcurrentHashMap<>();
    private final Consumer<Bundle> uninstalled;

    /** @param uninstalled called after some bundle was uninstalled */
    Standings(Consumer<Bundle> uninstalled) {
        this.uninstalled = uninstalled;
    }

    /** Whether its handlers may be in service. */
    boolean admitted(Bundle bundle) {
        return !standings.containsKey(bundle);
    }

    /** Whether the routes that it declares count: those of a bundle that only goes stay while it is installed. */
    boolean routed(Bundle bundle) {
        Standing standing = standings.get(bundle);
        return standing == null || standing == Standing.RETIRED;
    }

    boolean is(Bundle bundle, Standing standing) {
        return standings.get(bundle) == standing;
    }

    void announce(Bundle successor) {
        standings.put(successor, Standing.ANNOUNCED);
    }

    /** From an announced successor to an ordinary bundle, and from an ordinary bundle to none. */
    void commit(Bundle predecessor, Bundle successor) {
        standings.remove(successor);
        if (predecessor.getState() != Bundle.UNINSTALLED) {
            standings.put(predecessor, Standing.REPLACED);
        }
    }

    /** The announcement has ended; what the bundle has registered stays out of service. */
    void refuse(Bundle successor) {
        boolean active = (successor.getState() & (Bundle.STARTING | Bundle.ACTIVE | Bundle.STOPPING)) != 0;
        standings.computeIfPresent(successor,
                (b, standing) -> standing != Standing.ANNOUNCED ? standing : active ? Standing.REFUSED : null);
    }

    void retire(Bundle bundle) {
        standings.putIfAbsent(bundle, Standing.RETIRED);
    }

    /** From a retired bundle to an ordinary one. */
    void readmit(Bundle bundle) {
        standings.remove(bundle, Standing.RETIRED);
    }

    @Override
    public void bundleChanged(BundleEvent event) {
        if (event.getType() == BundleEvent.STOPPED || event.getType() == BundleEvent.STARTING) {
            standings.computeIfPresent(event.getBundle(), (b, standing) -> standing == Standing.ANNOUNCED ? standing : null);
        } else if (event.getType() == BundleEvent.UNINSTALLED) {
            standings.remove(event.getBundle());
            uninstalled.accept(event.getBundle());
        }
    }
}
