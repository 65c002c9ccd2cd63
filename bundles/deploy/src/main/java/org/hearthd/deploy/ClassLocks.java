package org.hearthd.deploy;

import java.util.Map;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.wiring.BundleWiring;

/**
 * The threads that load a class right now, as the framework keeps them in each bundle's class loader. Felix 7.0.5 forgets to take one out
 * when another thread has defined the class between its two looks ({@code BundleClassLoader.defineClassParallel}); with the thread stays
 * all that it holds when it has ended: its task and its context class loader.
 */
final class ClassLocks {
    private final BundleContext context;

    ClassLocks(BundleContext context) {
        this.context = context;
    }

    /** Takes out the threads that have ended, which load nothing any more. Does nothing in a framework that keeps them otherwise. */
    void forgetEndedThreads() {
        for (Bundle bundle : context.getBundles()) {
            BundleWiring wiring = bundle.adapt(BundleWiring.class);
            ClassLoader loader = wiring == null ? null : wiring.getClassLoader();
            if (loader != null && LeakFinder.field(loader, loader.getClass(), "m_classLocks") instanceof Map<?, ?> locks) {
                locks.values().removeIf(holder -> holder instanceof Thread thread && !thread.isAlive());
            }
        }
    }
}
