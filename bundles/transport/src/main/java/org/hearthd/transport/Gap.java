package org.hearthd.transport;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/** The time between two transports: the old one was stopped before the new one was started. */
public final class Gap {
    private static final long LONGEST_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private Gap() {}

    /**
     * What is there now, or comes within ten seconds; blocks only while there is nothing. Not for event loops.
     *
     * @param present gives null while there is nothing
     * @param what for the message, e.g. {@code stream transport}
     * @throws NoTransportException if nothing came in time, or the thread was interrupted
     */
    public static <T> T await(Supplier<T> present, String what) throws NoTransportException {
        T found = present.get();
        long begin = System.nanoTime();
        while (found == null) {
            if (System.nanoTime() - begin > LONGEST_NANOS || Thread.currentThread().isInterrupted()) {
                throw new NoTransportException(what);
            }
            LockSupport.parkNanos(PAUSE_NANOS);
            found = present.get();
        }
        return found;
    }
}
