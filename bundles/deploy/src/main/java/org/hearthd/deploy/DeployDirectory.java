package org.hearthd.deploy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleListener;
import org.osgi.framework.Constants;
import org.osgi.framework.wiring.FrameworkWiring;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.metatype.annotations.Designate;

/**
 * Watches the deploy directory. The first look happens while this component is activated, so that handlers are there before the
 * sources start; it only installs, because that thread may change start levels and must not wait for a refresh. Everything else
 * happens on one thread of its own.
 */
@Component(service = {}, immediate = true, configurationPid = "org.hearthd.deploy")
@Designate(ocd = DeployConfig.class)
public final class DeployDirectory {
    private static final System.Logger LOG = System.getLogger(DeployDirectory.class.getName());

    private final BundleContext context;
    private final Path directory;
    private final int pollMs;
    private final DirectoryScan scan = new DirectoryScan();
    private final Deployer deployer;
    private final BundleListener listener = event -> bundlesChanged = true;
    private final ScheduledExecutorService thread;
    private volatile boolean bundlesChanged;
    private boolean unreadable;

    /** Made by Declarative Services; does nothing yet. */
    @Activate
    public DeployDirectory(BundleContext context, DeployConfig config, @Reference ServiceComponentRuntime components) {
        this.context = context;
        this.directory = directory(context, config);
        this.pollMs = config.poll_ms();
        FrameworkWiring wiring = context.getBundle(Constants.SYSTEM_BUNDLE_LOCATION).adapt(FrameworkWiring.class);
        Path staging = context.getDataFile("jars").toPath();
        this.deployer = new Deployer(context, directory, staging, new Explain(wiring, components));
        this.thread = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread made = new Thread(task, "hearth-deploy");
            made.setDaemon(true);
            return made;
        });
    }

    private static Path directory(BundleContext context, DeployConfig config) {
        String home = context.getProperty("hearth.home");
        if (config.dir().isEmpty() && home == null) {
            throw new IllegalArgumentException("org.hearthd.deploy: dir is empty and the runtime has no home");
        }
        Path directory = config.dir().isEmpty() ? Path.of(home, "deploy") : Path.of(config.dir());
        if (!directory.isAbsolute()) {
            throw new IllegalArgumentException("org.hearthd.deploy: dir=" + directory + " is not absolute");
        }
        if (config.poll_ms() < 20) {
            throw new IllegalArgumentException("org.hearthd.deploy: poll.ms=" + config.poll_ms() + " is less than 20");
        }
        return directory;
    }

    /** Returns when the jars that lie there are installed. */
    @Activate
    void start() {
        firstLook();
        context.addBundleListener(listener);
        thread.scheduleWithFixedDelay(this::look, pollMs, pollMs, TimeUnit.MILLISECONDS);
    }

    @Deactivate
    void deactivate() throws InterruptedException {
        context.removeBundleListener(listener);
        thread.shutdown();
        if (!thread.awaitTermination(5, TimeUnit.SECONDS)) {
            LOG.log(System.Logger.Level.WARNING, "A deployment from {0} is still going on", directory);
        }
    }

    /**
     * Installs what is new and complete. What was written a moment ago gets a second look when it is one interval old: the sources
     * come after this and their clients should find it.
     */
    void firstLook() {
        try {
            Files.createDirectories(directory);
            Set<String> adopted = deployer.names();
            Map<String, DirectoryScan.Stamp> found = found(adopted);
            // one clock reading for both questions: what is too young for the first must not have grown old by the second
            long now = System.currentTimeMillis();
            apply(scan.first(found, stamp -> isSettled(stamp, now)));
            OptionalLong youngest = found.values().stream().filter(stamp -> !isSettled(stamp, now))
                    .mapToLong(stamp -> age(stamp, now)).min();
            if (youngest.isPresent()) {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(pollMs - youngest.getAsLong()));
                apply(scan.next(found(adopted)));
            }
            if (!adopted.isEmpty()) {
                Set<String> gone = new TreeSet<>(adopted);
                gone.removeAll(DirectoryScan.look(directory).keySet());
                thread.execute(() -> deployer.apply(Set.of(), gone));
            }
        } catch (IOException failed) {
            reportUnreadable(failed);
        }
    }

    private Map<String, DirectoryScan.Stamp> found(Set<String> except) throws IOException {
        Map<String, DirectoryScan.Stamp> found = DirectoryScan.look(directory);
        found.keySet().removeAll(except);
        return found;
    }

    private boolean isSettled(DirectoryScan.Stamp stamp, long now) {
        long age = age(stamp, now);
        return age < 0 || age > pollMs;
    }

    private static long age(DirectoryScan.Stamp stamp, long now) {
        return now - stamp.modified().toMillis();
    }

    /** One look, on this room's thread. Nothing may end the thread. */
    void look() {
        try {
            apply(scan.next(DirectoryScan.look(directory)));
            unreadable = false;
            if (bundlesChanged) {
                bundlesChanged = false;
                deployer.retry();
            }
            deployer.retryStorage(System.nanoTime());
            deployer.explainUnsatisfied(System.nanoTime());
        } catch (IOException failed) {
            reportUnreadable(failed);
        } catch (RuntimeException | LinkageError failed) {
            LOG.log(System.Logger.Level.ERROR, "Deploying from " + directory + " failed", failed);
        }
    }

    private void apply(DirectoryScan.Changes changes) {
        if (!changes.isEmpty()) {
            deployer.apply(changes.changed(), changes.removed());
        }
    }

    private void reportUnreadable(IOException failed) {
        if (!unreadable) {
            LOG.log(System.Logger.Level.WARNING, "{0} cannot be read, what is deployed stays: {1}", directory, failed.toString());
        }
        unreadable = true;
    }
}
