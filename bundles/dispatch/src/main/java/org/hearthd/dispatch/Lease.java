package org.hearthd.dispatch;

import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.hearthd.Exchange;
import org.hearthd.Outcome;

/** One exchange in progress on one generation that has not ended on the caller's thread: it has a deadline. */
final class Lease implements Runnable, Consumer<Outcome> {
    private final Generation generation;
    private final Exchange exchange;
    private ScheduledFuture<?> deadline;

    Lease(Generation generation, Exchange exchange) {
        this.generation = generation;
        this.exchange = exchange;
    }

    /** Starts the clock; the lease ends with the exchange. */
    void watch(ScheduledExecutorService timers, long timeoutMs) {
        deadline = timers.schedule(() -> generation.late(exchange), timeoutMs, TimeUnit.MILLISECONDS);
        exchange.onEnd(this);
    }

    /** Runs the handler on a thread of its pool, unless the exchange timed out in the queue. */
    @Override
    public void run() {
        if (!exchange.ended()) {
            generation.invoke(exchange);
        }
    }

    /** The exchange has ended. */
    @Override
    public void accept(Outcome outcome) {
        deadline.cancel(false);
        generation.release();
    }

    /** Gives the exchange up that no thread will run any more. */
    void refuse() {
        generation.refuse(exchange, "The handler is being replaced.");
    }
}
