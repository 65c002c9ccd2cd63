package org.hearthd.itests;

import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Polling with a deadline, for what has no event to wait for. */
final class Await {
    private static final long DEADLINE_SECONDS = 120;

    private Await() {}

    /** Returns when the condition holds; fails naming it when it does not hold in time. */
    static void until(String what, Callable<Boolean> condition) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(DEADLINE_SECONDS);
        while (!condition.call()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("not within " + DEADLINE_SECONDS + " s: " + what);
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
        }
    }
}
