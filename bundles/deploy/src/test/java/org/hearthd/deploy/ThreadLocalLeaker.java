package org.hearthd.deploy;

import java.util.concurrent.ExecutorService;
import org.osgi.framework.BundleContext;

/** Leaves a value of a class of its own with a thread of somebody else. */
public final class ThreadLocalLeaker extends Greeter {
    private static final ThreadLocal<Object> LEFT = new ThreadLocal<>();

    @Override
    public void start(BundleContext context) throws Exception {
        super.start(context);
        ExecutorService others = context.getService(context.getServiceReference(ExecutorService.class));
        others.submit(() -> LEFT.set(this)).get();
    }
}
