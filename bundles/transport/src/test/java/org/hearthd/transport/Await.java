package org.hearthd.transport;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/** Polling with a deadline, in the tests of any bundle, for what has no event to wait for. */
public final class Await {
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);
    private static final long STEADY_NANOS = TimeUnit.MILLISECONDS.toNanos(300);

    private Await() {}

    /** Until the condition holds; fails if it does not in a minute. */
    public static void until(String what, BooleanSupplier condition) {
        if (!until(condition)) {
            throw new AssertionError("not within a minute: " + what);
        }
    }

    /** Whether the condition came true within a minute. */
    public static boolean until(BooleanSupplier condition) {
        long start = System.nanoTime();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - start > PATIENCE_NANOS) {
                return false;
            }
            LockSupport.parkNanos(1_000_000);
        }
        return true;
    }

    /** The value that a counter stands still at, above zero, for 300 ms; fails if it moves for a minute. */
    public static long steady(LongSupplier counter) {
        long[] last = {-1, System.nanoTime()};
        until("a counter stands still", () -> {
            long now = counter.getAsLong();
            if (now != last[0] || now == 0) {
                last[0] = now;
                last[1] = System.nanoTime();
            }
            return System.nanoTime() - last[1] > STEADY_NANOS;
        });
        return last[0];
    }
}
