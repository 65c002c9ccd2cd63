package org.hearthd.deploy;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;

/** The start of a bundle on a thread of its own, because it runs code of that bundle, which may never return. */
final class Start {
    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

    private final Bundle bundle;
    private final CompletableFuture<Void> started = new CompletableFuture<>();
    private CompletableFuture<Void> discarded = CompletableFuture.completedFuture(null);
    private Thread thread;

    Start(Bundle bundle) {
        this.bundle = bundle;
    }

    void begin(String name, Tasks tasks) {
        thread = tasks.start(name, () -> {
            try {
                Installer.start(bundle);
                started.complete(null);
            } catch (BundleException | RuntimeException | Error failed) {
                // the framework wraps what an activator throws, but callbacks of others run here too
                started.completeExceptionally(failed);
            }
        });
    }

    /** Whether it has returned, or was given up before it had begun. */
    boolean hasReturned() {
        return started.isDone();
    }

    /** What it has thrown; null if it has not. */
    Throwable failure() {
        return started.isCompletedExceptionally() ? started.handle((ok, failed) -> failed).join() : null;
    }

    /** Uninstalls the bundle as soon as the start has returned, which it is urged to, and then does that. */
    void discard(Installer installer, Runnable then) {
        if (thread == null) {
            started.complete(null);
        } else if (!started.isDone()) {
            thread.interrupt();
        }
        discarded = started.handle((ok, failed) -> {
            // the interrupt was meant for the start alone
            Thread.interrupted();
            installer.remove(bundle);
            then.run();
            return null;
        });
    }

    /** Waits, bounded, until what was discarded is gone. */
    void awaitDiscarded(long timeoutNanos) {
        long deadline = System.nanoTime() + timeoutNanos;
        while (!discarded.isDone() && System.nanoTime() - deadline < 0) {
            LockSupport.parkNanos(POLL_NANOS);
            // whoever ends this room wants it over soon, but would make this spin
            Thread.interrupted();
        }
    }
}
