package org.hearthd.scgi;

import io.netty.channel.EventLoop;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.hearthd.Exchange;
import org.hearthd.Handler;
import org.hearthd.net.ByteExchange;
import org.hearthd.spi.Roster;

/** Makes a conversation with a server of each exchange; never blocks. */
final class ScgiHandler implements Handler {
    private static final System.Logger LOG = System.getLogger(ScgiHandler.class.getName());
    /** A changed program that lives that long has at least been executed. */
    static final long TRIAL_MS = 250;
    /** A program's first process and what it has left in the background get SIGTERM one after the other. */
    private static final int TERMS = 2;
    /** From SIGKILL to the end of a program. */
    private static final long KILL_MS = 5000;
    /** For what only needs its loop to come round. */
    private static final long STOP_MS = 5000;

    private final Services services;
    private final Path directory;
    private final String software;
    private final Workers workers = new Workers();
    private final Gate gate;
    /** Clients that wait, of which their sources do not know any more. */
    private final Uses owed = new Uses();
    private final Roster<Conversation> conversations = new Roster<>();
    /** Where each loop collects variables. */
    private final Map<EventLoop, Block> blocks = new ConcurrentHashMap<>();
    /** Those of earlier settings that still have exchanges. */
    private final Set<Anonymous> retired = ConcurrentHashMap.newKeySet();
    /** The ends of programs that nobody uses any more. */
    private final Set<CompletableFuture<?>> ending = ConcurrentHashMap.newKeySet();
    private volatile State state;
    /** The program of a change that is being tried, or null. */
    private Anonymous trial;
    private volatile boolean stopping;

    private record State(Settings settings, Dialer dialer) {}

    /**
     * A handler that is ready.
     *
     * @param directory for temporary files; exists before the first exchange
     * @param software the value of SERVER_SOFTWARE
     */
    ScgiHandler(Services services, Settings settings, Path directory, String software) {
        this.services = services;
        this.directory = directory;
        this.software = software;
        this.gate = new Gate(settings.limits());
        change(settings);
    }

    /**
     * Takes new settings for new exchanges; those in progress go on as they began. A changed program of mode anonymous is started
     * first, and gets exchanges once it has lived for a moment, unless there is nothing now that could go on.
     *
     * @return fails, saying why, if it has not, or a later change has taken its place: all goes on as it was
     */
    synchronized CompletableFuture<Void> change(Settings settings) {
        abandon();
        State before = state;
        // what a dialer knows, e.g. that a program is being started, is kept as long as it can be
        boolean keep = before != null && before.settings().launch().equals(settings.launch())
                && before.settings().addresses().equals(settings.addresses());
        Dialer next = keep ? before.dialer() : dialer(settings);
        if (before == null || keep || !before.dialer().serves() || !(next instanceof Anonymous fresh)) {
            commit(settings, next);
            return CompletableFuture.completedFuture(null);
        }
        trial = fresh;
        return fresh.tryOut(TRIAL_MS).handle((alive, failure) -> decide(settings, fresh, failure));
    }

    private Void decide(Settings settings, Anonymous fresh, Throwable failure) {
        synchronized (this) {
            if (trial != fresh) {
                throw new CompletionException(new IllegalStateException("a later change has taken its place"));
            }
            if (failure == null) {
                trial = null;
                commit(settings, fresh);
                return null;
            }
            abandon();
        }
        throw new CompletionException(failure instanceof CompletionException ? failure.getCause() : failure);
    }

    private void abandon() {
        if (trial != null) {
            end(trial);
            trial = null;
        }
    }

    private void commit(Settings settings, Dialer next) {
        State before = state;
        gate.change(settings.limits());
        state = new State(settings, next);
        if (before == null || before.dialer() == next) {
            return;
        }
        if (before.dialer() instanceof Anonymous old) {
            retire(old, settings.times().drain());
        } else {
            // ends nothing: who waits there begins anew with the next one
            before.dialer().close(0);
        }
    }

    Settings settings() {
        return state.settings();
    }

    /** Its program ends when its last exchange has ended, or when that takes too long. */
    private void retire(Anonymous old, long drainMs) {
        retired.add(old);
        old.unused().thenRun(() -> endRetired(old));
        CompletableFuture.delayedExecutor(drainMs, TimeUnit.MILLISECONDS, workers.programs()).execute(() -> {
            if (endRetired(old)) {
                LOG.log(Level.WARNING,
                        () -> this + ": requests that began before a change of its configuration are not finished after "
                                + drainMs + " ms; what serves them is ended");
            }
        });
    }

    /** Without a moment in which the end of the handler would not know of it; returns false if that has happened before. */
    private synchronized boolean endRetired(Anonymous old) {
        boolean first = retired.remove(old);
        if (first) {
            end(old);
        }
        return first;
    }

    private void end(Anonymous old) {
        CompletableFuture<?> end = closed(old);
        ending.add(end);
        end.whenComplete((done, failure) -> ending.remove(end));
    }

    /** Not here, if that can be, for it may take a while. */
    private CompletableFuture<?> closed(Anonymous old) {
        try {
            return CompletableFuture.supplyAsync(() -> old.close(0), workers.programs()).thenCompose(Function.identity());
        } catch (RejectedExecutionException e) {
            LOG.log(Level.DEBUG, () -> this + ": there is no worker", e);
            return old.close(0);
        }
    }

    /** The way to the servers of now. */
    Dialer dialer() {
        return state.dialer();
    }

    /** The same, which is used from now on. */
    Dialer use() {
        while (true) {
            Dialer current = dialer();
            current.begin();
            // one that is replaced just now may not have seen who uses it
            if (current == dialer()) {
                return current;
            }
            current.end();
        }
    }

    private Dialer dialer(Settings settings) {
        Launch launch = settings.launch();
        Function<Address, Server> naming = a -> new Server(this::settings, a, services.names(), workers.names());
        if (launch.mode() == Launch.Mode.ANONYMOUS) {
            Path sockets = launch.sockets() == null ? directory.resolveSibling("sockets") : launch.sockets();
            SocketDirectory where = new SocketDirectory(sockets, Path.of(System.getProperty("java.io.tmpdir")));
            return new Anonymous(launch, services, where, naming, this::connectMs, workers.programs());
        }
        List<Server> servers = settings.addresses().stream().map(naming).toList();
        Dialer direct = new Servers(services.loops(), servers, this::connectMs);
        if (launch.mode() == Launch.Mode.CLIENT) {
            boolean plain = launch.retry().times() == 0 && !launch.essential();
            return plain ? direct : new Retrying(direct, launch, null, services.end());
        }
        Starter starter = new Starter(launch, servers.get(0), services, workers.programs());
        return new Retrying(direct, launch, starter, services.end());
    }

    private int connectMs() {
        return settings().times().connect();
    }

    @Override
    public void handle(Exchange exchange) throws IOException {
        ByteExchange view = OwedExchange.of(services.loops(), exchange, owed);
        Conversation conversation = new Conversation(this, state.settings(), exchange, view);
        conversations.add(conversation);
        if (view.loop().inEventLoop()) {
            conversation.start();
        } else {
            begin(conversation, view);
        }
    }

    private void begin(Conversation conversation, ByteExchange view) throws IOException {
        try {
            view.loop().execute(conversation::start);
        } catch (RejectedExecutionException e) {
            conversations.remove(conversation);
            throw new IOException("the event loops have ended", e);
        }
    }

    /** A request has found no place in time: said once, until nobody waits any more. */
    void overloaded() {
        if (gate.overloaded()) {
            LOG.log(Level.WARNING,
                    () -> this + ": there are more requests than max.connections and queue.max allow; they get 503");
        }
    }

    /** Why requests may not be answered at the moment, for people; nothing if all is well. */
    List<String> reasons() {
        return state.dialer().reasons();
    }

    Gate gate() {
        return gate;
    }

    /** Of a loop, on that loop. */
    Block block(EventLoop loop) {
        Block there = blocks.get(loop);
        return there != null ? there : blocks.computeIfAbsent(loop, each -> new Block());
    }

    String software() {
        return software;
    }

    Spool newSpool(EventLoop loop, Settings settings) {
        return new Spool(loop, workers.files(), directory, settings.body().memory());
    }

    void ended(Conversation conversation) {
        conversations.remove(conversation);
        if (stopping) {
            synchronized (conversations) {
                conversations.notifyAll();
            }
        }
    }

    /** No source brings new exchanges; completes when all clients on response sockets have their answers, however long that takes. */
    CompletionStage<Void> drained() {
        return owed.none();
    }

    /**
     * Waits until no exchange is in progress, and ends those that still are then; what was started for this handler has ended
     * afterwards. Nobody calls {@link #handle} any more.
     *
     * @return how many did not end by themselves
     */
    int stop() throws InterruptedException {
        stopping = true;
        try {
            awaitConversations(state.settings().times().drain());
            int unfinished = conversations.size();
            conversations.all().forEach(Conversation::stop);
            // each does so on its loop, and may still need a worker to let go of what it keeps
            awaitConversations(STOP_MS);
            return unfinished;
        } finally {
            try {
                endPrograms();
            } finally {
                workers.shutdown();
            }
        }
    }

    /** How long {@link #stop} lasts at most. */
    static long longestEndMs(Settings settings) {
        return settings.times().drain() + STOP_MS + endProgramsMs(settings);
    }

    private static long endProgramsMs(Settings settings) {
        return TERMS * settings.launch().termMs() + KILL_MS;
    }

    private void awaitConversations(long millis) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        synchronized (conversations) {
            for (long left = deadline - System.nanoTime(); conversations.size() > 0
                    && left > 0; left = deadline - System.nanoTime()) {
                TimeUnit.NANOSECONDS.timedWait(conversations, left);
            }
        }
    }

    /** Also those of earlier settings. */
    private void endPrograms() throws InterruptedException {
        List<CompletableFuture<?>> ends = new ArrayList<>();
        synchronized (this) {
            abandon();
            List.copyOf(retired).forEach(this::endRetired);
            ends.addAll(ending);
        }
        ends.add(state.dialer().close(0));
        try {
            CompletableFuture.allOf(ends.toArray(CompletableFuture<?>[]::new))
                    .get(endProgramsMs(state.settings()), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            LOG.log(Level.WARNING, this + ": the program can not be ended", e);
        }
    }

    @Override
    public String toString() {
        return "scgi " + state.settings().name();
    }
}
