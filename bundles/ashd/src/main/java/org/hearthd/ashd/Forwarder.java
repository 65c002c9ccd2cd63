package org.hearthd.ashd;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.hearthd.Exchange;
import org.hearthd.transport.ExhaustedTransportException;
import org.hearthd.transport.NoTransportException;
import org.hearthd.transport.PacketConnection;
import org.hearthd.transport.StreamTransport;
import org.hearthd.transport.TransportException;

/**
 * The waiting room in front of a packet connection that comes and goes. An exchange is sent on its caller's thread; where that is
 * not possible at once it waits, in the order of arrival, bounded in number and in time, and then gets 503. What the kernel has
 * accepted is never sent again, what it has not accepted is never lost: it goes out on the next connection.
 */
public final class Forwarder implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Forwarder.class.getName());
    /** How long an end waits for those that wait; a request whose socket was taken is nobody else's any more. */
    private static final long FINISH_MS = 10_000;

    private final Queue queue;
    private final Refusals refusals;
    private final Owner owner;
    private final Stall stall;
    private final AtomicLong sent = new AtomicLong();
    /** Whether the kernel had no room for the last request; said once until it has. */
    private volatile boolean exhausted;

    /**
     * How much may wait for how long, and what may be sent.
     *
     * @param waiting exchanges that wait at most; 0 = none
     * @param timeoutMs time after which a waiting exchange gets 503, in milliseconds
     * @param datagram the longest datagram that the receiver takes, as for {@link Datagram#encode}
     */
    public record Limits(int waiting, long timeoutMs, int datagram) {}

    /** Who makes the connections. */
    @FunctionalInterface
    public interface Owner {
        /**
         * Sending has found the current connection broken; it is no longer the current one. Called once for a connection at most, on
         * any thread, without locks; must not block. The owner closes the connection.
         */
        void broken(PacketConnection connection, IOException why);

        /**
         * Exchanges got 503 because they had waited too long, and the peer has taken nothing since they came. Called as
         * {@link #broken} is, perhaps often.
         *
         * @param connection the current one, whose peer takes nothing, or null
         */
        default void late(PacketConnection connection) {
            // most owners have nothing to add to the answers
        }

        /** Which generation of the handler answers what is sent on that connection; null where that is what dispatch has said. */
        default String generation(PacketConnection connection) {
            return null;
        }

        /** After {@link #late}: the peer of this connection has taken what waited. Called as {@link #broken} is. */
        default void reads(PacketConnection connection) {
            // as above
        }
    }

    /**
     * A forwarder without a connection.
     *
     * @param handler the name for messages and error pages
     * @param streams asked for the transport of the moment when an answer has to be written on a response socket
     * @param threads runs what blocks, and must not refuse it: one task that sends while something waits, and short ones that answer
     */
    public Forwarder(String handler, Limits limits, Supplier<StreamTransport> streams, Executor threads, Owner owner) {
        this.queue = new Queue(handler, limits, threads, new Writer(this));
        this.refusals = new Refusals(streams, threads);
        this.owner = owner;
        this.stall = new Stall(owner);
    }

    /** Another name for messages and error pages, and other limits, from now on; also for those that wait. */
    public void settings(String newHandler, Limits newLimits) {
        queue.settings(newHandler, newLimits);
    }

    /** Answers those that wait with 503 and that reason, and all others until the next {@link #connected}. */
    public void refuse(String reason) {
        refusals.answer(queue.refuse(reason), reason);
    }

    /** Takes the exchange over and sends it now or later, or answers it. Does not wait; any thread. */
    public void forward(Exchange exchange) {
        Waiting item = new Waiting(exchange, System.nanoTime());
        PacketConnection to = queue.direct();
        if (to == null) {
            enqueue(item, exchange);
            return;
        }
        try {
            if (prepare(item) && !attempt(item, to)) {
                putBack(item);
            }
        } catch (NoTransportException e) {
            enqueue(item, exchange);
        }
    }

    /**
     * Sends or answers it.
     *
     * @return false if neither was possible: it has to wait
     */
    boolean attempt(Waiting item, PacketConnection to) {
        item.label(owner.generation(to));
        try {
            if (!item.sent(to)) {
                return false;
            }
            sent.incrementAndGet();
            if (exhausted) {
                exhausted = false;
            }
            reads(to);
            return true;
        } catch (TransportException e) {
            Level level = exhausted ? Level.DEBUG : Level.WARNING;
            exhausted = e instanceof ExhaustedTransportException;
            LOG.log(level, () -> item + " can not be sent to " + queue.handler() + ": " + e.getMessage());
            refusals.answer(List.of(item), unsent(e));
            return true;
        } catch (IOException e) {
            broken(to, e);
            return false;
        }
    }

    /** No fault of this request: above all it is ETOOMANYREFS, for which counts what all processes of this user have sent. */
    private String unsent(TransportException e) {
        return e instanceof ExhaustedTransportException
                ? "The kernel has no room for the response socket at the moment."
                : notPassed();
    }

    private String notPassed() {
        return "The request could not be passed to the handler " + queue.handler() + ".";
    }

    /** It has taken one. */
    void reads(PacketConnection to) {
        if (stall.isReported(to) && waiting() == 0) {
            stall.ends(to);
        }
    }

    void broken(PacketConnection broken, IOException why) {
        if (queue.disconnect(broken)) {
            LOG.log(Level.DEBUG, () -> "the connection of " + queue.handler() + " is broken: " + why.getMessage());
            owner.broken(broken, why);
        }
    }

    private void enqueue(Waiting item, Exchange exchange) {
        String reason = queue.add(item);
        if (reason != null) {
            refusals.answerHere(List.of(item), reason);
            return;
        }
        exchange.onEnd(outcome -> queue.ended(item));
        exchange.onGone(() -> exchange.failUnanswered(503, "The client has gone while the request waited."));
    }

    /** What the kernel has not accepted is the next to be sent, however many wait. */
    void putBack(Waiting item) {
        String reason = queue.putBack(item);
        if (reason != null) {
            refusals.answer(List.of(item), reason);
        }
    }

    /** What waits goes out on this connection from now on. It stays the caller's. */
    public void connected(PacketConnection now) {
        // before anything is sent on it
        stall.connected();
        queue.connected(now);
    }

    /** Nothing goes out on this connection any more, if it is the current one; what comes waits for the next. */
    public void disconnected(PacketConnection old) {
        queue.disconnect(old);
    }

    /** The number of exchanges that wait. */
    public int waiting() {
        return queue.count();
    }

    /** The number of exchanges that were sent, on whatever connection. */
    public long sent() {
        return sent.get();
    }

    /** Whether the peer takes nothing; if it does, the first that waits was sent, or there is something else to be done. */
    boolean isFull(PacketConnection to) {
        return queue.isFull(to, head -> {
            head.label(owner.generation(to));
            if (!head.sent(to)) {
                return false;
            }
            sent.incrementAndGet();
            taken();
            return true;
        });
    }

    /** Makes the datagram; false if that is impossible, and it was answered. */
    boolean prepare(Waiting item) throws NoTransportException {
        return item.prepare(queue.limits().datagram(), queue.handler());
    }

    /** The writer has sent one. */
    void taken() {
        stall.taken();
    }

    /** The writer has failed with it in its hands, unless it waits again. */
    void failed(Waiting item, Throwable e) {
        LOG.log(Level.ERROR, () -> queue.handler() + ": " + (item == null ? "sending what waits" : item) + " has failed", e);
        if (item != null && !queue.holds(item)) {
            refusals.answer(List.of(item), notPassed());
        }
    }

    /** For the writer, which has nothing to do for so long. */
    void pause(long nanos) {
        queue.pause(nanos);
    }

    PacketConnection current() {
        return queue.current();
    }

    /** Waits for one that can be sent now; null, and the writer has ended, when none waits any more. */
    Waiting next() {
        return queue.next(this::late);
    }

    private void late(List<Waiting> late) {
        refusals.answer(late, "The handler " + queue.handler() + " did not take the request in time.");
        stall.late(late.get(late.size() - 1), current());
    }

    /** Takes no more exchanges and goes on sending those that wait; completes when none waits any more. */
    public CompletionStage<Void> drain() {
        return queue.drain();
    }

    /** Drains, for as long as exchanges may wait and {@value #FINISH_MS} ms at most, and closes. Blocks. */
    public void finish() {
        try {
            drain().toCompletableFuture().get(Math.min(FINISH_MS, queue.limits().timeoutMs()), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            LOG.log(Level.DEBUG, () -> queue.handler() + ": what waits still is refused", e);
        } finally {
            close();
        }
    }

    /** Takes no more exchanges; those that wait get 503. The connection stays the owner's. */
    @Override
    public void close() {
        refusals.answerHere(queue.close(), queue.stopping());
    }
}
