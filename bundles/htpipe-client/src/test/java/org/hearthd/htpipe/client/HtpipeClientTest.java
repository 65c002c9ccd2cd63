package org.hearthd.htpipe.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.annotation.Annotation;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.hearthd.Exchange;
import org.hearthd.Fd;
import org.hearthd.Response;
import org.hearthd.ashd.Requests;
import org.hearthd.transport.FdPair;
import org.hearthd.transport.FullBacklogException;
import org.hearthd.transport.Logged;
import org.hearthd.transport.Packet;
import org.hearthd.transport.PacketConnection;
import org.hearthd.transport.PacketListener;
import org.hearthd.transport.StreamConnection;
import org.hearthd.transport.junixsocket.RealSockets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;

/** A client and servers that come and go, over real sockets, and as many descriptors afterwards as before. */
final class HtpipeClientTest extends RealSockets {
    private final BlockingQueue<Exchange> exchanges = new LinkedBlockingQueue<>();
    private final List<AutoCloseable> open = new ArrayList<>();
    private HtpipeClient client;

    private HtpipeClientConfig config(Map<String, Object> values) {
        return HtpipeClientConfig.class.cast(Proxy.newProxyInstance(getClass().getClassLoader(),
                new Class<?>[] {HtpipeClientConfig.class}, (self, method, arguments) -> {
                    if (method.getDeclaringClass() == Annotation.class || method.getDeclaringClass() == Object.class) {
                        return "config";
                    }
                    return values.getOrDefault(method.getName(), method.getDefaultValue());
                }));
    }

    private void start(long waitMs) {
        client = new HtpipeClient(
                config(Map.of("handler", "far", "address", address("socket").path().toString(), "wait_timeout_ms", waitMs)),
                Map.of(), packets, streams);
        client.connect();
    }

    @AfterEach
    void stop() throws Exception {
        if (client != null) {
            client.stop();
        }
        for (AutoCloseable each : open) {
            each.close();
        }
    }

    /** A server of one connection at a time. */
    private final class Far implements AutoCloseable {
        private final PacketListener listener;
        private final CompletableFuture<PacketConnection> accepted;
        private final CompletableFuture<Void> ended;

        Far() throws IOException {
            listener = packets.adoptListener(packets.listen(address("socket"), 0600, 5));
            accepted = new CompletableFuture<>();
            ended = concurrently(() -> {
                try (PacketConnection connection = listener.accept()) {
                    accepted.complete(connection);
                    if (connection != null) {
                        Requests.receive(connection, () -> streams, "far", exchanges::add);
                    }
                }
                return null;
            });
        }

        /** As when the process is killed: the path stays. */
        @Override
        public void close() throws Exception {
            listener.close();
            PacketConnection connection = get(accepted);
            if (connection != null) {
                connection.close();
            }
            get(ended);
        }
    }

    private Far far() throws IOException {
        Files.deleteIfExists(address("socket").path());
        Far far = new Far();
        open.add(far);
        return far;
    }

    /** Gives the client a request as it comes from another wire; the other end of its response socket. */
    private StreamConnection request(String rest) throws Exception {
        FdPair wire = packets.pair();
        FdPair pair = streams.pair();
        StreamConnection asking = streams.adopt(pair.ours());
        open.add(asking);
        try (PacketConnection near = packets.adopt(wire.ours()); Fd socket = pair.theirs()) {
            near.send(
                    ByteBuffer.wrap(
                            ("GET\0/" + rest + "\0HTTP/1.1\0" + rest + "\0\0ignored").getBytes(StandardCharsets.ISO_8859_1)),
                    socket);
        }
        try (PacketConnection through = packets.adopt(wire.theirs())) {
            Requests.receive(through, () -> streams, "test", client::handle);
        }
        return asking;
    }

    private Exchange next(String rest) throws InterruptedException {
        Exchange exchange = exchanges.poll(60, TimeUnit.SECONDS);
        assertTrue(exchange != null, "no request came");
        assertEquals(rest, exchange.request().rest());
        return exchange;
    }

    private static String answer(StreamConnection asking) throws Exception {
        return get(concurrently(() -> new String(asking.input().readAllBytes(), StandardCharsets.ISO_8859_1)));
    }

    private void assertPasses(String rest) throws Exception {
        StreamConnection asking = request(rest);
        next(rest).respond(Response.text(200, "passed"));
        assertTrue(answer(asking).endsWith("passed"));
    }

    @Test
    void deletingTheConfigurationHoldsNobodyUpAndTheClientWorksUntilItsRequestsHaveEnded() throws Exception {
        CountDownLatch drained = new CountDownLatch(1);
        CountDownLatch unregistered = new CountDownLatch(1);
        ServiceRegistration<?> registration = proxy(ServiceRegistration.class, (self, method, arguments) -> {
            assertTrue(drained.await(60, TimeUnit.SECONDS));
            unregistered.countDown();
            return null;
        });
        Bundle bundle = proxy(Bundle.class, (self, method, arguments) -> Bundle.ACTIVE);
        BundleContext context = proxy(BundleContext.class,
                (self, method, arguments) -> method.getName().equals("getBundle") ? bundle : registration);
        far();
        client = new HtpipeClient(context, config(Map.of("handler", "far", "address", address("socket").path().toString())),
                Map.of());
        client.transports(packets, streams);
        client.start();
        assertPasses("before");
        client.stop();
        client.transports(null, null);
        assertPasses("after");
        far();
        assertPasses("reconnected");
        drained.countDown();
        assertTrue(unregistered.await(60, TimeUnit.SECONDS));
    }

    private static <T> T proxy(Class<T> type, InvocationHandler handler) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
    }

    @Test
    void forwardsToTheServer() throws Exception {
        far();
        start(20_000);
        assertPasses("a");
        assertPasses("b");
    }

    @Test
    void requestsWaitForAServerThatIsNotThereYet() throws Exception {
        start(20_000);
        StreamConnection first = request("a");
        StreamConnection second = request("b");
        far();
        next("a").respond(Response.text(200, "1"));
        next("b").respond(Response.text(200, "2"));
        assertTrue(answer(first).endsWith("1"));
        assertTrue(answer(second).endsWith("2"));
    }

    @Test
    void aChangedAddressIsWhereThoseGoThatWait() throws Exception {
        start(20_000);
        StreamConnection waits = request("a");
        try (PacketListener other = packets.adoptListener(packets.listen(address("other"), 0600, 5))) {
            client.modified(config(Map.of("handler", "far", "address", address("other").path().toString())), Map.of());
            PacketConnection connection = other.accept();
            open.add(connection);
            concurrently(() -> {
                Requests.receive(connection, () -> streams, "other", exchanges::add);
                return null;
            });
            next("a").respond(Response.text(200, "elsewhere"));
            assertTrue(answer(waits).endsWith("elsewhere"));
            far();
            client.modified(config(Map.of("handler", "far", "address", address("socket").path().toString())), Map.of());
            assertPasses("b");
        }
    }

    @Test
    void withoutAThreadToLookForTheNewServerAChangeIsRefusedAndTheNextOneWorks() throws Exception {
        far();
        start(20_000);
        assertPasses("a");
        HtpipeClientConfig changed = config(Map.of("handler", "far", "address", address("other").path().toString()));
        client.connector().threads(task -> new Thread(task) {
            @Override
            public void start() {
                throw new OutOfMemoryError("unable to create native thread, on purpose");
            }
        });
        String message = assertThrows(IOException.class, () -> client.modified(changed, Map.of())).getMessage();
        assertTrue(message.contains("there is no thread to look for the server on " + address("other")), message);
        assertPasses("b");
        client.connector().threads(Thread::new);
        try (PacketListener other = packets.adoptListener(packets.listen(address("other"), 0600, 5))) {
            client.modified(changed, Map.of());
            other.accept().close();
        }
    }

    @Test
    void theOldServerGoesOnUntilTheNewOneCanBeReached() throws Exception {
        far();
        start(20_000);
        assertPasses("a");
        client.modified(config(Map.of("handler", "far", "address", address("other").path().toString())), Map.of());
        client.modified(config(Map.of("handler", "far", "address", address("other").path().toString(), "waiting_max", 7)),
                Map.of());
        for (int i = 0; i < 20; i++) {
            assertPasses("old" + i);
        }
        try (PacketListener other = packets.adoptListener(packets.listen(address("other"), 0600, 5))) {
            PacketConnection connection = other.accept();
            open.add(connection);
            BlockingQueue<Exchange> elsewhere = new LinkedBlockingQueue<>();
            concurrently(() -> {
                Requests.receive(connection, () -> streams, "other", elsewhere::add);
                return null;
            });
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
            boolean moved = false;
            while (!moved && System.nanoTime() < deadline) {
                StreamConnection response = request("b");
                Exchange taken = null;
                while (taken == null && System.nanoTime() < deadline) {
                    taken = elsewhere.poll(1, TimeUnit.MILLISECONDS);
                    moved = taken != null;
                    taken = moved ? taken : exchanges.poll();
                }
                taken.respond(Response.text(200, "b"));
                assertTrue(answer(response).endsWith("b"));
            }
            assertTrue(moved, "the new server was never used");
        }
    }

    @Test
    void theEndOfTheServerIsNoticedBeforeTheNextRequest() throws Exception {
        Far far = far();
        start(20_000);
        assertPasses("a");
        far.close();
        StreamConnection waits = request("b");
        far();
        next("b").respond(Response.text(200, "again"));
        assertTrue(answer(waits).endsWith("again"));
    }

    @Test
    void whatTheServerHadNotReadIsLostAndItsClientSeesTheEnd() throws Exception {
        PacketListener listener = packets.adoptListener(packets.listen(address("socket"), 0600, 5));
        open.add(listener);
        start(20_000);
        PacketConnection deaf = listener.accept();
        request("received");
        try (Packet packet = new Packet(1)) {
            deaf.receive(packet);
        }
        await("the writer's end",
                () -> Thread.getAllStackTraces().keySet().stream().noneMatch(t -> t.getName().endsWith("writer")));
        StreamConnection lost = request("lost");
        deaf.close();
        assertEquals("", answer(lost));
    }

    @Test
    void withoutAServerTheWaitEndsWith503ThatNamesTheHandler() throws Exception {
        start(50);
        String answer = answer(request("a"));
        assertTrue(answer.startsWith("HTTP/1.1 503 ") && answer.contains("handler far"), answer);
    }

    @Test
    void aServerThatRefusesIsNotAskedWithoutPause() throws Exception {
        PacketListener listener = packets.adoptListener(packets.listen(address("socket"), 0600, 5));
        open.add(listener);
        start(20_000);
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(300);
        int attempts = 0;
        while (System.nanoTime() < end) {
            listener.accept().close();
            attempts++;
        }
        assertTrue(attempts < 30, attempts + " attempts in 300 ms");
    }

    @Test
    void wrongConfigurationsAreRefusedByKey() {
        assertKey("handler", Map.of("address", "/s"));
        assertKey("address", Map.of("handler", "far"));
        assertKey("address", Map.of("handler", "far", "address", "/" + "x".repeat(107)));
        for (Map.Entry<String, Object> bad : Map.<String, Object>of("waiting_max", -1, "wait_timeout_ms", 0L, "datagram_limit",
                212_961, "reconnect_min_ms", 51L, "reconnect_max_ms", 0L).entrySet()) {
            assertKey(bad.getKey().replace('_', '.'),
                    Map.of("handler", "far", "address", "/s", bad.getKey(), bad.getValue()));
        }
    }

    private void assertKey(String key, Map<String, Object> values) {
        HtpipeClientConfig config = config(values);
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> Settings.of("some.pid", config));
        assertTrue(e.getMessage().startsWith("some.pid: ") && e.getMessage().contains(key), e.getMessage());
    }

    /** Fills the queue of connections of a server that accepts nobody. */
    private List<PacketConnection> crowd() {
        List<PacketConnection> queued = new ArrayList<>();
        assertThrows(FullBacklogException.class, () -> {
            while (true) {
                queued.add(packets.connect(address("socket")));
            }
        });
        return queued;
    }

    @Test
    void theProbeWaitsForAServerWhoseQueueIsFullAndTellsThatThereIsOne() throws Exception {
        String[] socket = {address("socket").path().toString()};
        PacketListener listener = packets.adoptListener(packets.listen(address("socket"), 0600, 1));
        List<PacketConnection> queued = crowd();
        assertEquals(0, new Probe(packets, 100).applyAsInt(socket));
        CompletableFuture<Integer> patient = concurrently(() -> new Probe(packets, 60_000).applyAsInt(socket));
        listener.close();
        assertEquals(2, get(patient), "it has gone meanwhile");
        queued.forEach(PacketConnection::close);
    }

    @Test
    void aClientWaitsForAServerWhoseQueueIsFull() throws Exception {
        PacketListener listener = packets.adoptListener(packets.listen(address("socket"), 0600, 1));
        open.add(listener);
        List<PacketConnection> queued = crowd();
        try (Logged log = new Logged()) {
            start(60_000);
            StreamConnection waits = request("a");
            await("that it is said", () -> log.says("its queue of connections is full; requests wait"));
            for (PacketConnection each : queued) {
                listener.accept().close();
                each.close();
            }
            PacketConnection connection = listener.accept();
            open.add(connection);
            concurrently(() -> {
                Requests.receive(connection, () -> streams, "far", exchanges::add);
                return null;
            });
            next("a").respond(Response.text(200, "late"));
            assertTrue(answer(waits).endsWith("late"));
        }
    }

    @Test
    void theProbeTellsAServerFromNobodyFromTrouble() throws Exception {
        Probe probe = new Probe(packets);
        Path socket = address("socket").path();
        assertEquals(2, probe.applyAsInt(new String[] {socket.toString()}));
        Fd listening = packets.listen(address("socket"), 0600, 5);
        assertEquals(0, probe.applyAsInt(new String[] {socket.toString()}));
        listening.close();
        assertEquals(2, probe.applyAsInt(new String[] {socket.toString()}));
        Fd stream = streams.listen(address("stream"), 0600, 5);
        assertEquals(1, probe.applyAsInt(new String[] {address("stream").path().toString()}));
        stream.close();
        assertEquals(1, probe.applyAsInt(new String[] {dir.toString()}));
        assertEquals(1, probe.applyAsInt(new String[] {Files.writeString(dir.resolve("file"), "precious").toString()}));
        assertEquals("precious", Files.readString(dir.resolve("file")));
        assertEquals(1, probe.applyAsInt(new String[] {"/" + "x".repeat(107)}));
        assertEquals(1, probe.applyAsInt(new String[0]));
    }
}
