package org.hearthd.dispatch;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.hearthd.Exchange;
import org.hearthd.Handler;
import org.hearthd.spi.ManagedExchange;

/**
 * One handler object with one set of settings: counts the exchanges in progress on it (leases) and owns its pool, whose threads
 * and their thread-locals go with it.
 */
final class Generation {
    private static final System.Logger LOG = System.getLogger(Generation.class.getName());
    /** Added to the count once: a negative count means retired. */
    private static final long RETIRED = Long.MIN_VALUE;

    private final Handler handler;
    private final HandlerSettings settings;
    private final int retryAfterS;
    private final String identity;
    private final ScheduledExecutorService timers;
    /** Null for a handler that does not block. */
    private final ThreadPoolExecutor pool;
    private final AtomicLong leases = new AtomicLong();
    private final CountDownLatch drained = new CountDownLatch(1);
    private volatile boolean full;

    Generation(Handler handler, String identity, HandlerSettings settings, int retryAfterS, ScheduledExecutorService timers) {
        this.handler = handler;
        this.identity = identity;
        this.settings = settings;
        this.retryAfterS = retryAfterS;
        this.timers = timers;
        this.pool = settings.nonBlocking() ? null : HandlerPool.of(settings, handler.getClass().getClassLoader());
    }

    /**
     * Begins a lease.
     *
     * @return false if this generation is retired
     */
    boolean lease() {
        if (leases.getAndIncrement() >= 0) {
            return true;
        }
        release();
        return false;
    }

    /** Ends a lease. */
    void release() {
        if (leases.decrementAndGet() == RETIRED) {
            drained.countDown();
        }
    }

    /** Gives the handler an exchange that has been moved to it and for which {@link #lease} was called. Never throws. */
    void handle(Exchange exchange) {
        if (exchange instanceof ManagedExchange managed) {
            managed.generation(identity);
        }
        if (pool == null) {
            invoke(exchange);
            if (exchange.ended()) {
                release();
            } else {
                new Lease(this, exchange).watch(timers, settings.timeoutMs());
            }
            return;
        }
        Lease lease = new Lease(this, exchange);
        lease.watch(timers, settings.timeoutMs());
        try {
            pool.execute(lease);
            full = false;
        } catch (RejectedExecutionException e) {
            if (!full) {
                full = true;
                LOG.log(Level.WARNING, this + ": all " + settings.threads() + " threads are busy and " + settings.queue()
                        + " requests wait; more are refused with 503");
            }
            refuse(exchange, "The handler is busy.");
        }
    }

    /** Runs the handler on this thread; whatever it throws becomes a 500, and never leaves this method. */
    void invoke(Exchange exchange) {
        try {
            handler.handle(exchange);
        } catch (Throwable t) {
            failed(exchange, t);
        }
    }

    private void failed(Exchange exchange, Throwable t) {
        if (t instanceof IOException && exchange.ended()) {
            LOG.log(Level.DEBUG, () -> exchange + ": " + this + " noticed that its client is gone", t);
            return;
        }
        LOG.log(Level.ERROR, () -> exchange + ": " + this + " threw: 500", t);
        exchange.fail(500, "The handler failed.");
    }

    /** The deadline of an exchange has passed. */
    void late(Exchange exchange) {
        if (exchange.failUnanswered(504, "The handler did not answer in time.")) {
            LOG.log(Level.WARNING, () -> exchange + ": " + this + " did not answer within " + settings.timeoutMs() + " ms: 504");
        }
    }

    /** Answers 503. */
    void refuse(Exchange exchange, String reason) {
        Unavailable.answer(exchange, retryAfterS, reason);
    }

    /**
     * Takes no more leases, waits for those in progress, and ends the pool. The slot has another generation, or none, before this
     * is called. May be called by several threads: a handler may go while its earlier generation is still being retired.
     *
     * @param deadline of {@link System#nanoTime()}
     */
    void retire(long deadline) {
        if (leases.updateAndGet(n -> n < 0 ? n : n + RETIRED) == RETIRED) {
            drained.countDown();
        }
        try {
            boolean done = drained.await(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
            if (pool != null) {
                pool.shutdown();
                done &= pool.awaitTermination(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
            }
            if (!done) {
                LOG.log(Level.WARNING,
                        this + " goes with " + (leases.get() - RETIRED) + " requests in progress that did not end in time"
                                + " (retire.timeout.ms)");
            }
        } catch (InterruptedException e) {
            LOG.log(Level.WARNING, this + " goes without waiting for its requests: interrupted");
            Thread.currentThread().interrupt();
        } finally {
            endPool();
        }
    }

    private void endPool() {
        if (pool != null) {
            pool.shutdownNow().forEach(waiting -> ((Lease) waiting).refuse());
        }
    }

    @Override
    public String toString() {
        return "handler " + settings.name() + " of " + identity;
    }
}
