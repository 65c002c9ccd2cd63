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

    private Leave(BundleContext context, String name, Runnable end) {
        this.context = context;
        bundle = context.getBundle();
        thread = new Thread(() -> {
            try {
                end.run();
            } finally {
                forget();
            }
        }, name);
        thread.setDaemon(true);
    }

    /** Runs the end on a thread of its own; here if the bundle stops already, or where there is no thread. */
    static void begin(BundleContext context, String name, Runnable end) {
        Leave leave;
        try {
            leave = new Leave(context, name, end);
            context.addBundleListener(leave);
        } catch (IllegalStateException e) {
            LOG.log(Level.DEBUG, () -> name + ": the bundle has stopped already", e);
            end.run();
            return;
        }
        try {
            leave.thread.start();
        } catch (OutOfMemoryError e) {
            LOG.log(Level.WARNING, () -> name + " has no thread of its own: " + e.getMessage());
            leave.thread.run();
            return;
        }
        // nobody tells of a stop that has begun before there was a listener
        if (leave.bundle.getState() != Bundle.ACTIVE) {
            leave.await();
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
        await();
    }

    private void await() {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
