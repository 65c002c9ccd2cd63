package org.hearthd.process;

import java.lang.System.Logger.Level;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;

/** How a handler goes: it is withdrawn first, which lasts as long as requests use it, then it ends. */
final class Leave {
    private static final System.Logger LOG = System.getLogger(Leave.class.getName());

    private Leave() {}

    /**
     * Whoever stops the bundle waits for that. Whoever only deletes a configuration does not, for he holds all other changes of
     * configurations.
     *
     * @param registration or null if the handler was never registered
     */
    static void begin(BundleContext context, String handler, ServiceRegistration<?> registration, Runnable end) {
        Runnable all = () -> {
            withdraw(handler, registration);
            end.run();
        };
        if (context.getBundle().getState() == Bundle.ACTIVE) {
            Aside.run("end of handler " + handler, all);
        } else {
            all.run();
        }
    }

    private static void withdraw(String handler, ServiceRegistration<?> registration) {
        try {
            if (registration != null) {
                registration.unregister();
            }
        } catch (IllegalStateException e) {
            LOG.log(Level.DEBUG, () -> "handler " + handler + " was withdrawn with its bundle", e);
        }
    }
}
