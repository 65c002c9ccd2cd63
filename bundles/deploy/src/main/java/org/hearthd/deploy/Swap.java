package org.hearthd.deploy;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiConsumer;
import org.hearthd.dispatch.Handlers;
import org.hearthd.dispatch.Succession;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;

/**
 * One attempt to put a bundle in service, beside the one it is to replace if there is one. Runs on a thread of its own and may take
 * its time; the old bundle is not touched before the new one is ready, unless its handlers are exclusive.
 */
final class Swap implements Runnable {
    private static final System.Logger LOG = System.getLogger(Swap.class.getName());
    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(2);
    private static final long SLOW_POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final long QUICK_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
    private static final long RESTORE_WAIT_NANOS = TimeUnit.SECONDS.toNanos(2);

    /** How an attempt ends. */
    enum End {
        COMMITTED,
        /** There was nothing to keep instead: it is in service as far as it works, and may work later. */
        AILING, UNRESOLVED, FAILED, CANCELLED
    }

    /** What an attempt works with. */
    record Tools(Handlers handlers, Installer installer, Explain explain, Rules rules, Tasks tasks) {}

    final Deployment deployment;
    final BundleJar jar;
    final Bundle candidate;
    /** What it replaces; null if there is nothing. */
    final Running old;
    /** Whether this brings the last good jar back, which nothing newer may prevent. */
    final boolean recovery;
    private final Tools tools;
    private final BiConsumer<Swap, End> finished;
    private final Start start;
    private volatile boolean cancelled;
    private boolean launched;
    /** Whether the log says already that there was no thread for it. */
    private boolean delayed;
    /** Written by its thread before it has finished. */
    private String reason = "";
    private String steps = "";
    /** Why the old bundle, which was stopped, does not run again; empty if it does. */
    private String outage = "";

    Swap(Deployment deployment, BundleJar jar, Bundle candidate, Running old, boolean recovery, Tools tools,
            BiConsumer<Swap, End> finished) {
        this.deployment = deployment;
        this.jar = jar;
        this.candidate = candidate;
        this.old = old;
        this.recovery = recovery;
        this.tools = tools;
        this.finished = finished;
        this.start = new Start(candidate);
    }

    /** Begins, unless it has begun; without a thread for it it has to be called again. */
    void launch() {
        if (launched) {
            return;
        }
        try {
            tools.tasks().start("hearth-deploy-" + deployment.file, this);
            launched = true;
        } catch (OutOfMemoryError threadless) {
            LOG.log(delayed ? System.Logger.Level.DEBUG : System.Logger.Level.ERROR,
                    "{0} cannot be deployed now, which is tried again: {1}", deployment.file, threadless.getMessage());
            delayed = true;
        }
    }

    /** Makes it end soon because something newer has come; the last good jar is started first nevertheless. */
    void giveWay() {
        cancelled |= !recovery;
    }

    /** Makes it end soon without having changed anything, unless it is over. */
    void cancel() {
        cancelled = true;
    }

    boolean isCancelled() {
        return cancelled;
    }

    /** Why it has not been committed. */
    String reason() {
        return reason;
    }

    /** Why what it was to replace, and was stopped for it, does not run again; empty if it does. */
    String outage() {
        return outage;
    }

    /** What was done, for people. */
    String tried() {
        return "installed" + (old == null ? "" : " beside " + old.jar().identity()) + steps;
    }

    @Override
    public void run() {
        End end = End.FAILED;
        try {
            end = attempt();
        } catch (RuntimeException | LinkageError | OutOfMemoryError broken) {
            broke(broken, null);
        }
        finished.accept(this, end);
    }

    private void broke(Throwable broken, Succession succession) {
        reason = "deploying it failed: " + broken;
        discard(succession);
        LOG.log(System.Logger.Level.DEBUG, "deploying " + deployment.file, broken);
    }

    private End attempt() {
        List<String> users = old == null ? List.of() : tools.installer().users(old.bundle());
        if (!users.isEmpty() && !tools.rules().refreshOthers()) {
            reason = "the classes of " + old.jar().identity() + " are used by " + String.join(", ", users)
                    + ", which would have to be restarted (allowed by refresh.others = true)";
            discard(null);
            return End.FAILED;
        }
        if (old == null) {
            return endOf(null);
        }
        Succession succession = tools.handlers().succeed(old.bundle(), candidate,
                handler -> tools.explain().provides(old.bundle(), handler));
        return succession.exclusive() ? oneAfterTheOther(succession) : endOf(succession);
    }

    private End endOf(Succession succession) {
        start.begin("hearth-deploy-start-" + deployment.file, tools.tasks());
        End end = awaitReady(succession);
        if (end == End.FAILED && old == null && start.hasReturned() && start.failure() == null) {
            return End.AILING;
        }
        if (end == End.COMMITTED && succession != null) {
            succession.commit();
        }
        if (end == End.FAILED || end == End.CANCELLED) {
            discard(succession);
        } else {
            close(succession);
        }
        return end;
    }

    /** The announcement lasts as long as the bundle may register handlers. */
    private void discard(Succession succession) {
        start.discard(tools.installer(), () -> close(succession));
    }

    private static void close(Succession succession) {
        if (succession != null) {
            succession.close();
        }
    }

    /** For handlers that can not run twice: newcomers are parked from the retirement on. */
    private End oneAfterTheOther(Succession succession) {
        if (!tools.installer().resolve(candidate)) {
            succession.close();
            reason = tools.explain().unresolved(candidate, "its requirements cannot be met together");
            return End.UNRESOLVED;
        }
        End end = End.FAILED;
        try {
            end = afterTheOther(succession);
        } catch (RuntimeException | LinkageError | OutOfMemoryError broken) {
            broke(broken, succession);
        }
        if (end != End.COMMITTED && !tools.installer().isEnding()) {
            restoreOld(succession);
        }
        return end;
    }

    private End afterTheOther(Succession succession) {
        CompletableFuture<Void> drained = succession.retirePredecessor().toCompletableFuture();
        while (!isInterrupted() && !drained.isDone()) {
            LockSupport.parkNanos(POLL_NANOS);
        }
        // who was not waited for is not stopped: that would end what it has in progress
        if (cancelled || !stopOld()) {
            discard(succession);
            return cancelled ? End.CANCELLED : End.FAILED;
        }
        steps = ", which was stopped because its handlers are exclusive";
        return endOf(succession);
    }

    private boolean stopOld() {
        try {
            old.bundle().stop(Bundle.STOP_TRANSIENT);
            return true;
        } catch (BundleException | IllegalStateException failed) {
            reason = old.jar().identity() + ", whose handlers are exclusive, cannot be stopped: " + failed.getMessage();
            return false;
        }
    }

    /** As before, bounded in time: what has been stopped may hold on to what the old one needs. */
    private void restoreOld(Succession succession) {
        start.awaitDiscarded(RESTORE_WAIT_NANOS);
        if (old.bundle().getState() == Bundle.ACTIVE) {
            succession.readmitPredecessor();
        } else {
            outage = Restorer.restart(old.bundle(), tools);
        }
    }

    private boolean isInterrupted() {
        cancelled |= Thread.interrupted();
        return cancelled;
    }

    private End awaitReady(Succession succession) {
        long begin = System.nanoTime();
        long timeout = TimeUnit.MILLISECONDS.toNanos(tools.rules().readyTimeoutMs());
        while (!isInterrupted()) {
            Throwable failure = start.failure();
            if (failure != null) {
                reason = tools.explain().notStarted(candidate, failure);
                return Explain.isUnresolved(failure) ? End.UNRESOLVED : End.FAILED;
            }
            boolean started = start.hasReturned();
            Map<String, String> missing = succession == null ? tools.handlers().shortcomings(candidate) : succession.missing();
            long waited = System.nanoTime() - begin;
            boolean hopeless = started && (tools.handlers().failed(candidate)
                    || (missing.isEmpty() || waited > QUICK_NANOS) && tools.explain().hasFailed(candidate));
            if (started && missing.isEmpty() && !hopeless) {
                return End.COMMITTED;
            }
            if (waited > timeout || hopeless) {
                return late(missing, TimeUnit.NANOSECONDS.toMillis(waited));
            }
            LockSupport.parkNanos(waited < QUICK_NANOS ? POLL_NANOS : SLOW_POLL_NANOS);
        }
        return End.CANCELLED;
    }

    private End late(Map<String, String> missing, long waitedMs) {
        steps += ", started and waited for " + waitedMs + " ms";
        StringBuilder why = new StringBuilder();
        if (!start.hasReturned()) {
            why.append("its start has not returned; ");
        }
        missing.forEach((handler, lack) -> why.append("handler ").append(handler).append(": ").append(lack).append("; "));
        String unsatisfied = start.hasReturned() ? tools.explain().unsatisfied(candidate) : "";
        reason = unsatisfied.isEmpty() && !why.isEmpty() ? why.substring(0, why.length() - 2) : why + unsatisfied;
        return End.FAILED;
    }
}
