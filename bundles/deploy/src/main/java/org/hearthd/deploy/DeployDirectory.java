package org.hearthd.deploy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.hearthd.dispatch.Handlers;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleListener;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceRegistration;
import org.osgi.framework.wiring.FrameworkWiring;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.metatype.annotations.Designate;

/**
 * Watches the deploy directory. The first look happens while this component is activated, so that handlers are there before the
 * sources start. Everything else happens on a thread of its own, and each deployment on another.
 */
@Component(service = DeployDirectory.class, immediate = true, configurationPid = DeployConfig.PID, property = {
    "osgi.command.scope=hearth", "osgi.command.function=deployments",
    "hearth.help=deployments: the jars of the deploy directory and what runs of them"})
@Designate(ocd = DeployConfig.class)
public final class DeployDirectory {
    private static final System.Logger LOG = System.getLogger(DeployDirectory.class.getName());
    private static final long END_MS = 5_000;

    private final BundleContext context;
    private final Path directory;
    private final DeployConfig config;
    private final Handlers handlers;
    private final ServiceComponentRuntime components;
    private final DirectoryScan scan = new DirectoryScan();
    private final BundleListener listener = event -> bundlesChanged = true;
    private final Tasks tasks = new Tasks();
    private final Revisions revisions = new Revisions();
    private final Rules rules;
    private final ScheduledExecutorService thread;
    private JarStore store;
    private FailedMark marks;
    private LoaderCheck loaders;
    private Deployer deployer;
    private ServiceRegistration<?> hooks;
    private volatile boolean bundlesChanged;
    private boolean unreadable;

    /** Made by Declarative Services; does nothing yet. */
    @Activate
    public DeployDirectory(BundleContext context, DeployConfig config, @Reference Handlers handlers,
            @Reference ServiceComponentRuntime components) {
        this.context = context;
        this.config = config;
        this.handlers = handlers;
        this.components = components;
        this.directory = directory(context, config);
        this.rules = Rules.of(config);
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

    /** Returns when the jars that lie there are started. */
    @Activate
    void start() throws InterruptedException {
        FrameworkWiring wiring = context.getBundle(Constants.SYSTEM_BUNDLE_LOCATION).adapt(FrameworkWiring.class);
        Installer installer = new Installer(context, rules.refreshOthers());
        String home = context.getProperty("hearth.home");
        store = new JarStore(directory, home == null ? context.getDataFile("jars").toPath() : Path.of(home, "state", "deploy"));
        marks = new FailedMark(directory);
        loaders = new LoaderCheck(config.gc_interval_ms(), new LeakFinder(installer::usersOfUninstalled),
                new ClassLocks(context)::forgetEndedThreads);
        Swap.Tools tools = new Swap.Tools(handlers, installer, new Explain(wiring, components), rules, tasks);
        deployer = new Deployer(tools, store, new Reports(marks), revisions, loaders);
        hooks = revisions.register(context);
        firstLook();
        context.addBundleListener(listener);
        thread.scheduleWithFixedDelay(this::look, config.poll_ms(), config.poll_ms(), TimeUnit.MILLISECONDS);
    }

    @Deactivate
    void deactivate() throws InterruptedException {
        context.removeBundleListener(listener);
        thread.shutdown();
        deployer.close();
        if (!thread.awaitTermination(END_MS, TimeUnit.MILLISECONDS) || !tasks.end(END_MS)) {
            LOG.log(System.Logger.Level.WARNING, "A deployment from {0} is still going on", directory);
        }
        loaders.close();
        hooks.unregister();
    }

    /** A command of the shell: the jars of the directory and what runs of them. */
    public List<Map<String, Object>> deployments() {
        return deployer.rows();
    }

    Path directory() {
        return directory;
    }

    List<Deployer.Failure> failures() {
        return deployer.failures();
    }

    /**
     * Starts what is complete. What was written a moment ago gets a second look when it is one interval old: the sources
     * come after this and their clients should find it.
     */
    private void firstLook() throws InterruptedException {
        try {
            Files.createDirectories(directory);
            deployer.adopt();
            Map<String, DirectoryScan.Stamp> found = DirectoryScan.look(directory);
            store.clean(found.keySet());
            marks.clean(found.keySet());
            Set<String> gone = new TreeSet<>(deployer.names());
            gone.removeAll(found.keySet());
            deployer.recover(found.keySet());
            // one clock reading for both questions: what is too young for the first must not have grown old by the second
            long now = System.currentTimeMillis();
            deployer.apply(byAge(scan.first(found, stamp -> isSettled(stamp, now)).changed()), gone);
            OptionalLong youngest = found.values().stream().filter(stamp -> !isSettled(stamp, now))
                    .mapToLong(stamp -> age(stamp, now)).min();
            if (youngest.isPresent()) {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(config.poll_ms() - youngest.getAsLong()));
                apply(scan.next(DirectoryScan.look(directory)));
            }
            deployer.awaitAttempts(rules.readyTimeoutMs());
        } catch (IOException failed) {
            reportUnreadable(failed);
        }
    }

    /** The order in which the files came to lie there, as far as the file system knows. */
    private List<String> byAge(Collection<String> names) {
        Map<String, FileTime> times = new HashMap<>();
        names.forEach(name -> times.put(name, DirectoryScan.arrival(directory.resolve(name))));
        return names.stream().sorted(Comparator.comparing(times::get)).toList();
    }

    private boolean isSettled(DirectoryScan.Stamp stamp, long now) {
        long age = age(stamp, now);
        return age < 0 || age > config.poll_ms();
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
            deployer.launch();
            deployer.retryStorage(System.nanoTime());
            deployer.restore(System.nanoTime());
            deployer.explainUnsatisfied(System.nanoTime());
        } catch (IOException failed) {
            reportUnreadable(failed);
        } catch (RuntimeException | LinkageError | OutOfMemoryError failed) {
            LOG.log(System.Logger.Level.ERROR, "Deploying from " + directory + " failed", failed);
        }
    }

    private void apply(DirectoryScan.Changes changes) {
        if (!changes.isEmpty()) {
            deployer.apply(byAge(changes.changed()), changes.removed());
        }
    }

    private void reportUnreadable(IOException failed) {
        if (!unreadable) {
            LOG.log(System.Logger.Level.WARNING, "{0} cannot be read, what is deployed stays: {1}", directory, failed.toString());
        }
        unreadable = true;
    }
}
