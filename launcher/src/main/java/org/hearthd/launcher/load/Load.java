package org.hearthd.launcher.load;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.Selector;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Load in an open loop: each request has a planned time, and its wait counts from then, so that a server that stands still is not asked
 * less. One thread for all connections: it shares its machine with what it measures.
 */
public final class Load implements Connection.Owner {
    private static final int DEFAULT_PORT = 80;
    private static final int BUFFER = 65_536;
    private static final long LOOK_MS = 50;

    private final Plan plan;
    private final Supplier<? extends Inspection> inspections;
    private final Tally tally;
    private final List<byte[]> heads;
    private final List<Optional<Version>> newest;
    private final Queue<Connection> idle = new ArrayDeque<>();
    private final List<Connection> connections = new ArrayList<>();
    private final CompletableFuture<Tally> end = new CompletableFuture<>();
    private final Selector selector;
    private volatile boolean stopped;
    private long begin;
    private long requests;
    private long asked;
    private long nextLook;

    private Load(Plan plan, Supplier<? extends Inspection> inspections, Consumer<String> progress) throws IOException {
        this.plan = plan;
        this.inspections = inspections;
        tally = new Tally(progress);
        heads = plan.urls().stream().map(Load::head).toList();
        newest = new ArrayList<>(plan.urls().stream().map(url -> Optional.<Version>empty()).toList());
        requests = plan.requests();
        selector = Selector.open();
        URI url = plan.urls().get(0);
        InetSocketAddress address = new InetSocketAddress(url.getHost(), url.getPort() < 0 ? DEFAULT_PORT : url.getPort());
        ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER);
        for (int i = 0; i < plan.connections(); i++) {
            connections.add(new Connection(address, selector, this, buffer));
        }
        idle.addAll(connections);
    }

    /**
     * Begins at once, on a thread of its own.
     *
     * @param inspections looks at one answer each
     * @param progress hears a line whenever somebody answers for the first time, and of the first failure of each kind; must be quick
     */
    public static Load start(Plan plan, Supplier<? extends Inspection> inspections, Consumer<String> progress)
            throws IOException {
        Load load = new Load(plan, inspections, progress);
        Thread thread = new Thread(load::run, "load");
        thread.setDaemon(true);
        thread.start();
        return load;
    }

    private static byte[] head(URI url) {
        String path = url.getRawPath().isEmpty() ? "/" : url.getRawPath();
        String query = url.getRawQuery() == null ? "" : "?" + url.getRawQuery();
        String text = "GET " + path + query + " HTTP/1.1\r\nHost: " + url.getAuthority() + "\r\nUser-Agent: hearth-load\r\n\r\n";
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    /** What came of the requests so far. */
    public Tally tally() {
        return tally;
    }

    /** Plans no more requests; those that should have left already still do. */
    public void stop() {
        stopped = true;
        selector.wakeup();
    }

    /** Waits until every planned request has ended. */
    public Tally await() {
        return end.join();
    }

    private void run() {
        try {
            begin = System.nanoTime();
            nextLook = begin;
            while (step()) {
                selector.select(key -> ((Connection) key.attachment()).ready(), pause());
            }
            end.complete(tally);
        } catch (IOException e) {
            end.completeExceptionally(new UncheckedIOException(e));
        } catch (RuntimeException | Error e) {
            end.completeExceptionally(e);
        } finally {
            connections.forEach(Connection::close);
            closeSelector();
        }
    }

    private void closeSelector() {
        try {
            selector.close();
        } catch (IOException e) {
            System.getLogger(Load.class.getName()).log(System.Logger.Level.WARNING, "the selector can not be closed", e);
        }
    }

    /** Sends what is due, as far as connections are free; returns whether anything is left to do. */
    private boolean step() {
        long now = System.nanoTime();
        if (stopped) {
            requests = Math.min(requests, due(now));
        }
        while (asked < requests && plan.planned(asked) <= now - begin && !idle.isEmpty()) {
            int url = (int) (asked % heads.size());
            Asked next = new Asked(url, begin + plan.planned(asked++), newest.get(url));
            idle.remove().ask(next, heads.get(url), inspections.get());
        }
        if (now - nextLook >= 0) {
            nextLook = now + TimeUnit.MILLISECONDS.toNanos(LOOK_MS);
            expire(now - plan.timeout().toNanos());
        }
        return asked < requests || idle.size() < connections.size();
    }

    /** How many requests should have left by now, and all that have. */
    private long due(long now) {
        long due = asked;
        while (due < requests && plan.planned(due) <= now - begin) {
            due++;
        }
        return due;
    }

    /** Ends what has waited too long, whether it was sent or not. */
    private void expire(long plannedBefore) {
        connections.forEach(connection -> connection.expire(plannedBefore));
        while (asked < requests && begin + plan.planned(asked) - plannedBefore < 0) {
            asked++;
            tally.failed(new LoadFailure(LoadFailure.TIMEOUT, "no connection was free in time"), plan.timeout().toNanos());
        }
    }

    /** Milliseconds until the next request is due; the selector counts in those. */
    private long pause() {
        if (asked == requests || idle.isEmpty()) {
            return LOOK_MS;
        }
        long nanos = begin + plan.planned(asked) - System.nanoTime();
        return Math.min(LOOK_MS, Math.max(1, TimeUnit.NANOSECONDS.toMillis(nanos)));
    }

    @Override
    public void ended(Connection connection, Asked request, Optional<Version> version, Optional<LoadFailure> failure) {
        idle.add(connection);
        long wait = System.nanoTime() - request.planned();
        Optional<LoadFailure> problem = failure.isPresent() ? failure : outOfTurn(request, version);
        problem.ifPresentOrElse(p -> tally.failed(p, wait), () -> {
            tally.ok(version, wait);
            keepNewest(request.url(), version);
        });
    }

    private void keepNewest(int url, Optional<Version> version) {
        if (version.isPresent() && !newest.get(url).filter(version.get()::isOlderThan).isPresent()) {
            newest.set(url, version);
        }
    }

    /** Whoever has answered once is not followed by an older one, or by somebody unknown. */
    private static Optional<LoadFailure> outOfTurn(Asked request, Optional<Version> version) {
        return request.floor().flatMap(floor -> {
            if (version.isEmpty()) {
                return Optional.of(LoadFailure.version("the answer does not tell who made it, after " + floor));
            }
            return version.get().isOlderThan(floor)
                    ? Optional
                            .of(LoadFailure.version(version.get() + " answered a request that left after the answer of " + floor))
                    : Optional.empty();
        });
    }
}
