package org.hearthd.deploy;

import java.util.Collection;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;

/** Starts bundles again that were stopped for a new version which has failed, until they run. */
final class Restorer {
    private static final System.Logger LOG = System.getLogger(Restorer.class.getName());
    private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

    /** A bundle that should run. Guarded by the deployer's lock. */
    static final class Outage {
        private final Running stopped;
        private String reason = "";
        private long nextAt;
        private boolean trying;

        Outage(Running stopped) {
            this.stopped = stopped;
        }

        /** For the shell. */
        @Override
        public String toString() {
            return stopped.jar().version() + " does not start again, which is tried each second: " + reason;
        }
    }

    private final Swap.Tools tools;
    private final Collection<Deployment> deployments;
    private final Runnable tried;
    private final Object lock;

    /**
     * Begins nothing.
     *
     * @param deployments all, as they are at any time
     * @param tried called when an attempt has ended, under the lock
     * @param lock guards them
     */
    Restorer(Swap.Tools tools, Collection<Deployment> deployments, Runnable tried, Object lock) {
        this.tools = tools;
        this.deployments = deployments;
        this.tried = tried;
        this.lock = lock;
    }

    /** Stops and starts a bundle, bounded in time; says why it does not run then, in one line, or nothing. Never throws. */
    static String restart(Bundle bundle, Swap.Tools tools) {
        try {
            return FailedMark.line(attempt(bundle, tools));
        } catch (RuntimeException | LinkageError | OutOfMemoryError broken) {
            return FailedMark.line("starting it failed: " + broken);
        }
    }

    private static String attempt(Bundle bundle, Swap.Tools tools) {
        Start start = new Start(bundle);
        // or whoever is stopped would not be waited for
        Thread.interrupted();
        try {
            bundle.stop(Bundle.STOP_TRANSIENT);
            start.begin("hearth-deploy-restart", tools.tasks());
        } catch (BundleException | IllegalStateException failed) {
            return "it cannot be stopped: " + failed.getMessage();
        }
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(tools.rules().readyTimeoutMs());
        while (!start.hasReturned() && !tools.installer().isEnding()) {
            if (System.nanoTime() - deadline > 0) {
                return "its start has not returned";
            }
            LockSupport.parkNanos(POLL_NANOS);
            // whoever ends this room wants it over soon, but would make this spin
            Thread.interrupted();
        }
        Throwable failure = start.failure();
        return failure == null ? "" : tools.explain().notStarted(bundle, failure);
    }

    /** A bundle did not start again when that was tried first. */
    void begin(Running stopped, String reason) {
        deployments.stream().filter(deployment -> deployment.running == stopped).forEach(deployment -> {
            deployment.outage = new Outage(stopped);
            failed(deployment, reason);
        });
    }

    /** Tries what is due, unless something newer is on its way. */
    void retry(long now) {
        for (Deployment deployment : deployments) {
            Outage outage = deployment.outage;
            if (outage != null && (deployment.removed || deployment.running != outage.stopped)) {
                deployment.outage = null;
            } else if (outage != null && !outage.trying && now - outage.nextAt >= 0
                    && deployments.stream().noneMatch(other -> other.swap != null && other.swap.old == outage.stopped)) {
                begin(deployment, outage);
            }
        }
    }

    /** The attempt ends under the lock, so not before this has returned. */
    private void begin(Deployment deployment, Outage outage) {
        try {
            tools.tasks().start("hearth-deploy-restore-" + deployment.file, () -> restore(deployment, outage));
            outage.trying = true;
        } catch (OutOfMemoryError threadless) {
            failed(deployment, FailedMark.line("there is no thread for it: " + threadless.getMessage()));
        }
    }

    /** Whether a bundle is being started at this moment. */
    boolean isTrying(Running stopped) {
        return deployments.stream().anyMatch(deployment -> deployment.outage != null && deployment.outage.trying
                && deployment.outage.stopped == stopped);
    }

    private void restore(Deployment deployment, Outage outage) {
        String reason = restart(outage.stopped.bundle(), tools);
        synchronized (lock) {
            outage.trying = false;
            if (deployment.outage == outage && reason.isEmpty()) {
                deployment.outage = null;
                LOG.log(System.Logger.Level.INFO, "{0} runs again", outage.stopped.jar().identity());
            } else if (deployment.outage == outage) {
                failed(deployment, reason);
            }
            tried.run();
        }
    }

    private static void failed(Deployment deployment, String reason) {
        Outage outage = deployment.outage;
        outage.nextAt = System.nanoTime() + RETRY_NANOS;
        if (!reason.equals(outage.reason)) {
            outage.reason = reason;
            LOG.log(System.Logger.Level.ERROR, "{0} does not start again, which is tried each second: {1}",
                    outage.stopped.jar().identity(), reason);
        }
    }
}
