package org.hearthd.process;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.hearthd.ashd.Forwarder;
import org.hearthd.transport.PacketConnection;
import org.hearthd.transport.PacketTransport;

/** Keeps one process of a persistent handler running, and connected to the forwarder. */
final class Keeper {
    private static final System.Logger LOG = System.getLogger(PersistentHandler.class.getName());
    /** A program that lives that long has at least been executed. */
    private static final long PROBATION_MS = 250;
    /** How long the status is waited for after the end of the socket. */
    private static final long STATUS_MS = 1000;
    /** So many short runs are trouble. */
    private static final int TROUBLE = 2;

    private final Spawner spawner;
    private final Supplier<PacketTransport> packets;
    private final Forwarder forwarder;
    /** Ends the runtime because the program can not be executed; false if that is not asked for. */
    private final BooleanSupplier end;
    /** The processes whose status nobody has yet, those that were replaced too. */
    private final Set<Run> runs = ConcurrentHashMap.newKeySet();
    private volatile PersistentSettings settings;
    /** Why requests are refused, for clients, or null. */
    private volatile String trouble;
    /** The lock guards these; starting a process happens under it, but no request ever waits for it. */
    private Run current;
    /** The process of which was reported that it does not read. */
    private Run unread;
    private int failures;
    private int starts;
    private boolean reported;
    private boolean stopped;

    Keeper(PersistentSettings settings, Spawner spawner, Supplier<PacketTransport> packets, Forwarder forwarder,
            BooleanSupplier end) {
        this.settings = settings;
        this.spawner = spawner;
        this.packets = packets;
        this.forwarder = forwarder;
        this.end = end;
    }

    PersistentSettings settings() {
        return settings;
    }

    /** What a client is told while there is no process that could answer, or null. */
    String trouble() {
        String why = trouble;
        return why == null ? null : "The handler " + settings.handler() + " is out of order: " + why + ".";
    }

    /** Starts the process if there is none. */
    synchronized void start() {
        if (stopped || current != null) {
            return;
        }
        Run run;
        try {
            run = Run.start(settings.program(), spawner, packets.get());
        } catch (IOException e) {
            failed("no process can be started", e.getMessage());
            return;
        }
        use(run);
        if (failures == 0) {
            connect(run);
        } else {
            Timer.after(PROBATION_MS, run.over(), () -> connect(run));
        }
    }

    private void use(Run run) {
        current = run;
        starts++;
        runs.add(run);
        run.child().exit().thenRun(() -> runs.remove(run));
        run.over().thenRun(() -> over(run));
    }

    private synchronized void connect(Run run) {
        if (current == run && !run.over().isDone()) {
            forwarder.connected(run.connection());
            trouble = null;
            Timer.after(settings.goodMs(), run.over(), () -> good(run));
        }
    }

    private synchronized void good(Run run) {
        if (current != run) {
            return;
        }
        failures = 0;
        if (reported) {
            reported = false;
            LOG.log(Level.INFO, () -> "handler " + settings.handler() + " works again");
        }
    }

    /** Sending has found that connection broken. */
    void broken(PacketConnection connection) {
        runs.stream().filter(run -> run.connection() == connection).forEach(Run::lost);
    }

    /** Requests have waited too long; reported once for a process that does not read. */
    synchronized void late(PacketConnection connection) {
        Run run = current;
        if (run != null && run.connection() == connection && unread != run) {
            unread = run;
            LOG.log(Level.WARNING, () -> "handler " + settings.handler() + ": process " + run.child().pid()
                    + " does not read its requests; those that have waited for " + settings.limits().timeoutMs() + " ms get 503");
        }
    }

    private void over(Run run) {
        forwarder.disconnected(run.connection());
        run.end(settings).copy().completeOnTimeout(null, STATUS_MS, TimeUnit.MILLISECONDS)
                .thenAccept(status -> ended(run, status));
    }

    private synchronized void ended(Run run, Integer status) {
        if (current != run || stopped) {
            return;
        }
        current = null;
        String what = status == null ? "has closed its socket and " + run.child().state() : "ended: " + run.child().state();
        if (run.ranMs() >= settings.goodMs()) {
            failures = 0;
            LOG.log(Integer.valueOf(0).equals(status) ? Level.INFO : Level.WARNING,
                    () -> "handler " + settings.handler() + ": process " + run.child().pid() + " " + what + "; it is restarted");
            start();
        } else if (Integer.valueOf(States.NOT_EXECUTED).equals(status)) {
            if (starts == 1 && end.getAsBoolean()) {
                LOG.log(Level.ERROR,
                        () -> "handler " + settings.handler() + ": its program can not be executed: " + run.child().state());
                return;
            }
            failures = Math.max(failures, TROUBLE - 1);
            failed("its program could not be executed", what);
        } else {
            failed("its program ends soon after its start" + (status == null ? "" : " (" + States.ended(status) + ")"), what);
        }
    }

    /** Starts again after a pause. The second failure in a row is trouble, which is reported once. */
    private void failed(String reason, String details) {
        failures++;
        long delay = settings.delayMs(failures);
        String handler = settings.handler();
        if (failures < TROUBLE) {
            LOG.log(Level.WARNING,
                    () -> "handler " + handler + ": its program " + details + "; it is restarted in " + delay + " ms");
        } else {
            trouble = reason;
            LOG.log(reported ? Level.DEBUG : Level.WARNING,
                    () -> "handler " + handler + " is out of order: " + reason
                            + "; requests get 503, it is tried again at least every "
                            + settings.delayMaxMs() + " ms. Its program " + details);
            reported = true;
            String refusal = trouble();
            CompletableFuture.runAsync(() -> forwarder.refuse(refusal));
        }
        Timer.after(delay, this::start);
    }

    /**
     * Goes on with other settings. A changed program is started first and gets the requests from then on; the old process finishes
     * what it has and ends.
     *
     * @throws IllegalArgumentException if the changed program does not start; the old one goes on with the old settings
     */
    void settings(PersistentSettings changed) {
        if (changed.program().equals(settings.program())) {
            settings = changed;
            return;
        }
        Run next = tried(changed);
        Run old;
        PersistentSettings former;
        synchronized (this) {
            old = current;
            former = settings;
            settings = changed;
            failures = 0;
            reported = false;
            use(next);
            connect(next);
        }
        if (old != null) {
            old.end(former);
        }
    }

    private Run tried(PersistentSettings changed) {
        String failure;
        try {
            Run next = Run.start(changed.program(), spawner, packets.get());
            if (lives(next)) {
                return next;
            }
            next.end(changed).join();
            failure = next.child().state();
        } catch (IOException e) {
            failure = e.getMessage();
        }
        throw new IllegalArgumentException(
                "handler " + changed.handler() + " keeps its old program, the new one does not start: " + failure);
    }

    private static boolean lives(Run run) {
        try {
            run.over().get(PROBATION_MS, TimeUnit.MILLISECONDS);
            return false;
        } catch (TimeoutException e) {
            return true;
        } catch (ExecutionException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    /** Ends all processes and waits for them. */
    void stop() {
        synchronized (this) {
            stopped = true;
            current = null;
        }
        PersistentSettings last = settings;
        CompletableFuture.allOf(runs.stream().map(run -> run.end(last)).toArray(CompletableFuture<?>[]::new))
                .completeOnTimeout(null, last.eofMs() + last.termMs() + STATUS_MS, TimeUnit.MILLISECONDS).join();
    }
}
