package org.hearthd.spi;

import java.lang.System.Logger.Level;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.hearthd.Exchange;
import org.hearthd.Outcome;
import org.hearthd.Request;

/**
 * A request that has ended, as its source knows it.
 *
 * @param source who took it in, e.g. {@code http main}
 * @param client the client's address, e.g. {@code 192.0.2.7}, or null if it has none
 * @param request as it arrived; one with an empty method could not be read, and its URL is what came of the request line
 * @param id of the exchange
 * @param generation who answered, e.g. {@code hello/1.0.0#7}, or null if no handler was asked
 * @param began when it arrived, in milliseconds as of {@link System#currentTimeMillis}
 * @param nanos from its arrival to its end
 * @param outcome how it ended, with the status or 0 if there was none
 * @param bytes of the answer's body, or -1 if that is not known here
 */
public record Access(String source, String client, Request request, String id, String generation, long began, long nanos,
        Outcome outcome, long bytes) {
    private static final System.Logger LOG = System.getLogger(Access.class.getName());

    /**
     * Reports an exchange to these observers when it has ended. For sources whose requests come with ashd(7)'s headers. Costs nothing
     * while nobody observes.
     *
     * @param observers asked now and at the end
     */
    public static void report(String source, Exchange exchange, Supplier<List<AccessObserver>> observers) {
        if (observers.get().isEmpty() || !(exchange instanceof ManagedExchange managed)) {
            return;
        }
        long start = System.nanoTime();
        long began = System.currentTimeMillis();
        exchange.onEnd(outcome -> {
            Request request = managed.request();
            new Access(source, request.headers().get("X-Ash-Address"), request, managed.id(), managed.generation(), began,
                    System.nanoTime() - start, outcome, managed.bytes()).tell(observers.get());
        });
    }

    /** Tells all of them; one that fails with an exception, or for want of a class, is logged and keeps nothing from the others. */
    public void tell(List<AccessObserver> observers) {
        for (AccessObserver observer : observers) {
            try {
                observer.finished(this);
            } catch (RuntimeException | LinkageError failed) {
                String what = id + ": access observer " + observer.getClass().getName() + " failed";
                // with every request, perhaps
                LOG.log(Level.ERROR, () -> what + ": " + failed);
                LOG.log(Level.DEBUG, what, failed);
            }
        }
    }

    /** The duration in microseconds. */
    public long micros() {
        return TimeUnit.NANOSECONDS.toMicros(nanos);
    }
}
