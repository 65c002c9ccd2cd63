package org.hearthd.htpipe.server;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.hearthd.Exchange;
import org.hearthd.ashd.InProgress;
import org.hearthd.ashd.Requests;
import org.hearthd.spi.Access;
import org.hearthd.spi.AccessObserver;
import org.hearthd.spi.DescriptorBudget;
import org.hearthd.spi.NoDescriptorException;
import org.hearthd.spi.Repeats;
import org.hearthd.spi.Source;
import org.hearthd.transport.PacketConnection;
import org.hearthd.transport.PeerCredentials;
import org.hearthd.transport.StreamTransport;

/** The connections of one server: one thread reads each of them. What is wrong with one is no concern of the others. */
final class Server implements Source {
    private static final System.Logger LOG = System.getLogger(Server.class.getName());
    /** So many refused users are reported by themselves, the others together. */
    private static final int USERS = 16;
    private static final long OTHERS = -1;

    private final String name;
    private final Supplier<StreamTransport> streams;
    private final Consumer<Exchange> to;
    private final Supplier<List<AccessObserver>> observers;
    private final Supplier<DescriptorBudget> budget;
    private final Set<PacketConnection> open = ConcurrentHashMap.newKeySet();
    private final InProgress exchanges = new InProgress(0);
    private final AtomicInteger readers = new AtomicInteger();
    private ThreadFactory threads;
    /** Exchanges in progress, threads that may bring more, and one for the time before draining. */
    private final AtomicInteger busy = new AtomicInteger(1);
    private final CompletableFuture<Void> drained = new CompletableFuture<>();
    private final CompletableFuture<Void> exhausted = new CompletableFuture<>();
    private volatile Set<Long> uids;
    private volatile String where = "";
    private boolean ending;
    private boolean draining;
    private Doorway doorway;
    /** What was said of users that may not connect, by their ids; guarded by the lock. */
    private final Map<Long, Repeats> refused = new HashMap<>();

    Server(String name, Set<Long> uids, Supplier<StreamTransport> streams, Consumer<Exchange> to,
            Supplier<List<AccessObserver>> observers, Supplier<DescriptorBudget> budget) {
        this.name = name;
        this.uids = uids;
        this.streams = streams;
        this.to = to;
        this.observers = observers;
        this.budget = budget;
        threads = reading -> new Thread(reading, name + " reader " + readers.incrementAndGet());
    }

    /** For tests. */
    synchronized void threads(ThreadFactory other) {
        threads = other;
    }

    /** Accepts from there from now on; what was accepted elsewhere goes on. */
    void listen(Doorway opened) {
        Doorway given;
        synchronized (this) {
            given = ending ? opened : doorway;
            doorway = opened;
            where = " on " + opened;
        }
        if (given != null) {
            given.stop();
        }
    }

    /** Who may connect from now on; null = everybody. */
    void allow(Set<Long> allowed) {
        uids = allowed;
    }

    /** How many exchanges may be in progress; while they are as many nothing is read. 0 = any number. */
    void limit(int most) {
        exchanges.limit(most);
    }

    /** Takes a connection over. */
    synchronized void admit(PacketConnection client) {
        Optional<PeerCredentials> peer = client.peer();
        Set<Long> allowed = uids;
        if (draining || allowed != null && (peer.isEmpty() || !allowed.contains(peer.get().uid()))) {
            client.close();
            report(peer);
            return;
        }
        open.add(client);
        busy.incrementAndGet();
        try {
            threads.newThread(() -> read(client, describe(peer))).start();
        } catch (OutOfMemoryError e) {
            LOG.log(Level.ERROR, () -> name + ": " + describe(peer) + " is disconnected: " + e.getMessage());
            release(client);
        }
    }

    /** Clients try again and again, and any user may run one: the log has a few lines for each of the first users. */
    private void report(Optional<PeerCredentials> peer) {
        long uid = peer.map(PeerCredentials::uid).orElse(OTHERS);
        long user = refused.size() < USERS || refused.containsKey(uid) ? uid : OTHERS;
        Optional<String> more = refused.computeIfAbsent(user, id -> new Repeats()).report("");
        LOG.log(more.isPresent() ? Level.WARNING : Level.DEBUG,
                () -> name + ": " + describe(peer) + " may not connect" + more.orElse(""));
    }

    private void release(PacketConnection client) {
        open.remove(client);
        client.close();
        free();
    }

    private static String describe(Optional<PeerCredentials> peer) {
        return peer.map(p -> "the client with process id " + p.pid() + ", user id " + p.uid()).orElse("an unknown client");
    }

    private void read(PacketConnection client, String peer) {
        LOG.log(Level.DEBUG, () -> name + ": " + peer + " has connected");
        try {
            Requests.receiveStrictly(client, streams, name, this::accept);
            LOG.log(Level.DEBUG, () -> name + ": " + peer + " has gone");
        } catch (IOException e) {
            LOG.log(Level.WARNING, () -> name + ": " + peer + " is disconnected: " + e.getMessage());
        } catch (RuntimeException | OutOfMemoryError e) {
            LOG.log(Level.ERROR, () -> name + ": " + peer + " is disconnected: " + e, e);
        } finally {
            release(client);
        }
    }

    private void accept(Exchange exchange) {
        Access.report(name, exchange, observers);
        DescriptorBudget.Held held;
        try {
            held = budget.get().hold(DescriptorBudget.Use.LEASED);
        } catch (NoDescriptorException e) {
            exchange.fail(503, e.getMessage());
            return;
        }
        busy.incrementAndGet();
        exchanges.begin();
        exchange.onEnd(outcome -> {
            held.release();
            exchanges.end();
            free();
        });
        to.accept(exchange);
    }

    private void free() {
        if (busy.decrementAndGet() == 0) {
            drained.complete(null);
        }
    }

    @Override
    public String describe() {
        return name + where;
    }

    /** Clients are refused; what those that are connected have sent so far is read and answered, then they are disconnected. */
    @Override
    public CompletionStage<Void> drain() {
        Doorway last;
        synchronized (this) {
            if (ending) {
                return drained;
            }
            ending = true;
            last = doorway;
        }
        if (last != null) {
            // without the lock: who has connected already is admitted meanwhile
            last.stop();
        }
        synchronized (this) {
            draining = true;
        }
        open.forEach(this::refuseMore);
        free();
        return drained;
    }

    private void refuseMore(PacketConnection client) {
        try {
            client.shutdownInput();
        } catch (IOException e) {
            LOG.log(Level.DEBUG, () -> name + ": a client has gone already: " + e.getMessage());
            client.close();
        }
    }

    /** Ends what has not ended by draining. */
    void close() {
        drain();
        open.forEach(PacketConnection::close);
    }

    @Override
    public CompletionStage<Void> exhausted() {
        return exhausted;
    }
}
