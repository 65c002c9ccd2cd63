package org.hearthd.dispatch;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.hearthd.Exchange;
import org.hearthd.spi.ManagedExchange;
import org.hearthd.spi.NoDescriptorException;
import org.hearthd.spi.Roster;

/**
 * One revision of a handler in service, with a number of its own: counts the exchanges in progress on it (leases) and owns its
 * pool, whose threads and their thread-locals go with it.
 */
final class Generation {
    private static final System.Logger LOG = System.getLogger(Generation.class.getName());
    /** Added to the count once: a negative count means retired. */
    private static final long RETIRED = Long.MIN_VALUE;

    private final Revision revision;
    private final String label;
    private final Shared shared;
    /** Null for a handler that does not block. */
    private final HandlerPool pool;
    private final AtomicLong count = new AtomicLong();
    /** Those of the count that can outlast the call of the handler, or wait for it. */
    private final Roster<Lease> leases = new Roster<>();
    private final CompletableFuture<Void> drained = new CompletableFuture<>();
    private volatile boolean full;

    Generation(Revision revision, long number, Shared shared) {
        this.revision = revision;
        this.label = revision.settings().name() + "/" + revision.service().bundle().getVersion() + "#" + number;
        this.shared = shared;
        this.pool = revision.settings().nonBlocking()
                ? null
                : new HandlerPool(revision.settings(), revision.handler().getClass().getClassLoader(),
                        () -> drained.complete(null));
    }

    Revision revision() {
        return revision;
    }

    /** Which generation this is, e.g. {@code hello/1.0.0#7}. */
    String label() {
        return label;
    }

    /** The leases that can be listed: not those of a non-blocking handler that is being called. */
    Roster<Lease> leases() {
        return leases;
    }

    /** How many exchanges are in progress. */
    long inProgress() {
        long now = count.get();
        return now < 0 ? now - RETIRED : now;
    }

    /**
     * Begins a lease.
     *
     * @return false if this generation is retired
     */
    boolean lease() {
        if (count.getAndIncrement() >= 0) {
            return true;
        }
        release();
        return false;
    }

    /** Ends a lease. */
    void release() {
        if (count.decrementAndGet() == RETIRED) {
            leasesEnded();
        }
    }

    /** Whether the pool would take one more exchange. */
    boolean room() {
        return pool == null || pool.room();
    }

    /** Gives the handler an exchange that has been moved to it and for which {@link #lease} was called. Never throws. */
    void handle(Exchange exchange) {
        if (exchange instanceof ManagedExchange managed) {
            managed.generation(label);
        }
        if (pool == null) {
            invoke(exchange);
            if (exchange.ended()) {
                release();
            } else {
                new Lease(this, exchange, true).watch(shared, revision.settings().timeoutMs());
            }
            return;
        }
        Lease lease = new Lease(this, exchange, false);
        lease.watch(shared, revision.settings().timeoutMs());
        try {
            pool.execute(lease);
            full = false;
        } catch (RejectedExecutionException e) {
            refuse(exchange);
        }
    }

    private void refuse(Exchange exchange) {
        if (!full) {
            full = true;
            LOG.log(Level.WARNING, this + ": all " + revision.settings().threads() + " threads are busy and "
                    + revision.settings().queue() + " requests wait; more are refused with 503");
        }
        Unavailable.answer(exchange, shared.limits().retryAfterS(), "The handler is busy.");
    }

    /** Runs the handler on this thread; whatever it throws becomes a 500, and never leaves this method. */
    void invoke(Exchange exchange) {
        try {
            revision.handler().handle(exchange);
        } catch (Throwable t) {
            failed(exchange, t);
        }
    }

    private void failed(Exchange exchange, Throwable t) {
        if (t instanceof IOException && exchange.ended()) {
            LOG.log(Level.DEBUG, () -> exchange + ": " + this + " noticed that its client is gone", t);
            return;
        }
        if (t instanceof NoDescriptorException) {
            Unavailable.answer(exchange, shared.limits().retryAfterS(), t.getMessage());
            return;
        }
        LOG.log(Level.ERROR, () -> exchange + ": " + this + " threw: 500", t);
        exchange.fail(500, "The handler failed.");
    }

    /** The deadline of an exchange has passed. */
    void late(Exchange exchange) {
        if (exchange.failUnanswered(504, "The handler did not answer in time.")) {
            LOG.log(Level.WARNING, () -> exchange + ": " + this + " did not answer within " + revision.settings().timeoutMs()
                    + " ms: 504");
        }
    }

    /**
     * Takes no more leases; those in progress go on for so long. Called once, when the slot has another generation, or none.
     * Never waits.
     */
    void retire(long timeoutMs) {
        ScheduledFuture<?> deadline = shared.after(timeoutMs, () -> shared.execute(this::expire));
        drained.thenRun(() -> deadline.cancel(false));
        if (count.updateAndGet(n -> n + RETIRED) == RETIRED) {
            leasesEnded();
        }
    }

    private void leasesEnded() {
        if (pool == null) {
            drained.complete(null);
        } else {
            // what runs has answered already
            pool.shutdown();
        }
    }

    /** Completes when a retired generation does nothing any more, at its deadline at the latest. */
    CompletableFuture<Void> drained() {
        return drained;
    }

    /** The time of a retired generation is over: what it has not ended is. */
    void expire() {
        if (!drained.isDone()) {
            Expiry.of(this);
            if (pool != null) {
                pool.shutdownNow();
            }
            drained.complete(null);
        }
    }

    @Override
    public String toString() {
        return "handler " + label;
    }
}
