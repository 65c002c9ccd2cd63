package org.hearthd.process;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.hearthd.ashd.Forwarder;
import org.hearthd.spi.Aside;
import org.hearthd.transport.NoTransportException;
import org.hearthd.transport.PacketConnection;
import org.hearthd.transport.PacketTransport;

/** Keeps one process of a persistent handler running, and connected to the forwarder. */
final class Keeper {
    private static final System.Logger LOG = System.getLogger(PersistentHandler.class.getName());
    /** How often a transport is looked for that is being replaced. */
    private static final long GAP_MS = 20;

    private final Spawner spawner;
    private final Supplier<PacketTransport> packets;
    private final Forwarder forwarder;
    /** Tells others of changed settings or another process, before that gets its first request. */
    private final Runnable published;
    /** Ends the runtime because the program can not be executed; false if that is not asked for. */
    private final BooleanSupplier end;
    private final Runs runs = new Runs();
    private final Unread unread = new Unread();
    private final Trials trials = new Trials(this);
    private volatile PersistentSettings settings;
    /** The generation that the current process answers for, or null. */
    private volatile String label;
    /** Changes under the lock, which guards the next ones as well; a process is started under it: no request, no timer waits for it. */
    private volatile Run current;
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
        if (unread.is(current)) {
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
            run = launch(settings.program());
        } catch (NoTransportException e) {
            // requests wait
            Timer.after(GAP_MS, () -> aside(this::start));
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

    /** Under the lock; throws {@link NoTransportException}, and does not wait, while the transport is being replaced. */
    Run launch(Program program) throws IOException {
        if (stopped) {
            throw new IOException("the handler is being stopped");
        }
        Run run = Run.start(program, spawner, packets.get());
        runs.add(run);
        return run;
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
        return runs.label(connection);
    }

    /** It gets the requests, if it still is the current one. */
    synchronized void connect(Run run) {
        if (current == run && !run.over().isDone()) {
            run.served();
            failures.connected();
            Reading.watch(this, run, forwarder, unread);
            forwarder.connected(run.connection());
            Timer.after(settings.goodMs(), run.over(), () -> aside(() -> good(run)));
        }
    }

    boolean isCurrent(Run run) {
        return current == run;
    }

    /** It gets requests again, if it still is the current one. */
    synchronized void goOn(Run run) {
        if (current == run && !run.over().isDone()) {
            forwarder.connected(run.connection());
        }
    }

    private synchronized void good(Run run) {
        if (current == run) {
            failures.end(settings.handler());
        }
    }

    /** Sending has found that connection broken. */
    void broken(PacketConnection connection) {
        runs.lost(connection);
    }

    /** Requests have waited too long; reported once for a process that does not read. */
    void late(PacketConnection connection) {
        Run run = current;
        if (run != null && run.connection() == connection && !unread.is(run)) {
            unread.late(run, run.queued(), settings);
        }
    }

    /** It has taken a request after {@link #late}. */
    void reads(PacketConnection connection) {
        unread.reads(connection, settings.handler());
    }

    private void over(Run run) {
        forwarder.disconnected(run.connection());
        if (current == run) {
            CompletableFuture<Integer> end = run.status(settings);
            if (run.child().pid() == 0) {
                // never was executed: whoever has started it knows that at once
                end.thenAccept(status -> ended(run, status));
            } else {
                end.thenAccept(status -> aside(() -> ended(run, status)));
            }
        } else {
            // whoever stops all has not seen it any more
            run.connection().close();
        }
    }

    /** Away from event loops and the timer, for what takes the lock. */
    void aside(Runnable task) {
        Aside.run("keeper of handler " + settings.handler(), task);
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
        Timer.after(delay, () -> aside(this::start));
    }

    /**
     * Goes on with other settings. A changed program is started beside the old process; once it is ready it gets the requests, and the
     * old one finishes what it has been sent and ends. A later change takes the place of one that is still being tried.
     *
     * @return fails if the changed program can not be started, does not become ready, or is overtaken by a later change; the old
     *         process goes on with the old settings then
     */
    CompletableFuture<Void> settings(PersistentSettings changed) {
        return trials.settings(changed);
    }

    /**
     * Replaces the process by another one of the same program, as {@link #settings(PersistentSettings)} does.
     *
     * @return completes with the process id of the new one
     */
    CompletableFuture<Long> restart() {
        return trials.restart().thenApply(done -> current().child().pid());
    }

    private synchronized Run current() {
        if (current == null) {
            throw new IllegalStateException("its process has ended already");
        }
        return current;
    }

    /** Under the lock: the process that there is goes on with these. */
    void adopt(PersistentSettings changed) {
        settings = changed;
    }

    /** Under the lock: that one is the current process from now on. Returns the one before, or null. */
    Run replace(Run run, PersistentSettings changed) {
        Run old = current;
        if (old != null) {
            old.label(label);
        }
        settings = changed;
        failures.end();
        use(run);
        return old;
    }

    private void use(Run run) {
        current = run;
        starts++;
        run.over().thenRun(() -> over(run));
    }

    /** Tells others, without the lock. */
    void publish() {
        published.run();
    }

    /** Ends all processes and waits for them. */
    void stop() {
        synchronized (this) {
            stopped = true;
            current = null;
            trials.forget("the handler is being stopped");
        }
        PersistentSettings last = settings;
        runs.end(last).completeOnTimeout(null, longestEndMs(last), TimeUnit.MILLISECONDS).join();
    }

    /** How long {@link #stop} lasts at most. */
    static long longestEndMs(PersistentSettings settings) {
        return settings.eofMs() + settings.termMs() + Run.STATUS_MS;
    }
}
