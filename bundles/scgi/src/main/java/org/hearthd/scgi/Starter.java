package org.hearthd.scgi;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.hearthd.listeners.ListeningSocket;
import org.hearthd.process.Child;

/** Starts a program that serves at a configured address and survives us. */
final class Starter {
    private static final System.Logger LOG = System.getLogger(Starter.class.getName());
    private static final long ENDING_MS = 300;

    private final Launch launch;
    private final Server server;
    private final Services services;
    private final Executor workers;
    private final Pauses pauses;
    private CompletableFuture<Void> starting = CompletableFuture.completedFuture(null);
    /** Completes when the last program has ended, and that is known here. Of the worker that starts. */
    private CompletableFuture<?> gone = starting;
    /** Of the worker that starts. */
    private long startedAt;
    /** The program that is expected at the address, or null. */
    private volatile Child last;
    /** What became of the last program, or null. */
    private volatile String end;
    private volatile boolean stopped;

    /** @param workers where it is started */
    Starter(Launch launch, Server server, Services services, Executor workers) {
        this.launch = launch;
        this.server = server;
        this.services = services;
        this.workers = workers;
        this.pauses = new Pauses(launch.restart());
    }

    /**
     * Nobody listens: starts the program unless it runs, or has ended a moment ago.
     *
     * @return fails with {@link Dialer.Refused}: that there is nobody if nothing was started because the address could not be bound,
     *         which may be because somebody else has been faster
     */
    synchronized CompletableFuture<Void> start() {
        if (starting.isDone()) {
            try {
                starting = CompletableFuture.runAsync(this::startNow, workers);
            } catch (RejectedExecutionException e) {
                LOG.log(Level.WARNING, () -> server + ": the program can not be started: " + e.getMessage());
                starting = CompletableFuture.failedFuture(
                        new Dialer.Refused(503, "The application server can not be started.", Dialer.Refused.Reach.OURS));
            }
        }
        return starting.copy();
    }

    /** Why there is no program, until somebody answers at its address. */
    List<String> reasons() {
        String last = end;
        return last == null || server.answers() ? List.of() : List.of(last);
    }

    /** Nothing is started any more; what runs goes on. */
    void stop() {
        stopped = true;
    }

    private void startNow() {
        boolean launching = launch.mode() == Launch.Mode.LAUNCHING;
        // who listens no more may be about to end; only one worker waits for that
        boolean alive = !gone.thenApply(ended -> true).completeOnTimeout(false, ENDING_MS, TimeUnit.MILLISECONDS).join();
        if (!alive && server.hasAnswered()) {
            pauses.good();
        }
        long left = pauses.leftMs();
        // it may have been started after that attempt to connect, or has yet to bind the address
        if (alive && (left > 0 || !launching)) {
            return;
        }
        if (left > 0) {
            throw refusal("The application server has ended and is started again in " + left + " ms.");
        }
        services.awaitPrograms(launching);
        if (stopped) {
            throw refusal("The application server is not started any more.");
        }
        ListeningSocket socket = launching ? bind() : null;
        if (alive) {
            abandon();
        }
        long now = System.nanoTime();
        Child child;
        try {
            child = socket != null ? withSocket(socket) : services.programs().start(launch.program(), null);
        } catch (IOException | RuntimeException | OutOfMemoryError e) {
            pauses.ended(now, false);
            end = "its program can not be started: " + e.getMessage();
            LOG.log(Level.WARNING, () -> server + ": the program can not be started: " + e.getMessage());
            throw refusal("The application server can not be started.");
        }
        startedAt = now;
        last = child;
        gone = child.exit().handle((status, failure) -> {
            if (last == child) {
                pauses.ended(now, server.hasAnswered());
                end = "its program has ended: " + child.state();
            }
            LOG.log(Level.WARNING, () -> server + ": the program has ended: " + child.state());
            return null;
        });
    }

    /** The address was free, so that nobody can reach the program any more: it has closed its socket, or lost its path. */
    private void abandon() {
        Child old = last;
        last = null;
        gone = CompletableFuture.completedFuture(null);
        pauses.ended(startedAt, false);
        LOG.log(Level.WARNING, () -> server + ": process " + old.pid() + " can not be reached any more and is left running;"
                + " another one is started");
    }

    private static CompletionException refusal(String why) {
        return new CompletionException(new Dialer.Refused(503, why));
    }

    private ListeningSocket bind() {
        try {
            return services.listen("scgi", server.listenAddress());
        } catch (IOException | RuntimeException e) {
            end = "its address can not be bound: " + e.getMessage();
            Dialer.Refused refused = new Dialer.Refused(503, "The application server can not be started.",
                    Dialer.Refused.Reach.NOBODY);
            refused.initCause(e);
            throw new CompletionException(refused);
        }
    }

    /** The address could not be bound, and nobody has come to listen there either. */
    void notBound(String request, Dialer.Refused why) {
        server.report(request, "nobody listens there, and it can not be bound: " + why.getCause().getMessage());
    }

    /** The program has the socket for itself, so that connections are refused when it has ended. */
    private Child withSocket(ListeningSocket socket) throws IOException {
        boolean running = false;
        try {
            Child started = services.programs().start(launch.program(), socket.fd());
            running = !started.exit().isDone();
            return started;
        } finally {
            if (running) {
                socket.handOver();
            } else {
                socket.stop();
            }
        }
    }
}
