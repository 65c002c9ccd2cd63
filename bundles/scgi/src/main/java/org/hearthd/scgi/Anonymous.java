package org.hearthd.scgi;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.IntSupplier;
import org.hearthd.Exchange;
import org.hearthd.listeners.ListeningSocket;
import org.hearthd.process.SocketHolders;

/**
 * A program of our own behind a private socket. The listening descriptor is kept here too, so that connections wait in its queue while the
 * program is started again. Lock order: {@code steps}, which is never waited for on a loop, then this object.
 */
final class Anonymous implements Dialer {
    private static final System.Logger LOG = System.getLogger(Anonymous.class.getName());

    /** How often what a program has left in the background is looked at; nobody tells of its end. */
    private static final long BACKGROUND_MS = 1000;

    private final Launch launch;
    private final Services services;
    /** Of who holds {@code steps}. */
    private final SocketDirectory directory;
    private final Function<Address, Server> naming;
    private final IntSupplier connectMs;
    private final Executor workers;
    private final Pauses pauses;
    /** The requests that have been given to it. */
    private final Uses requests = new Uses();
    /** Programs that can not be reached any more and may still have requests. */
    private final Set<Serving> lost = ConcurrentHashMap.newKeySet();
    /** Held while sockets and programs come and go. */
    private final Object steps = new Object();
    /** Of who holds {@code steps}. */
    private ListeningSocket socket;
    /** Of who holds {@code steps}. */
    private SocketHolders holders;
    private volatile Server server;
    private volatile Way way;
    private Serving child;
    private long startedAt;
    /** Where to connect, once the program runs; null while nobody wants it. */
    private CompletableFuture<Way> ready;
    /** What became of the last program, or null. */
    private String end;
    private boolean closed;

    /**
     * To a program through one socket.
     *
     * @param uses the connections to it, also those that are being made
     */
    private record Way(Servers servers, Uses uses) {}

    /**
     * Starts nothing before the first request.
     *
     * @param directory where the socket is made
     * @param naming a server for an address
     * @param connectMs for one attempt to connect, now
     */
    Anonymous(Launch launch, Services services, SocketDirectory directory, Function<Address, Server> naming,
            IntSupplier connectMs,
            Executor workers) {
        this.launch = launch;
        this.services = services;
        this.directory = directory;
        this.naming = naming;
        this.connectMs = connectMs;
        this.workers = workers;
        this.pauses = new Pauses(launch.restart());
    }

    @Override
    public void begin() {
        requests.begin();
    }

    @Override
    public void end() {
        requests.end();
    }

    /** It gets no new requests; completes when it has none. */
    CompletionStage<Void> unused() {
        return requests.none();
    }

    @Override
    public Future<Line> dial(EventLoop loop, Exchange request) {
        Promise<Line> result = loop.newPromise();
        dial(loop, request, result, true);
        return result;
    }

    private void dial(EventLoop loop, Exchange request, Promise<Line> result, boolean again) {
        ready().whenComplete((there, failure) -> {
            if (failure != null) {
                result.tryFailure(failure);
            } else if (loop.inEventLoop()) {
                connect(there, loop, request, result, again);
            } else {
                loop.execute(() -> connect(there, loop, request, result, again));
            }
        });
    }

    private void connect(Way there, EventLoop loop, Exchange request, Promise<Line> result, boolean again) {
        if (result.isCancelled()) {
            return;
        }
        there.uses().begin();
        there.servers().dial(loop, request).addListener(dialed -> {
            if (dialed.isSuccess()) {
                Line found = (Line) dialed.getNow();
                Line line = new Line(found.socket(), found.server(), there.uses()::end);
                if (!result.trySuccess(line)) {
                    line.close();
                }
                return;
            }
            there.uses().end();
            boolean replaced = again && !result.isCancelled() && dialed.cause() instanceof Refused refused && refused.nobody()
                    && execute(() -> {
                        if (!result.isCancelled()) {
                            replace(there);
                            dial(loop, request, result, false);
                        }
                    });
            if (!replaced) {
                result.tryFailure(dialed.cause());
            }
        });
    }

    /** On a worker; returns whether there is one. */
    private boolean execute(Runnable step) {
        try {
            workers.execute(step);
            return true;
        } catch (RejectedExecutionException e) {
            LOG.log(Level.WARNING, () -> launch.program().name() + ": the program can not be started: " + e.getMessage());
            return false;
        }
    }

    /** Starts the program before anybody wants it; completes once it has lived so long, fails saying why if it has not. */
    CompletableFuture<Void> tryOut(long millis) {
        return ready().thenCompose(there -> {
            Serving started = child();
            if (started == null) {
                throw new CompletionException(new Refused(503, "The application server can not be started."));
            }
            return started.exit().completeOnTimeout(null, millis, TimeUnit.MILLISECONDS).thenAccept(status -> {
                if (status != null && !started.isInBackground()) {
                    throw new CompletionException(new Refused(503, "its program " + started.ending()));
                }
            });
        });
    }

    /** A program that has only just been started may be about to end. */
    @Override
    public synchronized boolean serves() {
        return child != null && System.nanoTime() - startedAt > TimeUnit.MILLISECONDS.toNanos(ScgiHandler.TRIAL_MS);
    }

    /** A program that has been started again is in order when it answers. */
    @Override
    public List<String> reasons() {
        List<String> lines = new ArrayList<>();
        synchronized (this) {
            if (end != null && (child == null || pauses.failing() && !server.answers())) {
                lines.add(end);
            }
            if (child == null && pauses.hopeless()) {
                long left = pauses.leftMs();
                lines.add("it has failed more than once in a row and is started again for a request"
                        + (left > 0 ? ", in " + left + " ms at the earliest" : ""));
            }
        }
        Way there = way;
        if (there != null) {
            lines.addAll(there.servers().reasons());
        }
        return lines;
    }

    private synchronized Serving child() {
        return child;
    }

    /** The way to the program that runs, or is being started. */
    private synchronized CompletableFuture<Way> ready() {
        if (closed) {
            return CompletableFuture.failedFuture(new Refused(503, "The application server is stopping."));
        }
        if (ready == null) {
            long pause = pauses.leftMs();
            if (pauses.hopeless() && pause > 0) {
                return CompletableFuture.failedFuture(new Refused(503,
                        "The application server does not stay alive; it is started again in " + pause + " ms."));
            }
            CompletableFuture<Way> wanted = new CompletableFuture<>();
            ready = wanted;
            if (pause > 0) {
                CompletableFuture.delayedExecutor(pause, TimeUnit.MILLISECONDS, Runnable::run).execute(() -> startSoon(wanted));
            } else {
                startSoon(wanted);
            }
            return wanted;
        }
        return ready;
    }

    /** Where there is no worker to start it nobody waits, and the next request tries again. */
    private void startSoon(CompletableFuture<Way> wanted) {
        if (execute(this::start)) {
            return;
        }
        synchronized (this) {
            ready = ready == wanted ? null : ready;
        }
        wanted.completeExceptionally(new Refused(503, "The application server can not be started.", Refused.Reach.OURS));
    }

    private void start() {
        services.awaitPrograms(true);
        synchronized (steps) {
            CompletableFuture<Way> wanted;
            synchronized (this) {
                wanted = ready;
                if (closed || wanted == null || child != null) {
                    return;
                }
            }
            try {
                if (socket == null) {
                    open();
                }
                Serving started = new Serving(launch.program().name(), services.programs().start(launch.program(), socket.fd()),
                        holders, launch.restart().goodMs());
                synchronized (this) {
                    child = started;
                    startedAt = System.nanoTime();
                }
                if (!started.exit().isDone()) {
                    wanted.complete(way);
                }
                started.exit().thenRun(() -> endedSoon(started));
            } catch (IOException | RuntimeException | OutOfMemoryError e) {
                // whatever it is, nobody may wait for it
                LOG.log(Level.WARNING, () -> launch.program().name() + ": the program can not be started: " + e.getMessage());
                synchronized (this) {
                    ready = null;
                    end = "its program can not be started: " + e.getMessage();
                    pauses.ended(System.nanoTime(), false);
                }
                closeSocket();
                wanted.completeExceptionally(new Refused(503, "The application server can not be started."));
            }
        }
    }

    private void open() throws IOException {
        String address = "unix:" + directory.newPath();
        socket = services.listen(launch.program().name(), address);
        holders = new SocketHolders(socket.fd());
        server = naming.apply(Address.parse(address));
        way = new Way(new Servers(services.loops(), List.of(server), connectMs), new Uses());
    }

    private void closeSocket() {
        if (socket != null) {
            socket.stop();
            socket = null;
        }
        directory.release();
    }

    /** Also where there is no worker: an end that is not noticed would be the last. */
    private void endedSoon(Serving which) {
        try {
            workers.execute(() -> ended(which));
        } catch (RejectedExecutionException e) {
            ended(which);
        }
    }

    private void ended(Serving which) {
        synchronized (steps) {
            CompletableFuture<Way> wanted;
            if (child() == which && which.isInBackground()) {
                synchronized (this) {
                    wanted = ready;
                }
                // where it has ended before its start was told
                wanted.complete(way);
                CompletableFuture.delayedExecutor(BACKGROUND_MS, TimeUnit.MILLISECONDS, Runnable::run)
                        .execute(() -> endedSoon(which));
                return;
            }
            synchronized (this) {
                if (child != which) {
                    return;
                }
                child = null;
                wanted = ready;
                ready = null;
                end = "its program " + which.ending();
                pauses.ended(startedAt, server.hasAnswered());
            }
            LOG.log(Level.WARNING, () -> launch.program().name() + ": the program " + which.ending());
            wanted.completeExceptionally(new Refused(503, "The application server can not be started."));
            if (pauses.hopeless()) {
                // who waits in the queue gets an end
                closeSocket();
            } else {
                ready();
            }
        }
    }

    /**
     * Nobody can be reached there, e.g. because the socket's path was removed. What the program has already it may finish, and then it
     * ends.
     */
    private void replace(Way unreachable) {
        synchronized (steps) {
            Serving old;
            CompletableFuture<Way> wanted;
            synchronized (this) {
                if (way != unreachable || closed || child == null) {
                    return;
                }
                old = child;
                wanted = ready;
                child = null;
                ready = null;
            }
            // not yet complete if this program has ended as soon as it was started
            wanted.completeExceptionally(new Refused(503, "The application server can not be started."));
            LOG.log(Level.WARNING, () -> server + " can not be reached: its program is replaced");
            closeSocket();
            lost.add(old);
            unreachable.uses().none().thenRun(() -> old.end(0, launch.termMs()).thenRun(() -> lost.remove(old)));
        }
    }

    @Override
    public CompletableFuture<?> close(long graceMs) {
        synchronized (steps) {
            CompletableFuture<Way> wanted;
            List<Serving> programs = new ArrayList<>(lost);
            synchronized (this) {
                closed = true;
                wanted = ready;
                if (child != null) {
                    programs.add(child);
                }
                child = null;
            }
            if (wanted != null) {
                wanted.completeExceptionally(new Refused(503, "The application server is stopping."));
            }
            closeSocket();
            return CompletableFuture.allOf(
                    programs.stream().map(p -> p.end(graceMs, launch.termMs())).toArray(CompletableFuture<?>[]::new));
        }
    }
}
