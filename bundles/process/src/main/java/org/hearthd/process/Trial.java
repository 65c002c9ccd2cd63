package org.hearthd.process;

import java.util.concurrent.CompletableFuture;

/**
 * Another process on trial.
 *
 * @param done fails if it does not take over
 */
record Trial(Run run, PersistentSettings settings, CompletableFuture<Void> done) {
    Trial(Run run, PersistentSettings settings) {
        this(run, settings, new CompletableFuture<>());
    }

    /** Nobody wants it any more. */
    void forget(String why) {
        run.end(settings);
        done.completeExceptionally(new IllegalStateException(why));
    }

    /** It is not ready and never will be; completes when it has ended, or goes on for a while though it has closed its socket. */
    CompletableFuture<Integer> end(boolean slow) {
        return slow ? run.child().end(0, settings.termMs()) : run.status(settings);
    }

    /** After {@link #end}. */
    void fail(boolean slow) {
        run.connection().close();
        done.completeExceptionally(notStarted(settings, (slow
                ? "it has not said within " + settings.ready().timeoutMs() + " ms that it is ready, "
                : "") + run.child().state()));
    }

    static IllegalArgumentException notStarted(PersistentSettings changed, String why) {
        return new IllegalArgumentException(
                "handler " + changed.handler() + " keeps its old process, the new one does not start: " + why);
    }
}
