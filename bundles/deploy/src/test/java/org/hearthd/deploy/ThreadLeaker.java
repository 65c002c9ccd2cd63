package org.hearthd.deploy;

import java.util.concurrent.locks.LockSupport;
import org.osgi.framework.BundleContext;

/** Leaves a thread behind. */
public final class ThreadLeaker extends Greeter {
    @Override
    public void start(BundleContext context) throws Exception {
        super.start(context);
        Thread left = new Thread(() -> {
            while (!Thread.currentThread().isInterrupted()) {
                LockSupport.park();
            }
        }, "left-behind");
        left.setDaemon(true);
        left.start();
    }
}
