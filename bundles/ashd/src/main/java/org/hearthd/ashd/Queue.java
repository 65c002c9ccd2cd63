package org.hearthd.ashd;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.hearthd.transport.PacketConnection;

/**
 * A forwarder's connection and those that wait for it, under one lock; and whether anybody may wait. A writer runs while somebody does.
 */
final class Queue {
    private static final System.Logger LOG = System.getLogger(Forwarder.class.getName());

    private final Executor threads;
    private final Runnable writer;
    private volatile String handler;
    private volatile Forwarder.Limits limits;
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

    /** One attempt to send. */
    @FunctionalInterface
    interface Attempt {
        /** False if the peer's queue is full. */
        boolean sends(Waiting item) throws IOException;
    }

    Queue(String handler, Forwarder.Limits limits, Executor threads, Runnable writer) {
        this.handler = handler;
        this.limits = limits;
        this.threads = threads;
        this.writer = writer;
    }

    String handler() {
        return handler;
    }

    Forwarder.Limits limits() {
        return limits;
    }

    synchronized void settings(String newHandler, Forwarder.Limits newLimits) {
        handler = newHandler;
        limits = newLimits;
        notifyAll();
    }

    /** The connection if what comes can be sent on it at once; null if it has to wait. */
    PacketConnection direct() {
        return direct;
    }

    synchronized PacketConnection current() {
        return connection;
    }

    synchronized int count() {
        return room.count();
    }

    synchronized boolean holds(Waiting item) {
        return item.waits;
    }

    /** One more waits; returns why it may not, or null. */
    synchronized String add(Waiting item) {
        String reason = reason();
        if (reason == null) {
            reason = startWriter();
        }
        if (reason == null) {
            room.add(item);
            notifyAll();
        }
        return reason;
    }

    private String reason() {
        if (draining) {
            return stopping();
        }
        if (refusal != null) {
            return refusal;
        }
        return room.count() >= limits.waiting() ? "Too many requests wait for the handler " + handler + "." : null;
    }

    /** It waits again, as the first and however many wait; returns why it may not, or null. */
    synchronized String putBack(Waiting item) {
        String reason = closed ? stopping() : refusal;
        if (reason == null) {
            reason = startWriter();
        }
        if (reason == null) {
            room.putBack(item);
            notifyAll();
        }
        return reason;
    }

    /** Before somebody waits; returns why that is impossible, or null. */
    private String startWriter() {
        direct = null;
        if (writing) {
            return null;
        }
        try {
            threads.execute(writer);
            writing = true;
            return null;
        } catch (RuntimeException | OutOfMemoryError e) {
            direct = draining ? null : connection;
            LOG.log(Level.ERROR, () -> handler + ": there is no thread to send what waits: " + e);
            return "There is no thread to send the request to the handler " + handler + ".";
        }
    }

    String stopping() {
        return "The handler " + handler + " is being stopped.";
    }

    /** It has ended, and waits no more unless it was tried already. */
    synchronized void ended(Waiting item) {
        if (item.untried() && room.leave(item)) {
            notifyAll();
        }
    }

    /** Nothing may wait until the next connection; returns those that have waited. */
    synchronized List<Waiting> refuse(String reason) {
        refusal = reason;
        List<Waiting> refused = room.removeAll();
        notifyAll();
        return refused;
    }

    synchronized void connected(PacketConnection now) {
        connection = now;
        direct = writing || draining ? null : now;
        refusal = null;
        notifyAll();
    }

    /** False if it is not the current one. */
    synchronized boolean disconnect(PacketConnection old) {
        if (connection != old) {
            return false;
        }
        connection = null;
        direct = null;
        return true;
    }

    /**
     * For the writer: waits for one that can be sent now; null, and the writer has ended, when none waits any more.
     *
     * @param late is given those that have waited too long
     */
    Waiting next(Consumer<List<Waiting>> late) {
        while (true) {
            List<Waiting> overdue;
            synchronized (this) {
                overdue = closed ? room.removeAll() : room.removeLate(timeout());
                Waiting head = room.head();
                if (overdue.isEmpty() && head == null) {
                    writing = false;
                    direct = draining ? null : connection;
                    break;
                }
                if (overdue.isEmpty() && connection != null) {
                    return room.remove();
                }
                if (overdue.isEmpty()) {
                    await(head.left(timeout()));
                }
            }
            if (!overdue.isEmpty()) {
                late.accept(overdue);
            }
        }
        if (isDraining()) {
            drained.complete(null);
        }
        return null;
    }

    /** For the writer: tries the head where it waits, so that nobody misses it meanwhile. False if there is something else to be done. */
    synchronized boolean isFull(PacketConnection to, Attempt attempt) {
        Waiting head = room.head();
        if (closed || connection != to || head == null || head.untried() || head.left(timeout()) <= 0) {
            return false;
        }
        try {
            if (!attempt.sends(head)) {
                return true;
            }
            room.remove();
        } catch (IOException e) {
            LOG.log(Level.TRACE, "the next attempt finds out what it means", e);
        }
        return false;
    }

    /** For the writer, which has nothing to do for so long. */
    synchronized void pause(long nanos) {
        if (!closed) {
            await(nanos);
        }
    }

    private long timeout() {
        return TimeUnit.MILLISECONDS.toNanos(limits.timeoutMs());
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

    /** Nobody may wait who does not yet; completes when nobody does any more. */
    CompletionStage<Void> drain() {
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

    /** Nobody may wait; returns those that have waited. */
    synchronized List<Waiting> close() {
        closed = true;
        draining = true;
        direct = null;
        List<Waiting> refused = room.removeAll();
        notifyAll();
        return refused;
    }
}
