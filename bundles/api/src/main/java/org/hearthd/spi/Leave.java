package org.hearthd.spi;

import java.lang.System.Logger.Level;
import java.util.concurrent.CountDownLatch;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.ServiceRegistration;
import org.osgi.framework.SynchronousBundleListener;
import org.osgi.service.component.ComponentConstants;

/**
 * How a handler goes: it is withdrawn first, which lasts as long as requests use it, then it ends. Whoever stops the bundle waits for it,
 * also where it has begun before. Whoever only deletes a configuration does not, for he holds all other changes of configurations.
 */
public final class Leave implements SynchronousBundleListener {
    /** The property of a service whose end may last: so many milliseconds, a Long, have to be waited for it when the runtime ends. */
    public static final String LONGEST_MS = "hearth.end.ms";
    private static final System.Logger LOG = System.getLogger(Leave.class.getName());

    private final BundleContext context;
    private final Bundle bundle;
    private final CountDownLatch ended = new CountDownLatch(1);

    private Leave(BundleContext context) {
        this.context = context;
        bundle = context.getBundle();
    }

    /**
     * Withdraws the handler and runs its end: on a thread of its own if its configuration was deleted; here for any other reason, if the
     * bundle stops already, or where there is no thread.
     *
     * @param reason why the component is deactivated
     * @param registration or null if the handler was never registered
     */
    public static void begin(BundleContext context, int reason, String handler, ServiceRegistration<?> registration,
            Runnable end) {
        Runnable all = () -> {
            withdraw(handler, registration);
            end.run();
        };
        if (reason == ComponentConstants.DEACTIVATION_REASON_CONFIGURATION_DELETED) {
            aside(context, "end of " + handler, all);
        } else {
            all.run();
        }
    }

    private static void aside(BundleContext context, String name, Runnable end) {
        Leave leave;
        try {
            leave = new Leave(context);
            context.addBundleListener(leave);
        } catch (IllegalStateException e) {
            LOG.log(Level.DEBUG, () -> name + ": the bundle has stopped already", e);
            end.run();
            return;
        }
        Aside.run(name, () -> leave.run(end));
        // nobody tells of a stop that has begun before there was a listener
        if (leave.bundle.getState() != Bundle.ACTIVE) {
            leave.await();
        }
    }

    private void run(Runnable end) {
        try {
            end.run();
        } finally {
            forget();
            ended.countDown();
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
        if (event.getType() == BundleEvent.STOPPING && bundle.equals(event.getBundle())) {
            await();
        }
    }

    private void await() {
        try {
            ended.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Unregisters the service, if it was ever registered and its bundle has not stopped yet. */
    public static void withdraw(String handler, ServiceRegistration<?> registration) {
        try {
            if (registration != null) {
                registration.unregister();
            }
        } catch (IllegalStateException e) {
            LOG.log(Level.DEBUG, () -> handler + " was withdrawn with its bundle", e);
        }
    }
}
