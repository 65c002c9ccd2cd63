package org.hearthd.ashd;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
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

    private volatile String handler;
    private volatile Limits limits;
    private final Refusals refusals;
    private final Executor threads;
    private final Owner owner;
    private final Stall stall;
    /** The connection, but only while nobody waits. */
    private volatile PacketConnection direct;
    /** The lock guards what follows. */
    private final WaitingRoom room = new WaitingRoom();
    private PacketConnection connection;
    private boolean writing;
    private boolean draining;
    private boolean closed;
    /** Why nothing may wait at the moment, or null. */
    private String refusal;
    private final CompletableFuture<Void> drained = new CompletableFuture<>();

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
        this.handler = handler;
        this.limits = limits;
        this.refusals = new Refusals(streams, threads);
        this.threads = threads;
        this.owner = owner;
        this.stall = new Stall(owner);
    }

    /** Another name for messages and error pages, and other limits, from now on; also for those that wait. */
    public synchronized void settings(String newHandler, Limits newLimits) {
        handler = newHandler;
        limits = newLimits;
        notifyAll();
    }

    /** Answers those that wait with 503 and that reason, and all others until the next {@link #connected}. */
    public void refuse(String reason) {
        List<Waiting> refused;
        synchronized (this) {
            refusal = reason;
            refused = room.removeAll();
            notifyAll();
        }
        refusals.answer(refused, reason);
    }

    /** Takes the exchange over and sends it now or later, or answers it. Does not wait; any thread. */
    public void forward(Exchange exchange) {
        Waiting item = new Waiting(exchange, System.nanoTime());
        PacketConnection to = direct;
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
            reads(to);
            return true;
        } catch (TransportException e) {
            LOG.log(Level.WARNING, () -> item + " can not be sent to " + handler + ": " + e.getMessage());
            refusals.answer(List.of(item), unsent(e));
            return true;
        } catch (IOException e) {
            broken(to, e);
            return false;
        }
    }

    /** ETOOMANYREFS is no fault of this request: what other processes of this user have sent counts as well. */
    private String unsent(TransportException e) {
        return e instanceof ExhaustedTransportException
                ? "Too many response sockets are on their way to handlers that do not take them."
                : "The request could not be passed to the handler " + handler + ".";
    }

    /** It has taken one. */
    void reads(PacketConnection to) {
        if (stall.isReported(to) && waiting() == 0) {
            stall.ends(to);
        }
    }

    void broken(PacketConnection broken, IOException why) {
        if (disconnect(broken)) {
            LOG.log(Level.DEBUG, () -> "the connection of " + handler + " is broken: " + why.getMessage());
            owner.broken(broken, why);
        }
    }

    private void enqueue(Waiting item, Exchange exchange) {
        String reason;
        synchronized (this) {
            reason = reason();
            if (reason == null) {
                reason = startWriter();
            }
            if (reason == null) {
                room.add(item);
                notifyAll();
            }
        }
        if (reason != null) {
            refusals.answerHere(List.of(item), reason);
            return;
        }
        exchange.onEnd(outcome -> ended(item));
        exchange.onGone(() -> exchange.failUnanswered(503, "The client has gone while the request waited."));
    }

    /** Why one more may not wait, or null. */
    private String reason() {
        if (draining) {
            return stopping();
        }
        if (refusal != null) {
            return refusal;
        }
        return room.count() >= limits.waiting() ? "Too many requests wait for the handler " + handler + "." : null;
    }

    /** What the kernel has not accepted is the next to be sent, however many wait. */
    void putBack(Waiting item) {
        String reason;
        synchronized (this) {
            reason = closed ? stopping() : refusal;
            if (reason == null) {
                reason = startWriter();
            }
            if (reason == null) {
                room.putBack(item);
                notifyAll();
            }
        }
        if (reason != null) {
            refusals.answer(List.of(item), reason);
        }
    }

    /** Before somebody waits; returns why that is impossible, or null. */
    private String startWriter() {
        direct = null;
        if (writing) {
            return null;
        }
        try {
            threads.execute(new Writer(this));
            writing = true;
            return null;
        } catch (RuntimeException | OutOfMemoryError e) {
            direct = draining ? null : connection;
            LOG.log(Level.ERROR, () -> handler + ": there is no thread to send what waits: " + e);
            return "There is no thread to send the request to the handler " + handler + ".";
        }
    }

    private synchronized void ended(Waiting item) {
        if (item.untried() && room.leave(item)) {
            notifyAll();
        }
    }

    /** What waits goes out on this connection from now on. It stays the caller's. */
    public synchronized void connected(PacketConnection now) {
        connection = now;
        direct = writing ? null : now;
        refusal = null;
        stall.connected();
        notifyAll();
    }

    /** Nothing goes out on this connection any more, if it is the current one; what comes waits for the next. */
    public void disconnected(PacketConnection old) {
        disconnect(old);
    }

    private synchronized boolean disconnect(PacketConnection old) {
        if (connection != old) {
            return false;
        }
        connection = null;
        direct = null;
        return true;
    }

    private String stopping() {
        return "The handler " + handler + " is being stopped.";
    }

    /** The number of exchanges that wait. */
    public synchronized int waiting() {
        return room.count();
    }

    /** Tries the head where it waits, so that nobody misses it meanwhile. False if there is something else to be done. */
    synchronized boolean isFull(PacketConnection to) {
        Waiting head = room.head();
        if (closed || connection != to || head == null || head.untried() || head.left(timeout()) <= 0) {
            return false;
        }
        head.label(owner.generation(to));
        try {
            if (!head.sent(to)) {
                return true;
            }
            room.remove();
            taken();
        } catch (IOException e) {
            LOG.log(Level.TRACE, "the next attempt finds out what it means", e);
        }
        return false;
    }

    /** Makes the datagram; false if that is impossible, and it was answered. */
    boolean prepare(Waiting item) throws NoTransportException {
        return item.prepare(limits.datagram(), handler);
    }

    /** The writer has sent one. */
    void taken() {
        stall.taken();
    }

    /** The writer has failed with it in its hands, unless it waits again. */
    void failed(Waiting item, Throwable e) {
        LOG.log(Level.ERROR, () -> handler + ": " + (item == null ? "sending what waits" : item) + " has failed", e);
        boolean lost;
        synchronized (this) {
            lost = item != null && !item.waits;
        }
        if (lost) {
            refusals.answer(List.of(item), "The request could not be passed to the handler " + handler + ".");
        }
    }

    private long timeout() {
        return TimeUnit.MILLISECONDS.toNanos(limits.timeoutMs());
    }

    /** For the writer, which has nothing to do for so long. */
    synchronized void pause(long nanos) {
        if (!closed) {
            await(nanos);
        }
    }

    synchronized PacketConnection current() {
        return connection;
    }

    /** Waits for one that can be sent now; null, and the writer has ended, when none waits any more. */
    Waiting next() {
        while (true) {
            List<Waiting> late;
            synchronized (this) {
                late = closed ? room.removeAll() : room.removeLate(timeout());
                Waiting head = room.head();
                if (late.isEmpty() && head == null) {
                    writing = false;
                    direct = draining ? null : connection;
                    break;
                }
                if (late.isEmpty() && connection != null) {
                    return room.remove();
                }
                if (late.isEmpty()) {
                    await(head.left(timeout()));
                }
            }
            if (!late.isEmpty()) {
                late(late);
            }
        }
        if (isDraining()) {
            drained.complete(null);
        }
        return null;
    }

    private void late(List<Waiting> late) {
        refusals.answer(late, "The handler " + handler + " did not take the request in time.");
        stall.late(late.get(late.size() - 1), current());
    }

    private void await(long nanos) {
        try {
            TimeUnit.NANOSECONDS.timedWait(this, Math.max(1, nanos));
        } catch (InterruptedException e) {
            LOG.log(Level.WARNING, () -> handler + ": the writer was interrupted, what waits is refused");
            closed = true;
            draining = true;
            Thread.currentThread().interrupt();
        }
    }

    private synchronized boolean isDraining() {
        return draining;
    }

    /** Takes no more exchanges and goes on sending those that wait; completes when none waits any more. */
    public CompletionStage<Void> drain() {
        boolean idle;
        synchronized (this) {
            draining = true;
            direct = null;
            idle = !writing;
        }
        if (idle) {
            drained.complete(null);
        }
        return drained;
    }

    /** Drains, for as long as exchanges may wait and {@value #FINISH_MS} ms at most, and closes. Blocks. */
    public void finish() {
        try {
            drain().toCompletableFuture().get(Math.min(FINISH_MS, limits.timeoutMs()), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            LOG.log(Level.DEBUG, () -> handler + ": what waits still is refused", e);
        } finally {
            close();
        }
    }

    /** Takes no more exchanges; those that wait get 503. The connection stays the owner's. */
    @Override
    public void close() {
        List<Waiting> refused;
        synchronized (this) {
            closed = true;
            draining = true;
            direct = null;
            refused = room.removeAll();
            notifyAll();
        }
        refusals.answerHere(refused, stopping());
    }
}
