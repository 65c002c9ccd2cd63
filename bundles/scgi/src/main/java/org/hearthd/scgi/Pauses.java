package org.hearthd.scgi;

import java.util.concurrent.TimeUnit;

/** When a program may be started again: at once if it was good, else after pauses that double. */
final class Pauses {
    private static final int MOST_DOUBLINGS = 20;

    private final Launch.Restart restart;
    private int failures;
    private long notBefore = System.nanoTime();

    Pauses(Launch.Restart restart) {
        this.restart = restart;
    }

    /** @param startedAt by {@link System#nanoTime} */
    synchronized void ended(long startedAt, boolean answered) {
        long now = System.nanoTime();
        boolean good = answered || now - startedAt >= TimeUnit.MILLISECONDS.toNanos(restart.goodMs());
        failures = good ? 0 : failures + 1;
        long pause = good ? 0 : Math.min(restart.maxMs(), restart.minMs() << Math.min(failures - 1, MOST_DOUBLINGS));
        notBefore = now + TimeUnit.MILLISECONDS.toNanos(pause);
    }

    /** What was started has answered after it had ended: it goes on elsewhere. */
    synchronized void good() {
        failures = 0;
        notBefore = System.nanoTime();
    }

    /** Whether it has ended without an answer the last time. */
    synchronized boolean failing() {
        return failures > 0;
    }

    /** Whether it has ended without an answer more than once in a row. */
    synchronized boolean hopeless() {
        return failures > 1;
    }

    synchronized long leftMs() {
        return Math.max(0, TimeUnit.NANOSECONDS.toMillis(notBefore - System.nanoTime()));
    }
}
