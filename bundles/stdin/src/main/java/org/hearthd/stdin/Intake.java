package org.hearthd.stdin;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadFactory;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.hearthd.Exchange;
import org.hearthd.Fd;
import org.hearthd.ashd.InProgress;
import org.hearthd.ashd.Requests;
import org.hearthd.spi.Access;
import org.hearthd.spi.AccessObserver;
import org.hearthd.spi.DescriptorBudget;
import org.hearthd.spi.NoDescriptorException;
import org.hearthd.spi.Source;
import org.hearthd.transport.PacketConnection;
import org.hearthd.transport.PacketTransport;
import org.hearthd.transport.StreamTransport;

/**
 * Reads requests with one thread from duplicates of a descriptor that is never closed here: what is queued in it outlives every
 * reader, so that one can be replaced by another without losing a request.
 */
final class Intake implements Source {
    private static final System.Logger LOG = System.getLogger(Intake.class.getName());
    private static final String NAME = "stdin";

    private final Supplier<StreamTransport> streams;
    private final Consumer<Exchange> to;
    private final Supplier<List<AccessObserver>> observers;
    private final Supplier<DescriptorBudget> budget;
    private final InProgress exchanges = new InProgress(0);
    private final CompletableFuture<Void> exhausted = new CompletableFuture<>();
    private final CompletableFuture<Void> drained = new CompletableFuture<>();
    /** The reader that works; readers that have been closed may still hand on what they had received. */
    private PacketConnection connection;
    private boolean draining;
    /** Exchanges in progress and threads that may bring more. */
    private int busy;
    private ThreadFactory threads = task -> new Thread(task, NAME);

    Intake(Supplier<StreamTransport> streams, Consumer<Exchange> to, Supplier<List<AccessObserver>> observers,
            Supplier<DescriptorBudget> budget) {
        this.streams = streams;
        this.to = to;
        this.observers = observers;
        this.budget = budget;
    }

    /** How many exchanges may be in progress; while they are as many nothing is read. 0 = any number. */
    void limit(int most) {
        exchanges.limit(most);
    }

    /** For tests. */
    synchronized void threads(ThreadFactory other) {
        threads = other;
    }

    /** How to get one more duplicate. */
    interface Duplicate {
        Fd make() throws IOException;
    }

    /**
     * Begins to read, or goes on reading, with that transport; does nothing after the end.
     *
     * @throws IOException if the duplicate can not be made or adopted, or there is no thread; nobody reads then
     */
    synchronized void read(Duplicate duplicate, PacketTransport transport) throws IOException {
        stop();
        if (draining || exhausted.isDone()) {
            return;
        }
        PacketConnection reader = transport.adopt(duplicate.make());
        connection = reader;
        busy++;
        try {
            threads.newThread(() -> receive(reader)).start();
        } catch (OutOfMemoryError e) {
            busy--;
            stop();
            throw new IOException("there is no thread to read with: " + e.getMessage(), e);
        }
    }

    /** Closes the reader; what it has not received yet stays queued. */
    synchronized void stop() {
        PacketConnection reader = connection;
        connection = null;
        if (reader != null) {
            reader.close();
        }
    }

    private void receive(PacketConnection reader) {
        Throwable failure = null;
        try {
            Requests.receive(reader, streams, NAME, this::accept);
        } catch (IOException | RuntimeException | OutOfMemoryError e) {
            failure = e;
        }
        ended(reader, failure);
        free();
    }

    /** A reader that another has replaced decides nothing. */
    private void ended(PacketConnection reader, Throwable failure) {
        if (!stopIfCurrent(reader)) {
            if (failure != null) {
                LOG.log(Level.WARNING, NAME + ": a reader that was replaced has failed", failure);
            }
        } else if (failure == null) {
            exhausted.complete(null);
        } else {
            exhausted.completeExceptionally(failure);
        }
    }

    /** One step, so that a reader that has just ended never stops the one that took its place; false if there is one. */
    private synchronized boolean stopIfCurrent(PacketConnection reader) {
        boolean current = connection == reader;
        if (current) {
            stop();
        }
        return current;
    }

    private void accept(Exchange exchange) {
        Access.report(NAME, exchange, observers);
        DescriptorBudget.Held held;
        try {
            held = budget.get().hold(DescriptorBudget.Use.LEASED);
        } catch (NoDescriptorException e) {
            exchange.fail(503, e.getMessage());
            return;
        }
        synchronized (this) {
            busy++;
        }
        exchanges.begin();
        exchange.onEnd(outcome -> {
            held.release();
            exchanges.end();
            free();
        });
        to.accept(exchange);
    }

    private void free() {
        boolean last;
        synchronized (this) {
            busy--;
            last = draining && busy == 0;
        }
        if (last) {
            drained.complete(null);
        }
    }

    @Override
    public String describe() {
        return NAME;
    }

    /**
     * What is queued has been accepted on our behalf by the kernel, so it is answered as well. The parent can send no more, so that
     * comes to an end.
     */
    @Override
    public CompletionStage<Void> drain() {
        boolean idle;
        synchronized (this) {
            draining = true;
            refuseMore();
            idle = busy == 0;
        }
        if (idle) {
            drained.complete(null);
        }
        return drained;
    }

    private void refuseMore() {
        if (connection == null) {
            return;
        }
        try {
            connection.shutdownInput();
        } catch (IOException e) {
            LOG.log(Level.ERROR, NAME + ": what is still queued is not answered: " + e.getMessage(), e);
            stop();
        }
    }

    @Override
    public CompletionStage<Void> exhausted() {
        return exhausted;
    }
}
