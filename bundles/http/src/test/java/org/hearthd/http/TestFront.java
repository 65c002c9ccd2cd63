package org.hearthd.http;

import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakDetectorFactory;
import java.io.IOException;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.hearthd.Exchange;
import org.hearthd.Response;
import org.hearthd.listeners.ListenAddress;
import org.hearthd.listeners.ListenRequest;
import org.hearthd.listeners.Listeners;
import org.hearthd.listeners.ListenersService;
import org.hearthd.net.NettyEventLoops;
import org.hearthd.net.NettyTcpSockets;
import org.hearthd.spi.AccessObserver;
import org.hearthd.spi.DescriptorBudget;
import org.hearthd.transport.junixsocket.JunixDescriptors;
import org.hearthd.transport.junixsocket.JunixPackets;
import org.hearthd.transport.junixsocket.JunixStreams;

/** A front on a free port with one handler, which a test sets; blocking handlers get a thread. */
final class TestFront implements AutoCloseable {
    static final Queue<String> LEAKS = new ConcurrentLinkedQueue<>();
    static final Listeners LISTENERS = new ListenersService(new NettyTcpSockets(new JunixDescriptors()), new JunixStreams(),
            new JunixPackets(), new JunixDescriptors());
    static final Limits LIMITS = new Limits(8192, 32_768, 0, 1000, 5_000, 5_000, 5_000, 5_000, 500, 5_000, 5_000);

    /** Sees to it that every leak from now on is in {@link #LEAKS}; to be called before buffers are first used. */
    static void watchLeaks() {
        LEAKS.clear();
    }

    static {
        ResourceLeakDetectorFactory.setResourceLeakDetectorFactory(new ResourceLeakDetectorFactory() {
            @Override
            @SuppressWarnings("deprecation") // abstract in the superclass, so it has to be here
            public <T> ResourceLeakDetector<T> newResourceLeakDetector(Class<T> resource, int interval, long maxActive) {
                return new ResourceLeakDetector<>(resource, interval) {
                    @Override
                    protected void reportTracedLeak(String type, String records) {
                        LEAKS.add(type + records);
                    }

                    @Override
                    protected void reportUntracedLeak(String type) {
                        LEAKS.add(type);
                    }
                };
            }
        });
    }

    /** A handler. */
    interface Code {
        void handle(Exchange exchange) throws Exception;
    }

    final NettyEventLoops loops;
    final Front front;
    volatile List<AccessObserver> observers = List.of();
    volatile DescriptorBudget budget = DescriptorBudget.NONE;
    private final ExecutorService pool = Executors.newCachedThreadPool();
    private volatile Code code = exchange -> exchange.respond(Response.text(200, "hello\n"));
    private volatile boolean blocking;

    TestFront(Limits limits, String address) throws IOException {
        this(limits, address, 1);
    }

    TestFront(Limits limits, String address, int threads) throws IOException {
        loops = new NettyEventLoops(new JunixDescriptors(), new JunixStreams(), threads);
        front = new Front("http test", loops, LISTENERS, this::dispatch, () -> observers, () -> budget);
        front.change(limits, "Hearth", "X-Generation");
        front.listen(request(address));
    }

    TestFront(Limits limits) throws IOException {
        this(limits, "127.0.0.1:0");
    }

    TestFront() throws IOException {
        this(LIMITS);
    }

    static ListenRequest request(String address) {
        return new ListenRequest("test", ListenAddress.parse(address), ListenRequest.Type.STREAM, 64, 0600);
    }

    /** On the event loop. */
    void handle(Code handler) {
        blocking = false;
        code = handler;
    }

    /** On a thread of its own. */
    void handleBlocking(Code handler) {
        blocking = true;
        code = handler;
    }

    private void dispatch(Exchange exchange) {
        if (blocking) {
            pool.execute(() -> call(exchange));
        } else {
            call(exchange);
        }
    }

    private void call(Exchange exchange) {
        try {
            code.handle(exchange);
        } catch (Exception e) {
            exchange.fail(500, "The handler failed: " + e);
        }
    }

    int port() {
        return front.address().tcp().getPort();
    }

    Client connect() throws IOException {
        return new Client(port());
    }

    @Override
    public void close() throws InterruptedException {
        front.close();
        front.drain().toCompletableFuture().orTimeout(60, TimeUnit.SECONDS).join();
        pool.shutdownNow();
        pool.awaitTermination(60, TimeUnit.SECONDS);
        loops.close();
        if (!LEAKS.isEmpty()) {
            throw new AssertionError("buffers were lost: " + LEAKS);
        }
    }
}
