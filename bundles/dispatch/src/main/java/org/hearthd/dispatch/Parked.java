package org.hearthd.dispatch;

import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.hearthd.Exchange;

/** One exchange that waits at a gate; only memory. */
final class Parked {
    private final Gate gate;
    private final Exchange exchange;
    private final Route route;
    private final long since = System.nanoTime();
    private volatile ScheduledFuture<?> expiry;

    /** @param route by which it came, or null where the handler was named */
    Parked(Gate gate, Exchange exchange, Route route) {
        this.gate = gate;
        this.exchange = exchange;
        this.route = route;
    }

    /** Leaves the queue when its time has passed. */
    void startClock(Shared shared, long timeoutMs) {
        expiry = shared.after(timeoutMs, () -> gate.expired(this, timeoutMs));
    }

    /** Leaves the queue when its client has gone, or its source has ended it. */
    void watch() {
        exchange.onGone(() -> gate.gone(this));
        exchange.onEnd(outcome -> gate.leave(this));
    }

    /** It has left the queue. */
    void left() {
        ScheduledFuture<?> timer = expiry;
        if (timer != null) {
            timer.cancel(false);
        }
    }

    Exchange exchange() {
        return exchange;
    }

    Route route() {
        return route;
    }

    long ageMs() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - since);
    }
}
