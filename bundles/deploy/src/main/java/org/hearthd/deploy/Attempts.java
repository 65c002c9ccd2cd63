package org.hearthd.deploy;

import java.io.IOException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.function.BiConsumer;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;

/** Begins attempts and takes in how they ended. Used under the deployer's lock. */
final class Attempts {
    private final Swap.Tools tools;
    private final JarStore store;
    private final Reports reports;
    private final Revisions revisions;
    private final LoaderCheck loaders;
    private final Restorer restorer;
    private final Collection<Deployment> deployments;
    private final BiConsumer<Swap, Swap.End> finished;
    private final Runnable gone;
    /** Guards what is told from other threads. */
    private final Object lock;

    /**
     * Begins nothing.
     *
     * @param deployments all, as they are at any time
     * @param finished told by the attempt's thread
     * @param gone called when a bundle that was retired is uninstalled
     */
    Attempts(Swap.Tools tools, JarStore store, Reports reports, Revisions revisions, LoaderCheck loaders,
            Restorer restorer,
            Collection<Deployment> deployments, BiConsumer<Swap, Swap.End> finished, Runnable gone, Object lock) {
        this.tools = tools;
        this.store = store;
        this.reports = reports;
        this.revisions = revisions;
        this.loaders = loaders;
        this.restorer = restorer;
        this.deployments = deployments;
        this.finished = finished;
        this.gone = gone;
        this.lock = lock;
    }

    /** Installs; {@link Swap#launch} does the rest. */
    void prepare(Deployment deployment, BundleJar jar, Running old, boolean recovery) {
        try {
            Bundle candidate = tools.installer().install(deployment.file, jar);
            if (old != null) {
                revisions.hide(candidate);
            }
            deployment.swap = new Swap(deployment, jar, candidate, old, recovery, tools, finished);
        } catch (BundleException | IOException | IllegalStateException refused) {
            reports.failed(deployment, jar.identity(), "copied and read", "it cannot be installed: " + refused.getMessage());
            store.discard(jar);
        }
    }

    /** Gives up what was to be tried with that file, and forgets what has failed. */
    void abandon(Deployment deployment) {
        if (deployment.swap != null) {
            deployment.swap.giveWay();
        }
        if (deployment.unresolved != null) {
            tools.installer().remove(deployment.unresolved.candidate);
            dismiss(deployment.unresolved);
            deployment.unresolved = null;
        }
        if (deployment.next != null) {
            store.discard(deployment.next);
            deployment.next = null;
        }
        deployment.failure = "";
        deployment.standby = "";
    }

    void ended(Swap swap, Swap.End end) {
        Deployment deployment = swap.deployment;
        boolean stale = deployment.removed || deployment.next != null || swap.isCancelled()
                || tools.installer().isEnding();
        if (!swap.outage().isEmpty()) {
            restorer.begin(swap.old, swap.outage());
        }
        if (end == Swap.End.COMMITTED || end == Swap.End.AILING) {
            committed(swap, end == Swap.End.AILING && !swap.recovery);
        } else if (end == Swap.End.UNRESOLVED && !stale) {
            deployment.unresolved = swap;
        } else if (end == Swap.End.UNRESOLVED) {
            tools.installer().remove(swap.candidate);
            dismiss(swap);
        } else {
            if (!stale && end == Swap.End.FAILED) {
                reports.failed(swap);
            }
            dismiss(swap);
        }
        deployment.swap = null;
    }

    private void dismiss(Swap swap) {
        revisions.show(swap.candidate);
        store.discard(swap.jar);
    }

    private void committed(Swap swap, boolean ailing) {
        Deployment deployment = swap.deployment;
        revisions.show(swap.candidate);
        tools.installer().setStartLevel(swap.candidate);
        if (ailing) {
            reports.failed(swap);
        } else {
            reports.deployed(swap);
        }
        deployment.ailment = ailing ? deployment.failure : "";
        Running before = deployment.running;
        deployment.running = new Running(swap.candidate, swap.jar, Instant.now());
        Complaints.begin(deployment);
        if (!deployment.removed && !ailing) {
            store.keep(deployment.file, swap.jar);
        }
        for (Deployment other : deployments) {
            if (other != deployment && other.running != null && other.running == swap.old) {
                other.running = null;
                store.forget(other.file);
                reports.superseded(other, deployment);
            }
        }
        if (before != null && before != swap.old) {
            retire(deployment, before);
        }
        if (swap.old != null) {
            deployment.previous = swap.old.jar().version().toString();
            retire(deployment, swap.old);
        }
    }

    /** Drains and uninstalls, in its own time. */
    void retire(Deployment deployment, Running old) {
        store.discard(old.jar());
        revisions.hide(old.bundle());
        deployment.draining.add(old);
        deployment.retired = old;
        deployment.oldLoader = "in use";
        new Retirement(deployment.file, tools, loaders, progress -> retiring(deployment, old, progress)).begin(old);
    }

    private void retiring(Deployment deployment, Running old, String progress) {
        synchronized (lock) {
            // of an older one only the log tells
            if (deployment.retired == old) {
                deployment.oldLoader = progress.isEmpty() ? "checking" : progress;
            }
            if (progress.isEmpty()) {
                revisions.show(old.bundle());
                deployment.draining.remove(old);
                gone.run();
            }
        }
    }

    /** Tries again what could not be resolved; what still can not is reported when nothing else is under way that might help. */
    void retryUnresolved() {
        boolean idle = deployments.stream().allMatch(deployment -> deployment.swap == null);
        for (Deployment deployment : List.copyOf(deployments)) {
            Swap last = deployment.unresolved;
            if (last != null && tools.installer().resolve(last.candidate)) {
                // anew: what it has to replace may be another one by now
                deployment.unresolved = null;
                revisions.show(last.candidate);
                tools.installer().remove(last.candidate);
                deployment.next = last.jar;
            } else if (last != null && idle) {
                reports.unresolved(last);
            }
        }
    }
}
