package org.hearthd.deploy;

import java.io.IOException;
import java.io.InputStream;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.startlevel.BundleStartLevel;
import org.osgi.framework.wiring.BundleRevision;
import org.osgi.framework.wiring.FrameworkWiring;

/** Puts bundles into the framework and takes them out of it. Locations are {@code deploy:FILE#N}. */
final class Installer {
    private static final System.Logger LOG = System.getLogger(Installer.class.getName());
    private static final String SCHEME = "deploy:";
    private static final long REFRESH_S = 10;
    private static final int START = Bundle.START_TRANSIENT | Bundle.START_ACTIVATION_POLICY;

    private final BundleContext context;
    private final FrameworkWiring wiring;
    private final boolean refreshOthers;
    private long count;

    /**
     * Counts on from what is there.
     *
     * @param refreshOthers whether bundles that use the classes of an uninstalled one may be restarted
     */
    Installer(BundleContext context, boolean refreshOthers) {
        this.context = context;
        this.refreshOthers = refreshOthers;
        this.wiring = context.getBundle(Constants.SYSTEM_BUNDLE_LOCATION).adapt(FrameworkWiring.class);
        for (Bundle bundle : deployed()) {
            count = Math.max(count, number(bundle));
        }
    }

    static boolean isDeployed(Bundle bundle) {
        return bundle.getLocation().matches(SCHEME + ".+#[0-9]+");
    }

    /** The name of the file from which a bundle was installed. */
    static String file(Bundle bundle) {
        return bundle.getLocation().substring(SCHEME.length(), bundle.getLocation().lastIndexOf('#'));
    }

    private static long number(Bundle bundle) {
        return Long.parseLong(bundle.getLocation().substring(bundle.getLocation().lastIndexOf('#') + 1));
    }

    /** What this room has installed, the newest first. */
    List<Bundle> deployed() {
        return Stream.of(context.getBundles()).filter(Installer::isDeployed)
                .sorted(Comparator.comparingLong(Installer::number).reversed()).toList();
    }

    Bundle install(String name, BundleJar jar) throws BundleException, IOException {
        try (InputStream in = jar.open()) {
            return context.installBundle(SCHEME + name + "#" + ++count, in);
        }
    }

    /**
     * Has a bundle that is in service stopped with those of this room's start level when the framework ends. Not earlier: the framework
     * does this later, on another thread, and complains if the bundle was uninstalled meanwhile.
     */
    void setStartLevel(Bundle bundle) {
        bundle.adapt(BundleStartLevel.class).setStartLevel(context.getBundle().adapt(BundleStartLevel.class).getStartLevel());
    }

    static void start(Bundle bundle) throws BundleException {
        if ((bundle.adapt(BundleRevision.class).getTypes() & BundleRevision.TYPE_FRAGMENT) != 0) {
            return;
        }
        try {
            bundle.start(START);
        } catch (BundleException failed) {
            if (!Explain.isUnresolved(failed)) {
                throw failed;
            }
            // The framework also fails so if another bundle is being started that is wired to this one: it is resolved for both there.
            // Another bundle in its place would leave that one with the classes of this.
            bundle.start(START);
        }
    }

    boolean resolve(Bundle bundle) {
        return wiring.resolveBundles(List.of(bundle));
    }

    /** Symbolic names of the bundles that use classes of that one, directly or not. */
    List<String> users(Bundle bundle) {
        return wiring.getDependencyClosure(List.of(bundle)).stream().filter(other -> !other.equals(bundle))
                .map(Bundle::getSymbolicName).sorted().toList();
    }

    /**
     * Stops and uninstalls. The framework lets go of the classes unless another bundle uses them; then that one is restarted if it may
     * be, or goes on with the old classes.
     */
    void remove(Bundle bundle) {
        try {
            if (bundle.getState() != Bundle.UNINSTALLED) {
                bundle.uninstall();
            }
            for (Bundle left : wiring.getRemovalPendingBundles()) {
                if (isDeployed(left) && (left.equals(bundle) && refreshOthers || users(left).isEmpty())) {
                    refresh(left);
                }
            }
        } catch (BundleException | IllegalStateException failed) {
            LOG.log(isEnding() ? System.Logger.Level.DEBUG : System.Logger.Level.WARNING,
                    "{0} cannot be uninstalled cleanly: {1}", bundle, failed.getMessage());
        }
    }

    private void refresh(Bundle bundle) {
        CountDownLatch refreshed = new CountDownLatch(1);
        wiring.refreshBundles(List.of(bundle), event -> refreshed.countDown());
        try {
            if (!refreshed.await(REFRESH_S, TimeUnit.SECONDS)) {
                LOG.log(System.Logger.Level.WARNING, "{0} is not refreshed after {1} s", bundle.getSymbolicName(), REFRESH_S);
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    /** The bundles that keep the classes of an uninstalled one in use. */
    List<String> usersOfUninstalled(long bundleId) {
        return wiring.getRemovalPendingBundles().stream().filter(bundle -> bundle.getBundleId() == bundleId)
                .flatMap(bundle -> users(bundle).stream()).toList();
    }

    /** Whether the whole framework is going down, which fails what is being started without any fault of it. */
    boolean isEnding() {
        int state = context.getBundle(Constants.SYSTEM_BUNDLE_LOCATION).getState();
        return state != Bundle.ACTIVE && state != Bundle.STARTING;
    }
}
