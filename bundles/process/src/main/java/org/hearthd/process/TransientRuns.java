package org.hearthd.process;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.hearthd.Exchange;
import org.hearthd.Fd;
import org.hearthd.Request;
import org.hearthd.Response;
import org.hearthd.spi.ErrorPage;
import org.hearthd.spi.NoDescriptorException;
import org.hearthd.transport.StreamTransport;

/** Starts one process for each exchange, so many at a time; the others wait, bounded in number and time. */
final class TransientRuns {
    private static final System.Logger LOG = System.getLogger(TransientHandler.class.getName());

    /** From SIGKILL to the end. */
    private static final long KILL_MS = 1000;

    private final Spawner spawner;
    private final Supplier<StreamTransport> streams;
    /** Starting a process takes milliseconds, which an event loop does not have. */
    private final Executor starters;
    private final Set<Child> children = Collections.newSetFromMap(new ConcurrentHashMap<>());
    private volatile TransientSettings settings;
    private volatile boolean broken;
    private volatile String failure;
    /** The lock guards these, and changes of the settings. */
    private final Deque<Exchange> waiting = new ArrayDeque<>();
    private int running;
    private boolean stopped;

    TransientRuns(TransientSettings settings, Spawner spawner, Supplier<StreamTransport> streams, Executor starters) {
        this.settings = settings;
        this.spawner = spawner;
        this.streams = streams;
        this.starters = starters;
    }

    /** Takes the exchange over; does not wait. */
    void take(Exchange exchange) {
        String refusal = null;
        boolean waits = false;
        synchronized (this) {
            if (stopped) {
                refusal = "is being stopped";
            } else if (running < settings.concurrency() && waiting.isEmpty()) {
                running++;
            } else if (waiting.size() < settings.waiting()) {
                waiting.add(exchange);
                waits = true;
            } else {
                refusal = "is busy: " + running + " processes run and " + waiting.size() + " requests wait";
            }
        }
        if (refusal != null) {
            refuse(exchange, refusal);
        } else if (waits) {
            exchange.onEnd(outcome -> forget(exchange));
            Timer.after(settings.waitMs(), () -> late(exchange));
        } else {
            launch(exchange);
        }
    }

    /** For one that has a place; where it can not be started, the next gets the place. */
    private void launch(Exchange first) {
        Exchange each = first;
        while (each != null && !launched(each)) {
            each = successor();
        }
    }

    private boolean launched(Exchange exchange) {
        try {
            starters.execute(() -> run(exchange));
            return true;
        } catch (RuntimeException | OutOfMemoryError e) {
            LOG.log(Level.ERROR, () -> "handler " + settings.handler() + ": there is no thread to start its program: " + e);
            refuse(exchange, "can not start a process at the moment");
            return false;
        }
    }

    private void refuse(Exchange exchange, String why) {
        String reason = "The handler " + settings.handler() + " " + why + ".";
        LOG.log(Level.DEBUG, () -> exchange + ": 503 " + reason);
        respond(exchange, unavailable(exchange, reason));
    }

    private static Response unavailable(Exchange exchange, String reason) {
        return ErrorPage.of(exchange.id(), 503, reason).with("Retry-After", "1");
    }

    private static void respond(Exchange exchange, Response answer) {
        try {
            exchange.respond(answer);
        } catch (IOException | IllegalStateException e) {
            LOG.log(Level.DEBUG, () -> exchange + ": its " + answer.status() + " did not reach the client", e);
        }
    }

    private void late(Exchange exchange) {
        if (forget(exchange)) {
            Runnable refusal = () -> refuse(exchange, "had no process free in time");
            try {
                // not on the timer's thread: the client may not take the answer
                starters.execute(refusal);
            } catch (RuntimeException | OutOfMemoryError e) {
                LOG.log(Level.DEBUG, () -> exchange + " is refused here: " + e);
                refusal.run();
            }
        }
    }

    private synchronized boolean forget(Exchange exchange) {
        return waiting.remove(exchange);
    }

    private void run(Exchange exchange) {
        Child child = null;
        try {
            child = start(exchange);
        } catch (RuntimeException | OutOfMemoryError e) {
            LOG.log(Level.ERROR, () -> exchange + ": handler " + settings.handler() + " failed", e);
            exchange.fail(500, "The handler failed.");
        }
        if (child == null) {
            next();
        } else {
            watch(exchange, child);
        }
    }

    /** Null if the exchange was answered instead. */
    private Child start(Exchange exchange) {
        TransientSettings now = settings;
        Request request = exchange.request();
        Program program = program(now, request, exchange.id());
        try (Fd socket = exchange.takeSocket()) {
            Child child = start(program.withOutput(Output.to(socket), now.program().stderr()), socket, exchange);
            if (child == null || child.pid() > 0) {
                return child;
            }
            reportBroken(child);
            SocketAnswer.write(streams.get(), socket, request,
                    unavailable(exchange,
                            "The handler " + now.handler() + " is out of order: its program could not be executed."));
            return null;
        } catch (IllegalStateException e) {
            LOG.log(Level.DEBUG, () -> exchange + " has ended before its process was started", e);
        } catch (NoDescriptorException e) {
            exchange.fail(503, e.getMessage());
        } catch (IOException e) {
            LOG.log(Level.WARNING,
                    () -> exchange + ": 503, handler " + now.handler() + " gets no response socket: " + e.getMessage());
            exchange.fail(503, "The request can not be passed to the handler " + now.handler() + " at the moment.");
        }
        return null;
    }

    private static Program program(TransientSettings now, Request request, String id) {
        return Octets.add(now.program().withName(now.program().name() + ", request " + id),
                List.of(request.method(), request.url(), request.rest()), RequestVariables.of(request));
    }

    private Child start(Program program, Fd socket, Exchange exchange) {
        Request request = exchange.request();
        try {
            return spawner.start(program, socket);
        } catch (ArgumentsTooLongException e) {
            LOG.log(Level.INFO, () -> "request " + exchange.id() + ": " + e.getMessage());
            int headers = 0;
            for (int i = 0; i < request.headers().size(); i++) {
                headers += request.headers().name(i).length() + request.headers().value(i).length();
            }
            int status = request.url().length() + request.rest().length() > headers ? 414 : 431;
            SocketAnswer.write(streams.get(), socket, request,
                    ErrorPage.of(exchange.id(), status, "The request is too long to be passed to a program."));
        } catch (IOException | OutOfMemoryError e) {
            LOG.log(Level.WARNING, () -> exchange + ": 503, " + e.getMessage());
            SocketAnswer.write(streams.get(), socket, request,
                    unavailable(exchange, "The handler " + settings.handler() + " can not start a process at the moment."));
        }
        return null;
    }

    private void reportBroken(Child child) {
        LOG.log(broken ? Level.DEBUG : Level.WARNING,
                () -> "handler " + settings.handler() + " is out of order: " + child.state());
        broken = true;
        failure = child.state();
    }

    /** How the last process has failed, or null. */
    String failure() {
        return failure;
    }

    private void watch(Exchange exchange, Child child) {
        TransientSettings now = settings;
        if (broken) {
            broken = false;
            LOG.log(Level.INFO, () -> "handler " + now.handler() + " works again");
        }
        children.add(child);
        if (isStopped()) {
            child.end(now.endMs(), now.termMs());
        }
        CompletableFuture<Integer> exit = child.exit();
        if (now.runMs() > 0) {
            Timer.after(now.runMs(), exit, () -> {
                LOG.log(Level.WARNING, () -> exchange + ": process " + child.pid() + " of handler " + now.handler()
                        + " has not ended within " + now.runMs() + " ms: it is ended");
                child.end(0, now.termMs());
            });
        }
        exit.thenAccept(status -> {
            children.remove(child);
            failure = status == 0 ? null : child.state();
            if (status != 0) {
                LOG.log(Level.INFO, () -> exchange + ": handler " + now.handler() + ": " + child.state());
            }
            next();
        });
    }

    /** A process has ended; the longest waiting exchange gets its place. */
    private void next() {
        launch(successor());
    }

    /** Who gets a place that has become free; null, and there is one more free place, if nobody waits. */
    private synchronized Exchange successor() {
        Exchange next = running > settings.concurrency() ? null : waiting.poll();
        if (next == null) {
            running--;
        }
        return next;
    }

    /** For tests. */
    synchronized int running() {
        return running;
    }

    /** Where more may run from now on, those that wait longest get the new places. */
    void settings(TransientSettings changed) {
        synchronized (this) {
            settings = changed;
        }
        broken = false;
        for (Exchange each = admitted(); each != null; each = admitted()) {
            launch(each);
        }
    }

    /** Who gets a place that is free; null if none is, or nobody waits. */
    private synchronized Exchange admitted() {
        Exchange next = running < settings.concurrency() ? waiting.poll() : null;
        if (next != null) {
            running++;
        }
        return next;
    }

    TransientSettings settings() {
        return settings;
    }

    private synchronized boolean isStopped() {
        return stopped;
    }

    /** Refuses what waits, and waits until what runs has ended, or was ended. */
    void stop() {
        List<Exchange> refused;
        synchronized (this) {
            stopped = true;
            refused = new ArrayList<>(waiting);
            waiting.clear();
        }
        refused.forEach(exchange -> refuse(exchange, "is being stopped"));
        TransientSettings now = settings;
        CompletableFuture.allOf(children.stream().map(child -> child.end(now.endMs(), now.termMs()))
                .toArray(CompletableFuture<?>[]::new))
                .completeOnTimeout(null, longestEndMs(now), TimeUnit.MILLISECONDS).join();
    }

    /** How long {@link #stop} lasts at most. */
    static long longestEndMs(TransientSettings settings) {
        return settings.endMs() + settings.termMs() + KILL_MS;
    }
}
