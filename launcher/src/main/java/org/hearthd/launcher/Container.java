package org.hearthd.launcher;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Dictionary;
import java.util.HashMap;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import java.util.function.ToIntFunction;
import org.apache.felix.framework.Felix;
import org.apache.felix.framework.util.FelixConstants;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkEvent;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceEvent;
import org.osgi.framework.ServiceListener;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.ServiceRegistration;
import org.osgi.framework.SynchronousBundleListener;
import org.osgi.framework.launch.Framework;
import org.osgi.framework.startlevel.FrameworkStartLevel;
import org.osgi.framework.wiring.BundleRevision;
import org.osgi.framework.wiring.FrameworkWiring;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.cm.ConfigurationListener;
import org.osgi.service.log.LoggerFactory;

/** The running framework. Talks to its bundles through services of JDK types, ConfigurationAdmin and the OSGi log only. */
final class Container {
    private static final System.Logger LOG = System.getLogger(Container.class.getName());
    private static final String LAST = "org.hearthd.launcher.last";
    private static final long STOP_TIMEOUT_MS = 30_000;
    /** A day: so many sums do not overflow. */
    private static final long LONGEST_MS = 86_400_000;
    private final Framework framework;

    private Container(Framework framework) {
        this.framework = framework;
    }

    /**
     * Installs what the features ask for and starts it up to a start level; returns when that is reached.
     *
     * @param storage an empty or missing directory of this process
     * @param onClassPath whether the bundles are on the class path and get no class loaders of their own
     * @param exit told when the runtime has to end by itself
     */
    static Container start(Features features, Path storage, int startLevel, boolean onClassPath, IntConsumer exit)
            throws LaunchException {
        Map<String, Object> properties = new HashMap<>(features.properties());
        properties.put(Constants.FRAMEWORK_STORAGE, storage.toString());
        properties.put(Constants.FRAMEWORK_STORAGE_CLEAN, Constants.FRAMEWORK_STORAGE_CLEAN_ONFIRSTINIT);
        properties.put(Constants.FRAMEWORK_BEGINNING_STARTLEVEL, Integer.toString(startLevel));
        // The launcher itself talks to ConfigurationAdmin, so that package must have one owner: the system bundle.
        properties.merge(Constants.FRAMEWORK_SYSTEMPACKAGES_EXTRA, "org.osgi.service.cm;version=1.6.1", (a, b) -> a + "," + b);
        properties.put(FelixConstants.LOG_LOGGER_PROP, new FelixLog());
        Framework framework = onClassPath ? new Felix(properties, new ClassPathBundles()) : new Felix(properties);
        Container container = new Container(framework);
        try {
            framework.init();
            container.register(features, exit);
            // "reference:" runs the jar in place instead of copying it into the storage
            container.install(features, onClassPath ? "" : "reference:");
            framework.start();
            return container;
        } catch (BundleException | InvalidSyntaxException e) {
            container.stop();
            throw new LaunchException(LaunchException.FAILED, "the framework can not start: " + e.getMessage(), e);
        }
    }

    private void register(Features features, IntConsumer exit) throws InvalidSyntaxException {
        BundleContext context = framework.getBundleContext();
        if (String.valueOf(features.properties().get(Constants.FRAMEWORK_SYSTEMPACKAGES_EXTRA)).contains(OsgiLog.PACKAGE)) {
            context.registerService(LoggerFactory.class, new OsgiLog(), null);
        }
        context.registerService(IntConsumer.class, exit, new Hashtable<>(Map.of("hearth.exit", "true")));
        // Whoever stops the framework from inside ends the process: without its bundles it would only hold HOME.
        context.addBundleListener((SynchronousBundleListener) event -> {
            if (event.getType() == BundleEvent.STOPPING && event.getBundle() == framework) {
                exit.accept(LaunchException.FAILED);
            }
        });
        // Synchronous: runs inside ConfigAdmin's start at level 1, before any component is started.
        context.addServiceListener(event -> {
            if (event.getType() == ServiceEvent.REGISTERED) {
                configure((ConfigurationAdmin) context.getService(event.getServiceReference()), features.configurations());
            }
        }, "(objectClass=" + ConfigurationAdmin.class.getName() + ")");
    }

    /** Makes those configurations, by PID; a factory configuration is {@code FACTORY~NAME}. Components get them some time later. */
    void configure(Map<String, Dictionary<String, Object>> configurations) {
        BundleContext context = framework.getBundleContext();
        configure(context.getService(context.getServiceReference(ConfigurationAdmin.class)), configurations);
    }

    /**
     * Waits until components have all that was configured before. ConfigurationAdmin tells its listeners of one change after another, so
     * they have seen everything when this one, which nobody wants, is told.
     */
    void settle(long seconds) throws LaunchException {
        CountDownLatch told = new CountDownLatch(1);
        ConfigurationListener listener = event -> {
            if (event.getPid().equals(LAST)) {
                told.countDown();
            }
        };
        ServiceRegistration<?> registration = framework.getBundleContext().registerService(ConfigurationListener.class, listener,
                null);
        try {
            configure(Map.of(LAST, new Hashtable<>(Map.of("at", System.nanoTime()))));
            if (!told.await(seconds, TimeUnit.SECONDS)) {
                throw new LaunchException(LaunchException.FAILED, "the configuration was not taken within " + seconds + " s");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            registration.unregister();
        }
    }

    private static void configure(ConfigurationAdmin admin, Map<String, Dictionary<String, Object>> configurations) {
        configurations.forEach((pid, values) -> {
            try {
                int tilde = pid.indexOf('~');
                Configuration configuration = tilde < 0
                        ? admin.getConfiguration(pid, "?")
                        : admin.getFactoryConfiguration(pid.substring(0, tilde), pid.substring(tilde + 1), "?");
                configuration.updateIfDifferent(values);
            } catch (IOException e) {
                throw new UncheckedIOException("configuration " + pid + " of the features", e);
            }
        });
    }

    private void install(Features features, String scheme) throws BundleException {
        List<Bundle> installed = new ArrayList<>();
        FrameworkStartLevel levels = framework.adapt(FrameworkStartLevel.class);
        int initial = levels.getInitialBundleStartLevel();
        for (Features.Jar jar : features.bundles()) {
            // beforehand: what is changed once a bundle is there is written over in the storage, and file systems wait for that
            levels.setInitialBundleStartLevel(jar.startLevel());
            installed.add(framework.getBundleContext().installBundle(scheme + jar.path().toUri()));
        }
        levels.setInitialBundleStartLevel(initial);
        // all at once takes less time than one after the other as they start
        framework.adapt(FrameworkWiring.class).resolveBundles(installed);
        for (Bundle bundle : installed) {
            if ((bundle.adapt(BundleRevision.class).getTypes() & BundleRevision.TYPE_FRAGMENT) == 0) {
                bundle.start();
            }
        }
    }

    /** Goes up to that start level; completes when it is reached. */
    CompletableFuture<Void> raise(int startLevel) {
        CompletableFuture<Void> reached = new CompletableFuture<>();
        framework.adapt(FrameworkStartLevel.class).setStartLevel(startLevel, event -> reached.complete(null));
        return reached;
    }

    /** Completes as soon as a service matches. */
    CompletableFuture<Void> appearance(String filter) {
        CompletableFuture<Void> there = new CompletableFuture<>();
        ServiceListener listener = event -> {
            if (event.getType() == ServiceEvent.REGISTERED) {
                there.complete(null);
            }
        };
        try {
            framework.getBundleContext().addServiceListener(listener, filter);
        } catch (InvalidSyntaxException e) {
            throw new IllegalArgumentException(filter, e);
        }
        if (!find(filter).isEmpty()) {
            there.complete(null);
        }
        return there;
    }

    /** The values of a service property over all services that have it. */
    List<String> values(String property) {
        return find("(" + property + "=*)").stream().map(r -> String.valueOf(r.getProperty(property))).sorted().toList();
    }

    /** Runs a command that a bundle offers; empty if none offers it. */
    Optional<Integer> command(String name, String... arguments) {
        Optional<ServiceReference<?>> reference = find("(hearth.command=" + name + ")").stream().findFirst();
        return reference.map(framework.getBundleContext()::getService).map(service -> {
            @SuppressWarnings("unchecked") // the contract between launcher and bundles, docs/architecture.md section 7
            ToIntFunction<String[]> command = (ToIntFunction<String[]>) service;
            return command.applyAsInt(arguments);
        });
    }

    /** Ends in order what runs; returns the exit code. */
    int drain() {
        try {
            return command("stop").orElse(0);
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.ERROR, "lifecycle could not end in order", e);
            return LaunchException.FAILED;
        }
    }

    private List<ServiceReference<?>> find(String filter) {
        try {
            ServiceReference<?>[] found = framework.getBundleContext().getAllServiceReferences(null, filter);
            return found == null ? List.of() : Arrays.asList(found);
        } catch (InvalidSyntaxException e) {
            throw new IllegalArgumentException(filter, e);
        }
    }

    /** How long the end may last: what services need for theirs, one after the other, and some time for the rest. */
    long longestEndMs() {
        return STOP_TIMEOUT_MS
                + values("hearth.end.ms").stream().filter(ms -> ms.matches("[0-9]{1,18}")).mapToLong(Long::parseLong)
                        .map(ms -> Math.min(ms, LONGEST_MS)).sum();
    }

    /** Stops sources, handlers and the rest, in this order; bounded. */
    void stop() {
        try {
            // who stops from inside has withdrawn services, and waits for their ends
            long timeout = framework.getState() == Bundle.ACTIVE ? longestEndMs() : STOP_TIMEOUT_MS;
            framework.stop();
            if (framework.waitForStop(timeout).getType() == FrameworkEvent.WAIT_TIMEDOUT) {
                LOG.log(System.Logger.Level.ERROR, "the framework has not stopped within " + timeout + " ms");
            }
        } catch (BundleException e) {
            LOG.log(System.Logger.Level.ERROR, "the framework did not stop", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
