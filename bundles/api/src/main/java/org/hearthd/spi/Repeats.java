package org.hearthd.spi;

import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** What somebody reports again and again: what is new at once, the same again at most every 10 seconds. Any thread. */
public final class Repeats {
    private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final LongSupplier clock;
    private String last;
    private long reportedAt;
    private long leftOut;

    /** Nothing was reported yet. */
    public Repeats() {
        this(System::nanoTime);
    }

    /** For tests: another clock, of nanoseconds. */
    Repeats(LongSupplier clock) {
        this.clock = clock;
    }

    /**
     * Somebody has something to report.
     *
     * @param what is the same for reports that are the same
     * @return what to add to the report: how many were left out before it, or "" if none was; empty if this one is to be left out
     */
    public synchronized Optional<String> report(String what) {
        long now = clock.getAsLong();
        if (what.equals(last) && now - reportedAt < PAUSE_NANOS) {
            leftOut++;
            return Optional.empty();
        }
        String more = leftOut == 0 ? "" : " (and " + leftOut + " more like the last one)";
        forget();
        last = what;
        reportedAt = now;
        return Optional.of(more);
    }

    /** What comes next is new. */
    public synchronized void forget() {
        last = null;
        leftOut = 0;
    }
}
