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
    /** What became of the last program, or null. */
    private volatile String end;

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

    private void startNow() {
        // who listens no more may be about to end; only one worker waits for that
        if (!gone.thenApply(ended -> true).completeOnTimeout(false, ENDING_MS, TimeUnit.MILLISECONDS).join()) {
            return;
        }
        if (server.hasAnswered()) {
            pauses.good();
        }
        long left = pauses.leftMs();
        if (left > 0) {
            throw new CompletionException(
                    new Dialer.Refused(503, "The application server has ended and is started again in " + left + " ms."));
        }
        ListeningSocket socket = launch.mode() == Launch.Mode.LAUNCHING ? bind() : null;
        long now = System.nanoTime();
        Child child;
        try {
            child = socket != null ? withSocket(socket) : services.programs().start(launch.program(), null);
        } catch (IOException | RuntimeException | OutOfMemoryError e) {
            pauses.ended(now, false);
            end = "its program can not be started: " + e.getMessage();
            LOG.log(Level.WARNING, () -> server + ": the program can not be started: " + e.getMessage());
            throw new CompletionException(new Dialer.Refused(503, "The application server can not be started."));
        }
        gone = child.exit().handle((status, failure) -> {
            pauses.ended(now, server.hasAnswered());
            end = "its program has ended: " + child.state();
            LOG.log(Level.WARNING, () -> server + ": the program has ended: " + child.state());
            return null;
        });
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
