package org.hearthd.deploy;

import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;

/** An activator that fails. */
public final class Thrower implements BundleActivator {
    @Override
    public void start(BundleContext context) {
        throw new IllegalStateException("no database here");
    }

    @Override
    public void stop(BundleContext context) {
        // nothing was started
    }
}
