package org.hearthd.deploy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.startlevel.BundleStartLevel;
import org.osgi.framework.wiring.BundleRevision;
import org.osgi.framework.wiring.FrameworkWiring;

/**
 * Installs, updates and uninstalls. Used by one thread at a time. {@link #replace} is the one place where a running handler gives
 * way to its successor: a replacement that keeps every request (install beside, switch, drain) goes there.
 */
final class Deployer {
    private static final System.Logger LOG = System.getLogger(Deployer.class.getName());
    private static final String LOCATION = "deploy:";
    private static final long SETTLE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final BundleContext context;
    private final Path directory;
    private final Path staging;
    private final FrameworkWiring wiring;
    private final Explain explain;
    private final Map<String, Deployment> deployments = new TreeMap<>();
    /** Jars that are in order but whose bundle is there already under another name. */
    private final Set<String> duplicates = new TreeSet<>();
    /** Jars that could not be copied for want of storage. */
    private final Set<String> unstored = new TreeSet<>();
    private long storeAt;

    Deployer(BundleContext context, Path directory, Path staging, Explain explain) {
        this.context = context;
        this.directory = directory;
        this.staging = staging;
        this.explain = explain;
        this.wiring = context.getBundle(Constants.SYSTEM_BUNDLE_LOCATION).adapt(FrameworkWiring.class);
        adopt();
    }

    /** What the bundle was installed from, so that a jar that is still the same is left alone; else something unlike any jar. */
    private BundleJar adopted(String name, Bundle bundle) {
        try {
            return BundleJar.read(current(name));
        } catch (IOException lost) {
            LOG.log(System.Logger.Level.DEBUG, "{0} is installed anew: {1}", name, lost.getMessage());
            return new BundleJar(current(name), bundle.getSymbolicName(), bundle.getVersion(), "");
        }
    }

    /** Takes over what this room has installed before it was restarted. */
    private void adopt() {
        for (Bundle bundle : context.getBundles()) {
            String name = bundle.getLocation().startsWith(LOCATION) ? bundle.getLocation().substring(LOCATION.length()) : "";
            if (!name.isEmpty()) {
                deployments.put(name, new Deployment(name, bundle, adopted(name, bundle)));
            }
        }
    }

    /** The names of what is installed. */
    Set<String> names() {
        return Set.copyOf(deployments.keySet());
    }

    /** Makes the installed bundles follow the directory. All are installed before any is started: one may need another. */
    void apply(Collection<String> changed, Collection<String> removed) {
        removed.forEach(this::uninstall);
        List<Deployment> fresh = new ArrayList<>();
        Map<Deployment, BundleJar> newer = new TreeMap<>((a, b) -> a.name.compareTo(b.name));
        for (String name : changed) {
            BundleJar staged = stage(name);
            Deployment deployment = deployments.get(name);
            if (staged == null || isDuplicate(name, staged)
                    || deployment != null && deployment.jar.digest().equals(staged.digest())) {
                continue;
            }
            if (deployment == null) {
                install(name, staged, fresh);
            } else {
                newer.put(deployment, staged);
            }
        }
        newer.forEach(this::replace);
        fresh.forEach(this::start);
    }

    /** Tries again what another bundle may have helped. */
    void retry() {
        List.copyOf(deployments.values()).stream().filter(deployment -> deployment.unresolved).forEach(this::start);
        List<String> again = List.copyOf(duplicates);
        duplicates.clear();
        apply(again, List.of());
    }

    /** Tries again what the storage could not take, at most once a second. */
    void retryStorage(long now) {
        if (!unstored.isEmpty() && now - storeAt >= 0) {
            storeAt = now + SETTLE_NANOS;
            apply(List.copyOf(unstored), List.of());
        }
    }

    /** Reports components that stay unsatisfied. Reads nothing while all is well. */
    void explainUnsatisfied(long now) {
        for (Deployment deployment : deployments.values()) {
            if (deployment.checkDue && now - deployment.checkAt >= 0) {
                String complaint = explain.unsatisfied(deployment.bundle);
                if (complaint.isEmpty() && !deployment.complaint.isEmpty()) {
                    LOG.log(System.Logger.Level.INFO, "{0}: its components have all they need now", deployment.name);
                }
                complain(deployment, complaint);
                deployment.checkDue = !complaint.isEmpty();
                deployment.checkAt = now + SETTLE_NANOS;
            }
        }
    }

    /** A checked copy of the jar; null when it is not complete, which is reported, or changes right now, which the scan sees. */
    private BundleJar stage(String name) {
        Path file = directory.resolve(name);
        try {
            DirectoryScan.Stamp before = DirectoryScan.stamp(file);
            try {
                BundleJar jar = BundleJar.copy(file, staging.resolve(name + ".new"));
                unstored.remove(name);
                return before != null && before.equals(DirectoryScan.stamp(file)) ? jar : null;
            } catch (StorageException full) {
                unstored(name, full);
                return null;
            } catch (IOException broken) {
                unstored.remove(name);
                if (before != null && before.equals(DirectoryScan.stamp(file))) {
                    LOG.log(System.Logger.Level.WARNING, "{0} cannot be deployed and is left alone until it changes: {1}{2}",
                            file,
                            broken.getMessage(), deployments.containsKey(name) ? "; what ran before goes on" : "");
                }
                return null;
            }
        } catch (IOException unreadable) {
            LOG.log(System.Logger.Level.WARNING, "{0} cannot be read: {1}", file, unreadable.getMessage());
            return null;
        }
    }

    private void unstored(String name, StorageException full) {
        if (unstored.add(name)) {
            LOG.log(System.Logger.Level.ERROR,
                    "{0} cannot be deployed now: the runtime''s storage cannot take its copy, which is tried again: {1}", name,
                    full.getMessage());
        }
    }

    private boolean isDuplicate(String name, BundleJar jar) {
        for (Bundle other : context.getBundles()) {
            if (jar.symbolicName().equals(other.getSymbolicName()) && jar.version().equals(other.getVersion())
                    && !other.getLocation().equals(LOCATION + name)) {
                if (duplicates.add(name)) {
                    String file = other.getLocation().startsWith(LOCATION)
                            ? other.getLocation().substring(LOCATION.length())
                            : other.getLocation();
                    LOG.log(System.Logger.Level.WARNING, "{0} is not deployed: it holds {1}, which {2} has brought already", name,
                            jar.identity(), file);
                }
                return true;
            }
        }
        return false;
    }

    private void install(String name, BundleJar staged, List<Deployment> fresh) {
        try (InputStream in = staged.open()) {
            Bundle bundle = context.installBundle(LOCATION + name, in);
            bundle.adapt(BundleStartLevel.class).setStartLevel(context.getBundle().adapt(BundleStartLevel.class).getStartLevel());
            Deployment deployment = new Deployment(name, bundle, staged);
            keep(deployment, staged);
            deployments.put(name, deployment);
            fresh.add(deployment);
        } catch (BundleException | IOException refused) {
            LOG.log(System.Logger.Level.WARNING, "{0} cannot be installed: {1}", name, refused.getMessage());
        }
    }

    private void start(Deployment deployment) {
        BundleException failure = tryStart(deployment.bundle);
        deployment.unresolved = failure != null && failure.getType() == BundleException.RESOLVE_ERROR;
        if (failure != null) {
            complain(deployment, explain.notStarted(deployment.bundle, failure));
            return;
        }
        LOG.log(System.Logger.Level.INFO, "{0} is deployed", deployment);
        started(deployment);
    }

    private static void started(Deployment deployment) {
        deployment.unresolved = false;
        deployment.complaint = "";
        deployment.checkDue = true;
        deployment.checkAt = System.nanoTime() + SETTLE_NANOS;
    }

    /** Replaces what is installed by newer content in place; when that does not start, by the old content again. */
    private void replace(Deployment deployment, BundleJar newer) {
        BundleJar older = deployment.jar;
        boolean ran = deployment.bundle.getState() == Bundle.ACTIVE || deployment.bundle.getState() == Bundle.STARTING;
        String problem = update(deployment, newer);
        if (problem.isEmpty() || !ran || !Files.exists(older.copy())) {
            keep(deployment, newer);
            LOG.log(System.Logger.Level.INFO, "{0} has replaced {1}", deployment, older.identity());
            if (problem.isEmpty()) {
                started(deployment);
            } else {
                complain(deployment, problem);
            }
            return;
        }
        String reason = newer.identity() + " is not taken: " + problem;
        String rollback = update(deployment, older);
        complain(deployment, reason
                + (rollback.isEmpty()
                        ? "; " + older.identity() + " runs again"
                        : "; " + older.identity() + " does not start again: " + rollback));
        deployment.checkDue = false;
    }

    private String update(Deployment deployment, BundleJar jar) {
        Bundle bundle = deployment.bundle;
        try (InputStream in = jar.open()) {
            bundle.stop(Bundle.STOP_TRANSIENT);
            bundle.update(in);
        } catch (BundleException | IOException refused) {
            return "it cannot be installed: " + refused.getMessage();
        }
        refresh(bundle);
        BundleException failure = tryStart(bundle);
        deployment.unresolved = failure != null && failure.getType() == BundleException.RESOLVE_ERROR;
        return failure == null ? "" : explain.notStarted(bundle, failure);
    }

    private static BundleException tryStart(Bundle bundle) {
        try {
            if ((bundle.adapt(BundleRevision.class).getTypes() & BundleRevision.TYPE_FRAGMENT) == 0) {
                bundle.start(Bundle.START_TRANSIENT | Bundle.START_ACTIVATION_POLICY);
            }
            return null;
        } catch (BundleException failure) {
            return failure;
        }
    }

    private void uninstall(String name) {
        duplicates.remove(name);
        unstored.remove(name);
        Deployment deployment = deployments.remove(name);
        if (deployment == null) {
            return;
        }
        try {
            deployment.bundle.uninstall();
            refresh(deployment.bundle);
            Files.deleteIfExists(current(name));
            LOG.log(System.Logger.Level.INFO, "{0} is removed", deployment);
        } catch (BundleException | IllegalStateException | IOException failed) {
            LOG.log(System.Logger.Level.WARNING, "{0} cannot be removed cleanly: {1}", deployment, failed.getMessage());
        }
    }

    /** Lets go of the old classes. The framework does so by itself unless another bundle uses them. */
    private void refresh(Bundle bundle) {
        if (!wiring.getRemovalPendingBundles().contains(bundle)) {
            return;
        }
        List<Bundle> only = List.of(bundle);
        String others = wiring.getDependencyClosure(only).stream().filter(other -> !other.equals(bundle))
                .map(Bundle::getSymbolicName).collect(Collectors.joining(", "));
        if (!others.isEmpty()) {
            LOG.log(System.Logger.Level.WARNING, "{0} is used by {1}, which has to be restarted with it",
                    bundle.getSymbolicName(),
                    others);
        }
        CountDownLatch refreshed = new CountDownLatch(1);
        wiring.refreshBundles(only, event -> refreshed.countDown());
        try {
            if (!refreshed.await(10, TimeUnit.SECONDS)) {
                LOG.log(System.Logger.Level.WARNING, "{0} is not refreshed after 10 s", bundle.getSymbolicName());
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    /** Keeps the bytes that are installed, to come back to them. */
    private void keep(Deployment deployment, BundleJar staged) {
        Path kept = current(deployment.name);
        try {
            Files.move(staged.copy(), kept, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException failed) {
            LOG.log(System.Logger.Level.WARNING, "The copy of {0} cannot be kept: {1}", deployment.name, failed.getMessage());
        }
        deployment.jar = new BundleJar(kept, staged.symbolicName(), staged.version(), staged.digest());
    }

    private Path current(String name) {
        return staging.resolve(name + ".current");
    }

    private static void complain(Deployment deployment, String complaint) {
        if (!complaint.isEmpty() && !complaint.equals(deployment.complaint)) {
            LOG.log(System.Logger.Level.WARNING, "{0}: {1}", deployment.name, complaint);
        }
        deployment.complaint = complaint;
    }
}
