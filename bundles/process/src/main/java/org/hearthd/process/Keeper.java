package org.hearthd.process;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.hearthd.ashd.Forwarder;
import org.hearthd.transport.Gap;
import org.hearthd.transport.NoTransportException;
import org.hearthd.transport.PacketConnection;
import org.hearthd.transport.PacketTransport;

/** Keeps one process of a persistent handler running, and connected to the forwarder. */
final class Keeper {
    private static final System.Logger LOG = System.getLogger(PersistentHandler.class.getName());
    /** How often a transport is looked for that is being replaced. */
    private static final long GAP_MS = 20;
    /** How long the status is waited for after the end of the socket. */
    private static final long STATUS_MS = 1000;

    private final Spawner spawner;
    private final Supplier<PacketTransport> packets;
    private final Forwarder forwarder;
    /** Tells others of changed settings or another process, before that gets its first request. */
    private final Runnable published;
    /** Ends the runtime because the program can not be executed; false if that is not asked for. */
    private final BooleanSupplier end;
    /** The processes whose status nobody has yet, those that were replaced too. */
    private final Set<Run> runs = ConcurrentHashMap.newKeySet();
    private volatile PersistentSettings settings;
    /** The generation that the current process answers for, or null. */
    private volatile String label;
    /** The process of which was reported that it does not read. */
    private final AtomicReference<Run> unread = new AtomicReference<>();
    /** Changes under the lock, which guards the next ones as well; a process is started under it: no request, no timer waits for it. */
    private volatile Run current;
    /** The change that is being tried. */
    private Swap pending;
    private final Failures failures = new Failures();
    private int starts;
    private boolean stopped;

    Keeper(PersistentSettings settings, Spawner spawner, Supplier<PacketTransport> packets, Forwarder forwarder,
            Runnable published, BooleanSupplier end) {
        this.settings = settings;
        this.spawner = spawner;
        this.packets = packets;
        this.forwarder = forwarder;
        this.published = published;
        this.end = end;
    }

    PersistentSettings settings() {
        return settings;
    }

    /** What a client is told while there is no process that could answer, or null. */
    String trouble() {
        String why = failures.trouble();
        return why == null ? null : "The handler " + settings.handler() + " is out of order: " + why + ".";
    }

    /** Why requests may not be answered at the moment; nothing if all is well. */
    synchronized List<String> reasons() {
        List<String> lines = new ArrayList<>(stopped ? List.of() : failures.reasons());
        if (current != null && current == unread.get()) {
            lines.add("process " + current.child().pid() + " does not read its requests");
        }
        return lines;
    }

    /** Starts the process if there is none. */
    synchronized void start() {
        if (stopped || current != null) {
            return;
        }
        Run run;
        try {
            run = Run.start(settings.program(), spawner, packets.get());
        } catch (NoTransportException e) {
            // requests wait
            Timer.after(GAP_MS, this::start);
            return;
        } catch (IOException e) {
            failed(false, "no process can be started", "was not executed: " + e.getMessage());
            return;
        } catch (RuntimeException | OutOfMemoryError e) {
            // on the timer's thread nobody else would notice
            LOG.log(Level.ERROR, () -> "handler " + settings.handler() + ": no process can be started", e);
            failed(false, "no process can be started", "was not executed: " + e);
            return;
        }
        use(run);
        if (failures.none() && !settings.ready().message()) {
            connect(run);
        } else {
            run.ready(settings.ready()).thenAccept(ready -> aside(() -> begin(run, ready)));
        }
    }

    private void begin(Run run, boolean ready) {
        if (ready) {
            connect(run);
        } else if (!run.over().isDone()) {
            LOG.log(Level.WARNING, () -> "handler " + settings.handler() + ": process " + run.child().pid()
                    + " has not said within " + settings.ready().timeoutMs() + " ms that it is ready: it is ended");
            run.child().end(0, settings.termMs());
        }
    }

    private void use(Run run) {
        current = run;
        starts++;
        runs.add(run);
        run.child().exit().thenRun(() -> runs.remove(run));
        run.over().thenRun(() -> over(run));
    }

    /** What the current process is sent belongs to that generation from now on. */
    void generation(String newLabel) {
        label = newLabel;
    }

    /** The generation that the process behind a connection answers for, or null. */
    String generation(PacketConnection connection) {
        // read first: it is the next process's only after that has become the current one
        String now = label;
        Run run = current;
        if (run != null && run.connection() == connection) {
            return now;
        }
        return runs.stream().filter(other -> other.connection() == connection && other.label() != null).map(Run::label)
                .findFirst()
                .orElse(null);
    }

    private synchronized void connect(Run run) {
        if (current == run && !run.over().isDone()) {
            run.served();
            failures.connected();
            forwarder.connected(run.connection());
            Timer.after(settings.goodMs(), run.over(), () -> aside(() -> good(run)));
        }
    }

    private synchronized void good(Run run) {
        if (current == run) {
            failures.end(settings.handler());
        }
    }

    /** Sending has found that connection broken. */
    void broken(PacketConnection connection) {
        runs.stream().filter(run -> run.connection() == connection).forEach(Run::lost);
    }

    /** Requests have waited too long; reported once for a process that does not read. */
    void late(PacketConnection connection) {
        Run run = current;
        if (run != null && run.connection() == connection && unread.getAndSet(run) != run) {
            LOG.log(Level.WARNING, () -> "handler " + settings.handler() + ": process " + run.child().pid()
                    + " does not read its requests; those that have waited for " + settings.limits().timeoutMs() + " ms get 503");
        }
    }

    /** It has taken a request after {@link #late}. */
    void reads(PacketConnection connection) {
        Run run = unread.get();
        if (run != null && run.connection() == connection && unread.compareAndSet(run, null)) {
            LOG.log(Level.INFO,
                    () -> "handler " + settings.handler() + ": process " + run.child().pid() + " reads its requests again");
        }
    }

    private void over(Run run) {
        forwarder.disconnected(run.connection());
        if (current == run) {
            CompletableFuture<Integer> end = status(run, settings);
            if (run.child().pid() == 0) {
                // never was executed: whoever has started it knows that at once
                end.thenAccept(status -> ended(run, status));
            } else {
                end.thenAccept(status -> aside(() -> ended(run, status)));
            }
        }
    }

    /** Away from event loops and the timer, for what takes the lock. */
    private void aside(Runnable task) {
        Aside.run("keeper of handler " + settings.handler(), task);
    }

    /** Ends it; completes with its status, or with null if it goes on for a while. */
    private static CompletableFuture<Integer> status(Run run, PersistentSettings settings) {
        return run.end(settings).copy().completeOnTimeout(null, STATUS_MS, TimeUnit.MILLISECONDS);
    }

    private synchronized void ended(Run run, Integer status) {
        if (current != run || stopped) {
            return;
        }
        current = null;
        String what = status == null ? "has closed its socket and " + run.child().state() : "ended: " + run.child().state();
        if (run.hasServed() && run.ranMs() >= settings.goodMs()) {
            failures.end();
            LOG.log(Integer.valueOf(0).equals(status) ? Level.INFO : Level.WARNING,
                    () -> "handler " + settings.handler() + ": process " + run.child().pid() + " " + what + "; it is restarted");
            start();
        } else if (States.notExecuted(status)) {
            if (starts == 1 && end.getAsBoolean()) {
                LOG.log(Level.ERROR,
                        () -> "handler " + settings.handler() + ": its program can not be executed: " + run.child().state());
                return;
            }
            failures.expectTrouble();
            failed(false, "its program could not be executed", what);
        } else {
            boolean worked = run.hasServed() && run.ranMs() >= settings.ready().afterMs();
            failed(worked, "its program ends soon after its start" + (status == null ? "" : " (" + States.ended(status) + ")"),
                    what);
        }
    }

    /** Starts again after a pause; meanwhile nobody waits if that is trouble. */
    private void failed(boolean worked, String reason, String details) {
        long delay = failures.add(settings, worked, reason, details);
        if (failures.trouble() != null) {
            forwarder.refuse(trouble());
        }
        Timer.after(delay, this::start);
    }

    /** Another process on trial. */
    private record Swap(Run run, PersistentSettings settings, CompletableFuture<Void> done) {}

    /**
     * Goes on with other settings. A changed program is started beside the old process; once it is ready it gets the requests, and the
     * old one finishes what it has been sent and ends. A later change takes the place of one that is still being tried.
     *
     * @return fails if the changed program can not be started, does not become ready, or is overtaken by a later change; the old
     *         process goes on with the old settings then
     */
    CompletableFuture<Void> settings(PersistentSettings changed) {
        if (!changed.program().equals(settings.program())) {
            awaitTransport();
        }
        synchronized (this) {
            forget("a later change has taken its place");
            if (!changed.program().equals(settings.program())) {
                return tryOut(changed);
            }
            settings = changed;
        }
        published.run();
        return CompletableFuture.completedFuture(null);
    }

    /**
     * Replaces the process by another one of the same program, as {@link #settings(PersistentSettings)} does.
     *
     * @return completes with the process id of the new one
     */
    CompletableFuture<Long> restart() {
        awaitTransport();
        CompletableFuture<Void> trial;
        synchronized (this) {
            PersistentSettings same = pending == null ? settings : pending.settings();
            forget("it is restarted");
            trial = tryOut(same);
        }
        return trial.thenApply(done -> current().child().pid());
    }

    /** Without the lock, because that takes its time while a transport is replaced. */
    private void awaitTransport() {
        try {
            Gap.await(packets, "packet transport");
        } catch (NoTransportException e) {
            LOG.log(Level.DEBUG, "the start will say so", e);
        }
    }

    private synchronized Run current() {
        if (current == null) {
            throw new IllegalStateException("its process has ended already");
        }
        return current;
    }

    private void forget(String why) {
        if (pending != null) {
            Swap forgotten = pending;
            pending = null;
            forgotten.run().end(forgotten.settings());
            forgotten.done().completeExceptionally(new IllegalStateException(why));
        }
    }

    private CompletableFuture<Void> tryOut(PersistentSettings changed) {
        Run run;
        try {
            if (stopped) {
                throw new IOException("the handler is being stopped");
            }
            run = Run.start(changed.program(), spawner, packets.get());
        } catch (IOException e) {
            return CompletableFuture.failedFuture(notStarted(changed, e.getMessage()));
        }
        Swap swap = new Swap(run, changed, new CompletableFuture<>());
        pending = swap;
        runs.add(run);
        run.child().exit().thenRun(() -> runs.remove(run));
        run.ready(changed.ready()).thenAccept(ready -> aside(() -> decide(swap, ready)));
        return swap.done();
    }

    private void decide(Swap swap, boolean ready) {
        if (ready && take(swap)) {
            swap.done().complete(null);
        } else if (!ready) {
            boolean slow = !swap.run().over().isDone();
            CompletableFuture<Integer> ended = slow
                    ? swap.run().child().end(0, swap.settings().termMs())
                    : status(swap.run(), swap.settings());
            ended.thenAccept(status -> aside(() -> drop(swap, slow)));
        }
    }

    /** The new process is the current one, but gets no request before everybody knows that. */
    private boolean take(Swap swap) {
        PersistentSettings former;
        Run old;
        synchronized (this) {
            if (pending != swap || stopped) {
                return false;
            }
            former = settings;
            old = current;
            if (old != null) {
                old.label(label);
            }
            pending = null;
            settings = swap.settings();
            failures.end();
            use(swap.run());
        }
        published.run();
        connect(swap.run());
        if (old != null) {
            old.drain(former);
        }
        return true;
    }

    private synchronized void drop(Swap swap, boolean slow) {
        if (pending == swap) {
            pending = null;
        }
        swap.run().connection().close();
        swap.done().completeExceptionally(notStarted(swap.settings(), (slow
                ? "it has not said within " + swap.settings().ready().timeoutMs() + " ms that it is ready, "
                : "") + swap.run().child().state()));
    }

    private static IllegalArgumentException notStarted(PersistentSettings changed, String why) {
        return new IllegalArgumentException(
                "handler " + changed.handler() + " keeps its old process, the new one does not start: " + why);
    }

    /** Ends all processes and waits for them. */
    void stop() {
        synchronized (this) {
            stopped = true;
            current = null;
            forget("the handler is being stopped");
        }
        PersistentSettings last = settings;
        CompletableFuture.allOf(runs.stream().map(run -> run.end(last)).toArray(CompletableFuture<?>[]::new))
                .completeOnTimeout(null, last.eofMs() + last.termMs() + STATUS_MS, TimeUnit.MILLISECONDS).join();
    }
}
