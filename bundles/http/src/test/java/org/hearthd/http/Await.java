package org.hearthd.http;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/** Waiting for what happens on other threads, with a deadline. */
final class Await {
    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(60);
    private static final long STEADY = TimeUnit.MILLISECONDS.toNanos(300);

    private Await() {}

    /** Until the condition holds; fails if it does not in a minute. */
    static void until(String what, BooleanSupplier condition) {
        long start = System.nanoTime();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - start > PATIENCE) {
                throw new AssertionError("in vain for a minute: " + what);
            }
            LockSupport.parkNanos(1_000_000);
        }
    }

    /** The value that a counter stands still at, above zero, for 300 ms; fails if it moves for a minute. */
    static long steady(LongSupplier counter) {
        long[] last = {-1, System.nanoTime()};
        until("a counter stands still", () -> {
            long now = counter.getAsLong();
            if (now != last[0] || now == 0) {
                last[0] = now;
                last[1] = System.nanoTime();
            }
            return System.nanoTime() - last[1] > STEADY;
        });
        return last[0];
    }
}
