package org.hearthd.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.util.concurrent.EventExecutor;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.BindException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.hearthd.Exchange;
import org.hearthd.listeners.ListenAddress;
import org.hearthd.listeners.ListenRequest;
import org.hearthd.listeners.Listeners;
import org.hearthd.listeners.ListeningSocket;
import org.hearthd.net.EventLoops;
import org.hearthd.spi.AccessObserver;
import org.hearthd.spi.DescriptorBudget;
import org.hearthd.spi.ManagedExchange;
import org.hearthd.spi.Source;

/** One HTTP front: a listening socket, the connections that came from it, and what they share. */
final class Front implements Source {
    private static final System.Logger LOG = System.getLogger(Front.class.getName());

    private final String name;
    private final EventLoops loops;
    private final Listeners listeners;
    private final Consumer<Exchange> sink;
    private final Supplier<List<AccessObserver>> observers;
    private final Supplier<DescriptorBudget> budget;
    private final Set<Connection> open = ConcurrentHashMap.newKeySet();
    private final CompletableFuture<Void> drained = new CompletableFuture<>();
    private final CompletableFuture<Void> exhausted = new CompletableFuture<>();
    private volatile Limits limits;
    private volatile ResponseWriter writer;
    private volatile boolean draining;
    /** Whether all that was accepted is in {@code open} by now, or was. */
    private volatile boolean settled;
    private ListenRequest listening;
    private ListeningSocket socket;
    private Channel acceptor;

    /**
     * A front that does not listen yet.
     *
     * @param sink who takes the exchanges
     * @param observers who is told of their ends, asked each time
     * @param budget who says whether there are descriptors left, asked each time
     */
    Front(String name, EventLoops loops, Listeners listeners, Consumer<Exchange> sink,
            Supplier<List<AccessObserver>> observers, Supplier<DescriptorBudget> budget) {
        this.name = name;
        this.loops = loops;
        this.listeners = listeners;
        this.sink = sink;
        this.observers = observers;
        this.budget = budget;
    }

    /** To be called before the first {@link #listen}, and whenever something has changed. */
    void change(Limits newLimits, String serverHeader, String generationHeader) {
        limits = newLimits;
        writer = new ResponseWriter(new Lines(serverHeader), generationHeader);
    }

    /**
     * Listens there from now on. Another address is listened on before the old one is given up, unless the two exclude each other;
     * connections go on.
     *
     * @throws IOException naming the address and the reason; what was listened on before goes on
     */
    synchronized void listen(ListenRequest request) throws IOException {
        if (socket != null && (listening.address().equals(request.address()) || address().equals(request.address()))) {
            listening = request;
            return;
        }
        try {
            use(request, bind(request));
        } catch (BindException e) {
            if (!samePort(request.address())) {
                throw e;
            }
            swap(request);
        }
    }

    /** Whether it may be our own socket that is in the way, as {@code 127.0.0.1:80} is in the way of {@code *:80}. */
    private boolean samePort(ListenAddress wanted) {
        return socket != null && socket.address().tcp() != null && wanted.tcp() != null
                && socket.address().tcp().getPort() == wanted.tcp().getPort();
    }

    /** Gives the old address up before it takes the new one; takes it back if that fails. */
    private void swap(ListenRequest request) throws IOException {
        ListenRequest old = new ListenRequest(listening.name(), socket.address(), listening.type(), listening.backlog(),
                listening.mode());
        stopListening();
        try {
            use(request, bind(request));
        } catch (IOException | RuntimeException e) {
            try {
                use(old, bind(old));
            } catch (IOException | RuntimeException lost) {
                e.addSuppressed(lost);
            }
            throw e;
        }
    }

    /** A socket and the channel that accepts from it. */
    private record Door(ListeningSocket socket, Channel acceptor) {}

    private Door bind(ListenRequest request) throws IOException {
        ListeningSocket bound = listeners.listen(request);
        try {
            return new Door(bound, loops.accept(bound.fd().take(), new ChannelInitializer<>() {
                @Override
                protected void initChannel(Channel channel) {
                    Connection connection = new Connection(Front.this);
                    channel.pipeline().addLast(connection.decoder(), connection);
                }
            }));
        } catch (IOException | RuntimeException e) {
            bound.stop();
            throw e;
        }
    }

    private void use(ListenRequest request, Door door) {
        stopListening();
        listening = request;
        socket = door.socket();
        acceptor = door.acceptor();
    }

    private void stopListening() {
        if (acceptor != null) {
            acceptor.close().awaitUninterruptibly();
            acceptor = null;
            socket.stop();
            socket = null;
        }
    }

    /** The address listened on, with the real port. */
    synchronized ListenAddress address() {
        return socket == null ? listening.address() : socket.address();
    }

    synchronized boolean isListening() {
        return socket != null;
    }

    /** The URL for people: any address becomes the loopback one. */
    String url() {
        ListenAddress address = address();
        if (address.unix() != null) {
            return "http+" + address.unix();
        }
        return "http://" + address.toString().replace("*:", "127.0.0.1:") + "/";
    }

    @Override
    public String describe() {
        return name + " on " + address();
    }

    @Override
    public CompletionStage<Void> drain() {
        synchronized (this) {
            // first: a client that is told that its connection ends makes another one, which would be reset with the queue that it waits in
            stopListening();
            draining = true;
        }
        for (Connection connection : open) {
            connection.loop().execute(connection::drain);
        }
        settle();
        return drained.minimalCompletionStage();
    }

    /** What was accepted may be on its way to its loop still; what each loop is told after the end of accepting it runs behind that. */
    private void settle() {
        List<CompletableFuture<Void>> behind = new ArrayList<>();
        for (EventExecutor loop : loops.next().parent()) {
            try {
                behind.add(CompletableFuture.runAsync(() -> {}, loop));
            } catch (RejectedExecutionException e) {
                LOG.log(Level.DEBUG, "the loop has ended with all its connections", e);
            }
        }
        CompletableFuture.allOf(behind.toArray(new CompletableFuture<?>[0])).thenRun(() -> {
            settled = true;
            checkDrained();
        });
    }

    @Override
    public CompletionStage<Void> exhausted() {
        return exhausted.minimalCompletionStage();
    }

    /** Closes whatever is left after a drain. */
    void close() {
        drain();
        for (Connection connection : open) {
            connection.loop().execute(connection::abort);
        }
    }

    String name() {
        return name;
    }

    EventLoops loops() {
        return loops;
    }

    Limits limits() {
        return limits;
    }

    ResponseWriter writer() {
        return writer;
    }

    boolean isDraining() {
        return draining;
    }

    List<AccessObserver> observers() {
        return observers.get();
    }

    DescriptorBudget budget() {
        return budget.get();
    }

    void dispatch(ManagedExchange exchange) {
        sink.accept(exchange);
    }

    /** A connection was accepted; false if it is one too many. */
    boolean opened(Connection connection) {
        open.add(connection);
        if (draining) {
            connection.loop().execute(connection::drain);
        }
        return open.size() <= limits.maxConnections();
    }

    void closed(Connection connection) {
        open.remove(connection);
        checkDrained();
    }

    private void checkDrained() {
        if (settled && open.isEmpty()) {
            drained.complete(null);
        }
    }
}
