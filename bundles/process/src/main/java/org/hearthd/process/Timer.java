package org.hearthd.process;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Delays on the virtual machine's own timer thread; nothing here has to be stopped. */
final class Timer {
    private Timer() {}

    /** Runs the action after that time, on the timer's thread, or here if it has passed: it must not wait. What it throws is lost. */
    static void after(long millis, Runnable action) {
        new CompletableFuture<Void>().completeOnTimeout(null, millis, TimeUnit.MILLISECONDS).thenRun(action);
    }

    /** Runs the action after that time unless {@code unless} has completed before, which also gives the timer up at once. */
    static void after(long millis, CompletableFuture<?> unless, Runnable action) {
        if (millis <= 0) {
            if (!unless.isDone()) {
                action.run();
            }
            return;
        }
        unless.handle((value, failure) -> true).completeOnTimeout(false, millis, TimeUnit.MILLISECONDS).thenAccept(done -> {
            if (!done) {
                action.run();
            }
        });
    }
}
