package org.hearthd.deploy;

import java.io.IOException;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.osgi.framework.Bundle;

/**
 * Decides what is in service: of the jars with the same symbolic name the one that was put there last. Decides under its lock and
 * leaves the work to {@link Swap} and {@link Retirement}, of which none waits for another.
 */
final class Deployer {
    private static final System.Logger LOG = System.getLogger(Deployer.class.getName());
    private static final long STORAGE_RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Swap.Tools tools;
    private final JarStore store;
    private final Reports reports;
    private final Attempts attempts;
    private final Restorer restorer;
    private final Complaints complaints;
    private final Map<String, Deployment> deployments = new TreeMap<>();
    /** Jars that could not be copied for want of storage. */
    private final Set<String> unstored = new TreeSet<>();
    private long storeAt;
    private long order;
    private boolean closed;

    Deployer(Swap.Tools tools, JarStore store, Reports reports, Revisions revisions, LoaderCheck loaders) {
        this.tools = tools;
        this.store = store;
        this.reports = reports;
        this.complaints = new Complaints(tools.explain());
        this.restorer = new Restorer(tools, deployments.values(), this::settle, this);
        this.attempts = new Attempts(tools, store, reports, revisions, loaders, restorer, deployments.values(), this::finished,
                this::settle, this);
    }

    /** Takes over what this room has installed before it was restarted: of each bundle the newest, the others were on their way out. */
    synchronized void adopt() {
        Set<String> seen = new TreeSet<>();
        for (Bundle bundle : tools.installer().deployed()) {
            String file = Installer.file(bundle);
            Running found = new Running(bundle, store.adopted(file, bundle), Instant.now());
            Deployment deployment = deployments.computeIfAbsent(file, Deployment::new);
            if (bundle.getState() == Bundle.ACTIVE && seen.add(bundle.getSymbolicName()) && deployment.running == null) {
                deployment.running = found;
                deployment.offered = found.jar();
            } else {
                attempts.retire(deployment, found);
            }
        }
    }

    /** The names of the files that are known. */
    synchronized Set<String> names() {
        return Set.copyOf(deployments.keySet());
    }

    /** Gets the last good jar ready to start where the operator's file is another one by now. */
    synchronized void recover(Collection<String> names) {
        for (String name : names) {
            BundleJar good = deployments.containsKey(name) || store.isGood(name) ? null : store.good(name);
            if (good != null) {
                Deployment deployment = new Deployment(name);
                deployments.put(name, deployment);
                attempts.prepare(deployment, good, null, true);
            }
        }
    }

    /** Makes what is in service follow the directory, a little later. Of several changed files the last is the newest. */
    synchronized void apply(Collection<String> changed, Collection<String> removed) {
        removed.forEach(this::remove);
        for (String name : changed) {
            deployments.computeIfAbsent(name, Deployment::new).order = ++order;
            offer(name);
        }
        settle();
    }

    /** Tries again what another bundle may have helped. */
    synchronized void retry() {
        attempts.retryUnresolved();
        settle();
    }

    /** Begins the attempts that are ready and have not begun: those for which there was no thread. */
    synchronized void launch() {
        if (!closed) {
            deployments.values().stream().filter(deployment -> deployment.swap != null)
                    .forEach(deployment -> deployment.swap.launch());
        }
    }

    /** Tries again what the storage could not take, at most once a second. */
    synchronized void retryStorage(long now) {
        if (!unstored.isEmpty() && now - storeAt >= 0) {
            storeAt = now + STORAGE_RETRY_NANOS;
            apply(List.copyOf(unstored), List.of());
        }
    }

    /** Tries again to start what was stopped for a new version that has failed. */
    synchronized void restore(long now) {
        if (!closed) {
            restorer.retry(now);
        }
    }

    /** Reports components that stay unsatisfied. */
    synchronized void explainUnsatisfied(long now) {
        complaints.check(deployments.values(), now);
        for (Deployment deployment : deployments.values()) {
            if (!deployment.ailment.isEmpty() && deployment.running != null && works(deployment.running.bundle())) {
                reports.healed(deployment);
                store.keep(deployment.file, deployment.running.jar());
            }
        }
    }

    private boolean works(Bundle bundle) {
        return tools.handlers().shortcomings(bundle).isEmpty() && !tools.explain().hasFailed(bundle);
    }

    /** One row for each file. */
    synchronized List<Map<String, Object>> rows() {
        return deployments.values().stream().map(deployment -> deployment.row(tools.handlers()::inProgress)).toList();
    }

    /** A file that is not in service: its name, why, and what goes on in its place, or null. */
    record Failure(String file, String reason, Bundle running) {}

    synchronized List<Failure> failures() {
        return deployments.values().stream().filter(deployment -> !deployment.removed && !deployment.failure.isEmpty())
                .map(deployment -> new Failure(deployment.file, deployment.failure,
                        deployment.running == null ? null : deployment.running.bundle()))
                .toList();
    }

    /** Waits, bounded, until no attempt is under way. */
    synchronized void awaitAttempts(long timeoutMs) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs);
        long left = timeoutMs;
        while (left > 0 && deployments.values().stream().anyMatch(deployment -> deployment.swap != null)) {
            wait(left);
            left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
        }
    }

    /** Begins nothing any more and ends what is under way: what is in service stays so. */
    synchronized void close() {
        closed = true;
        deployments.values().stream().filter(deployment -> deployment.swap != null)
                .forEach(deployment -> deployment.swap.cancel());
    }

    private void remove(String name) {
        unstored.remove(name);
        reports.clear(name);
        store.forget(name);
        Deployment deployment = deployments.get(name);
        if (deployment != null) {
            attempts.abandon(deployment);
            deployment.removed = true;
        }
    }

    private void offer(String name) {
        try {
            BundleJar jar = store.isGood(name) ? store.good(name) : store.stage(name);
            unstored.remove(name);
            if (jar != null) {
                consider(renew(name, jar), jar);
            }
        } catch (StorageException full) {
            if (unstored.add(name)) {
                LOG.log(System.Logger.Level.ERROR,
                        "{0} cannot be deployed now: the runtime''s storage cannot take its copy, which is tried again: {1}",
                        name,
                        full.getMessage());
            }
        } catch (IOException broken) {
            unstored.remove(name);
            reports.failed(renew(name, null), "no bundle", "copied and read", broken.getMessage());
        }
    }

    private Deployment renew(String name, BundleJar jar) {
        Deployment deployment = deployments.computeIfAbsent(name, Deployment::new);
        attempts.abandon(deployment);
        deployment.removed = false;
        deployment.offered = jar;
        return deployment;
    }

    private void consider(Deployment deployment, BundleJar jar) {
        Swap recovery = deployment.swap != null && deployment.swap.recovery ? deployment.swap : null;
        if (deployment.running != null && deployment.ailment.isEmpty() && deployment.running.jar().isSameAs(jar)) {
            LOG.log(System.Logger.Level.INFO, "{0} holds what runs already: {1}", deployment.file, jar.identity());
            reports.clear(deployment.file);
            store.discard(jar);
        } else if (recovery == null || !recovery.jar.isSameAs(jar)) {
            deployment.next = jar;
        }
    }

    private synchronized void finished(Swap swap, Swap.End end) {
        attempts.ended(swap, end);
        if (!closed) {
            attempts.retryUnresolved();
        }
        settle();
    }

    /** Begins all that can be begun. All are installed before any is started: one may need another. */
    private void settle() {
        if (!closed) {
            List<Deployment> newestFirst = deployments.values().stream()
                    .sorted(Comparator.comparingLong((Deployment deployment) -> deployment.order).reversed()).toList();
            newestFirst.forEach(this::vacate);
            newestFirst.forEach(this::fill);
            newestFirst.forEach(this::advance);
            launch();
        }
        notifyAll();
    }

    /** A file that is gone leaves its place to another one with the same bundle, or the place is cleared. */
    private void vacate(Deployment deployment) {
        if (!deployment.removed || deployment.swap != null) {
            return;
        }
        if (deployment.running != null) {
            String name = deployment.running.jar().symbolicName();
            if (others(deployment, name).anyMatch(other -> !other.removed && other.holds(name))) {
                return;
            }
            List<Deployment> heirs = others(deployment, name).filter(Deployment::isStandby)
                    .sorted(Comparator.comparingLong((Deployment other) -> other.order).reversed()).toList();
            for (Deployment heir : heirs) {
                offer(heir.file);
                if (heir.next != null) {
                    return;
                }
            }
            LOG.log(System.Logger.Level.INFO, "{0} is removed", deployment);
            attempts.retire(deployment, deployment.running);
            deployment.running = null;
        }
        if (deployment.draining.isEmpty()) {
            deployments.remove(deployment.file);
        }
    }

    /** Nobody has that bundle any more: what stood by takes the place. */
    private void fill(Deployment deployment) {
        String name = deployment.isStandby() ? deployment.offered.symbolicName() : "";
        if (!name.isEmpty() && others(deployment, name).noneMatch(other -> other.holds(name))) {
            offer(deployment.file);
        }
    }

    private Stream<Deployment> others(Deployment deployment, String symbolicName) {
        return deployments.values().stream()
                .filter(other -> other != deployment && (other.offers(symbolicName) || other.holds(symbolicName)));
    }

    private void advance(Deployment deployment) {
        if (deployment.removed || deployment.next == null) {
            return;
        }
        BundleJar jar = deployment.next;
        String name = jar.symbolicName();
        Deployment rival = others(deployment, name).filter(other -> !other.removed && other.failure.isEmpty())
                .filter(other -> other.order > deployment.order || other.running != null && other.running.jar().isSameAs(jar))
                .findFirst().orElse(null);
        if (rival != null) {
            reports.standsBy(deployment, jar, rival);
            deployment.next = null;
            store.discard(jar);
            return;
        }
        Running old = deployment.running;
        for (Deployment other : deployments.values()) {
            if (other.swap != null && (other == deployment || other.swap.jar.symbolicName().equals(name))) {
                other.swap.giveWay();
                return;
            }
            old = other.runs(name) ? other.running : old;
        }
        if (old != null && restorer.isTrying(old)) {
            // or both could run in the end
            return;
        }
        deployment.next = null;
        attempts.prepare(deployment, jar, old, false);
    }
}
