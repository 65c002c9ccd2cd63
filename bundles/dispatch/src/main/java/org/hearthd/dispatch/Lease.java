package org.hearthd.dispatch;

import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.hearthd.Exchange;
import org.hearthd.Outcome;
import org.hearthd.spi.Roster;

/** One exchange in progress on one generation that has not ended on the caller's thread: it has a deadline and can be listed. */
final class Lease extends Roster.Entry implements Runnable, Consumer<Outcome> {
    private final Generation generation;
    private final Exchange exchange;
    private final long since = System.nanoTime();
    /** Null if the handler has deadlines of its own. */
    private ScheduledFuture<?> deadline;
    /** Whether the handler has been called. */
    private volatile boolean running;

    Lease(Generation generation, Exchange exchange, boolean running) {
        this.generation = generation;
        this.exchange = exchange;
        this.running = running;
    }

    /** Starts the clock; the lease ends with the exchange. */
    void watch(Shared shared, long timeoutMs) {
        generation.leases().add(this);
        if (timeoutMs > 0) {
            deadline = shared.after(timeoutMs, () -> generation.late(exchange));
        }
        exchange.onEnd(this);
    }

    /** Runs the handler on a thread of its pool, unless the exchange timed out in the queue. */
    @Override
    public void run() {
        running = true;
        if (!exchange.ended()) {
            generation.invoke(exchange);
        }
    }

    /** The exchange has ended. */
    @Override
    public void accept(Outcome outcome) {
        if (deadline != null) {
            deadline.cancel(false);
        }
        generation.leases().remove(this);
        generation.release();
    }

    Exchange exchange() {
        return exchange;
    }

    boolean running() {
        return running;
    }

    /** When it began, by {@link System#nanoTime()}. */
    long since() {
        return since;
    }

    long ageMs() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - since);
    }
}
