package org.hearthd.scgi;

import java.lang.System.Logger.Level;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.SynchronousBundleListener;

/**
 * An end that takes a while. Whoever stops the bundle waits for it, also where it has begun before. Whoever only deletes a configuration
 * does not, for he holds all other changes of configurations.
 */
final class Leave implements SynchronousBundleListener {
    private static final System.Logger LOG = System.getLogger(Leave.class.getName());

    private final BundleContext context;
    private final Bundle bundle;
    private final Thread thread;

    private Leave(BundleContext context, Bundle bundle, String name, Runnable end) {
        this.context = context;
        this.bundle = bundle;
        thread = new Thread(() -> {
            try {
                end.run();
            } finally {
                forget();
            }
        }, name);
        thread.setDaemon(true);
    }

    /** Runs the end, here or on a thread of its own. */
    static void begin(BundleContext context, String name, Runnable end) {
        Bundle bundle = context.getBundle();
        if (bundle.getState() != Bundle.ACTIVE) {
            end.run();
            return;
        }
        Leave leave = new Leave(context, bundle, name, end);
        context.addBundleListener(leave);
        try {
            leave.thread.start();
        } catch (OutOfMemoryError e) {
            LOG.log(Level.WARNING, () -> name + " has no thread of its own: " + e.getMessage());
            leave.thread.run();
        }
    }

    private void forget() {
        try {
            context.removeBundleListener(this);
        } catch (IllegalStateException e) {
            LOG.log(Level.DEBUG, "the bundle has stopped meanwhile", e);
        }
    }

    @Override
    public void bundleChanged(BundleEvent event) {
        if (event.getType() != BundleEvent.STOPPING || !bundle.equals(event.getBundle())) {
            return;
        }
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
