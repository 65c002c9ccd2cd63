package org.hearthd.htpipe.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.hearthd.Exchange;
import org.hearthd.Fd;
import org.hearthd.Outcome;
import org.hearthd.Response;
import org.hearthd.listeners.ListenAddress;
import org.hearthd.listeners.ListenRequest;
import org.hearthd.listeners.ListenersService;
import org.hearthd.spi.Access;
import org.hearthd.spi.DescriptorBudget;
import org.hearthd.spi.NoDescriptorException;
import org.hearthd.transport.FdPair;
import org.hearthd.transport.Packet;
import org.hearthd.transport.PacketConnection;
import org.hearthd.transport.PacketListener;
import org.hearthd.transport.PacketTransport;
import org.hearthd.transport.StreamConnection;
import org.hearthd.transport.junixsocket.JunixPackets;
import org.hearthd.transport.junixsocket.RealSockets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.newsclub.net.unix.SendBuffer;

/** Real clients on a real socket, and as many descriptors afterwards as before. */
final class ServerTest extends RealSockets {
    private static final String GET = "GET~/f~HTTP/1.1~f~~";

    private final BlockingQueue<Exchange> exchanges = new LinkedBlockingQueue<>();
    private final List<AutoCloseable> open = new ArrayList<>();
    private Consumer<Exchange> to = exchanges::add;
    private Server server;
    private Doorway doorway;

    private final BlockingQueue<Access> reports = new LinkedBlockingQueue<>();
    private volatile DescriptorBudget budget = DescriptorBudget.NONE;

    @BeforeEach
    void listen() throws Exception {
        server = new Server("test", null, () -> streams, exchange -> to.accept(exchange), () -> List.of(reports::add),
                () -> budget);
        doorway = doorway("socket");
        server.listen(doorway);
    }

    private Doorway doorway(String path) throws IOException {
        ListenRequest request = new ListenRequest("test", new ListenAddress(null, address(path)), ListenRequest.Type.PACKET, 128,
                0600);
        Doorway made = new Doorway("test", new Settings(request, "", "", null, "", 0, 0),
                new ListenersService(null, streams, packets, descriptors), server::admit);
        made.open(packets);
        return made;
    }

    @AfterEach
    void endsWithoutALeftover() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
        server.close();
        get(server.drain().toCompletableFuture());
        assertFalse(Files.exists(address("socket").path()), "the path is removed");
        await("the end of all threads",
                () -> Thread.getAllStackTraces().keySet().stream().noneMatch(t -> t.getName().startsWith("test ")));
    }

    private PacketConnection connect() throws IOException {
        PacketConnection client = packets.connect(address("socket"));
        open.add(client);
        return client;
    }

    /** Sends a datagram with "~" for NUL and a response socket; the client's end of that. */
    private StreamConnection request(PacketConnection on, String datagram) throws IOException {
        FdPair pair = streams.pair();
        StreamConnection client = streams.adopt(pair.ours());
        open.add(client);
        try (Fd socket = pair.theirs()) {
            on.send(ByteBuffer.wrap(datagram.replace('~', '\0').getBytes(StandardCharsets.ISO_8859_1)), socket);
        }
        return client;
    }

    private Exchange next() throws InterruptedException {
        Exchange exchange = exchanges.poll(60, TimeUnit.SECONDS);
        assertTrue(exchange != null, "no request came");
        return exchange;
    }

    private static String answer(StreamConnection client) throws Exception {
        return get(concurrently(() -> new String(client.input().readAllBytes(), StandardCharsets.ISO_8859_1)));
    }

    private static void assertEnded(PacketConnection client) throws Exception {
        try (Packet packet = new Packet(0)) {
            assertEquals(-1, get(concurrently(() -> client.receive(packet))));
        }
    }

    private void assertServes(PacketConnection client) throws Exception {
        StreamConnection response = request(client, GET);
        next().respond(Response.text(200, "served"));
        assertTrue(answer(response).endsWith("served"));
    }

    @Test
    void aRequestOverTheBudgetOfDescriptorsGets503AndTheConnectionGoesOn() throws Exception {
        AtomicInteger held = new AtomicInteger();
        budget = use -> {
            if (held.get() > 0) {
                throw new NoDescriptorException("None is left.", null);
            }
            held.incrementAndGet();
            return held::decrementAndGet;
        };
        PacketConnection client = connect();
        StreamConnection first = request(client, GET);
        Exchange exchange = next();
        String refused = answer(request(client, GET));
        assertTrue(refused.startsWith("HTTP/1.1 503 ") && refused.contains("None is left."), refused);
        exchange.respond(Response.text(200, "served"));
        assertTrue(answer(first).endsWith("served"));
        assertServes(client);
        assertEquals(0, held.get());
    }

    @Test
    void observersAreToldOfEachRequestThatHasEnded() throws Exception {
        PacketConnection client = connect();
        assertServes(client);
        Access answered = reports.poll(60, TimeUnit.SECONDS);
        assertEquals(200, answered.outcome().status());
        assertEquals(6, answered.bytes());
        assertEquals("test", answered.source());
        request(client, GET);
        next().takeSocket().close();
        Access moved = reports.poll(60, TimeUnit.SECONDS);
        assertEquals(Outcome.End.MOVED, moved.outcome().end());
        assertEquals(-1, moved.bytes());
    }

    @Test
    void whoHasConnectedButWasNotAcceptedYetIsServedBeforeTheEnd() throws Exception {
        doorway.close();
        PacketConnection early = connect();
        StreamConnection response = request(early, GET);
        CompletableFuture<Void> drained = server.drain().toCompletableFuture();
        assertFalse(Files.exists(address("socket").path()), "others could still connect");
        next().respond(Response.text(200, "served"));
        assertTrue(answer(response).endsWith("served"));
        get(drained);
        assertEnded(early);
    }

    @Test
    void whoHasConnectedToAnAddressThatWasGivenUpIsServed() throws Exception {
        doorway.close();
        PacketConnection early = connect();
        server.listen(doorway("other"));
        assertServes(early);
    }

    @Test
    void aClientThatCanNotBeAcceptedForWantOfDescriptorsIsAcceptedLater() throws Exception {
        doorway.close();
        AtomicInteger failures = new AtomicInteger(2);
        doorway.open(wrapped(PacketTransport.class, packets, (method, result) -> method.equals("adoptListener")
                ? wrapped(PacketListener.class, (PacketListener) result, (called, ignored) -> ignored, called -> {
                    if (called.equals("accept") && failures.getAndDecrement() > 0) {
                        throw new IOException("cannot accept: Too many open files");
                    }
                })
                : result, called -> {}));
        assertServes(connect());
        assertTrue(failures.get() < 0);
    }

    private interface Before {
        void call(String method) throws IOException;
    }

    /** The same, but for what happens before and what comes out. */
    private static <T> T wrapped(Class<T> type, T real, BiFunction<String, Object, Object> after, Before before) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (self, method, arguments) -> {
            before.call(method.getName());
            try {
                return after.apply(method.getName(), method.invoke(real, arguments));
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        }));
    }

    @Test
    void takesRequestsOfSeveralClientsOnASocketOfTheOwnersOnly() throws Exception {
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(address("socket").path())));
        PacketConnection one = connect();
        PacketConnection two = connect();
        for (int i = 0; i < 3; i++) {
            assertServes(one);
            assertServes(two);
        }
        one.close();
        assertServes(two);
    }

    @Test
    void badDatagramsCloseTheirConnectionOnlyAfterA400() throws Exception {
        PacketConnection good = connect();
        for (String bad : new String[] {"x", "~", "GET~/~HTTP/1.1~", "GET~/~HTTP/1.1~r", "GET~/~HTTP/1.1~r~",
            "GET~/~HTTP/1.1~r~A~~",
            "GET~/~HTTP/1.1~r~A~b~", "GET~/~HTTP/1.1~r~A"}) {
            PacketConnection client = connect();
            assertTrue(answer(request(client, bad)).startsWith("HTTP/1.1 400 "), bad);
            assertEnded(client);
            client.close();
        }
        assertServes(good);
    }

    @Test
    void noDescriptorTwoOfThemNoBytesAndTooManyBytesCloseTheConnectionOnly() throws Exception {
        PacketConnection good = connect();
        byte[] get = GET.replace('~', '\0').getBytes(StandardCharsets.ISO_8859_1);
        PacketConnection none = connect();
        none.send(ByteBuffer.wrap(get));
        assertEnded(none);
        PacketConnection several = connect();
        FdPair first = streams.pair();
        FdPair second = streams.pair();
        several.send(ByteBuffer.wrap(get), first.theirs(), second.theirs());
        first.theirs().close();
        second.theirs().close();
        try (StreamConnection one = streams.adopt(first.ours()); StreamConnection two = streams.adopt(second.ours())) {
            assertTrue(answer(one).startsWith("HTTP/1.1 400 "));
            assertEquals("", answer(two));
        }
        assertEnded(several);
        for (String bad : new String[] {"", "GET~/" + "u".repeat(Packet.CAPACITY) + "~HTTP/1.1~~~"}) {
            PacketConnection client = connectWithALargeBuffer();
            assertTrue(answer(request(client, bad)).startsWith("HTTP/1.1 400 "));
            assertEnded(client);
        }
        assertServes(good);
    }

    private PacketConnection connectWithALargeBuffer() throws IOException {
        FdPair pair = packets.pair();
        SendBuffer.set(pair.ours().number(), 2 * Packet.CAPACITY);
        PacketConnection client = packets.adopt(pair.ours());
        open.add(client);
        server.admit(packets.adopt(pair.theirs()));
        return client;
    }

    @Test
    void whoMayNotConnectIsDisconnected() throws Exception {
        PacketConnection before = connect();
        assertServes(before);
        server.allow(Set.of(4_294_967_294L));
        assertEnded(connect());
        assertServes(before);
        server.allow(Set.of(Integer.toUnsignedLong((Integer) Files.getAttribute(dir, "unix:uid"))));
        assertServes(connect());
    }

    @Test
    void drainingAnswersWhatWasSentAndTellsTheClientAtOnce() throws Exception {
        PacketConnection client = connect();
        assertServes(client);
        List<StreamConnection> responses = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            responses.add(request(client, GET));
        }
        CompletableFuture<Void> drained = server.drain().toCompletableFuture();
        assertThrows(IOException.class, () -> request(client, GET));
        assertThrows(IOException.class, () -> packets.connect(address("socket")));
        for (StreamConnection response : responses) {
            assertFalse(drained.isDone());
            next().respond(Response.text(200, "late"));
            assertTrue(answer(response).endsWith("late"));
        }
        get(drained);
        assertEnded(client);
    }

    @Test
    void whatIsOverTheLimitIsReadWhenOthersHaveEnded() throws Exception {
        server.limit(2);
        PacketConnection client = connect();
        List<StreamConnection> responses = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            responses.add(request(client, GET));
        }
        for (StreamConnection response : responses) {
            Exchange exchange = next();
            assertTrue(exchanges.size() < 2, "more than two are in progress");
            exchange.respond(Response.text(200, "served"));
            assertTrue(answer(response).endsWith("served"));
        }
    }

    @Test
    void anotherTransportAcceptsOnTheSameSocket() throws Exception {
        PacketConnection before = connect();
        assertServes(before);
        doorway.close();
        PacketConnection meanwhile = connect();
        doorway.open(new JunixPackets());
        assertServes(meanwhile);
        assertServes(before);
    }

    @Test
    void aLiveSocketIsLeftAloneAndAStaleOneReplaced() throws Exception {
        assertThrows(IOException.class, () -> doorway("socket"));
        assertServes(connect());
        packets.listen(address("stale"), 0600, 1).close();
        Doorway second = doorway("stale");
        packets.connect(address("stale")).close();
        second.stop();
        assertFalse(Files.exists(address("stale").path()));
    }

    @Test
    void anotherAddressIsListenedOnAndConnectionsStay() throws Exception {
        PacketConnection before = connect();
        assertServes(before);
        server.listen(doorway("other"));
        assertThrows(IOException.class, this::connect);
        assertServes(before);
        PacketConnection there = packets.connect(address("other"));
        open.add(there);
        assertServes(there);
    }

    @Test
    void aHandlerThatFailsCostsOneRequest() throws Exception {
        PacketConnection client = connect();
        to = exchange -> {
            throw new IllegalStateException("on purpose");
        };
        assertTrue(answer(request(client, GET)).startsWith("HTTP/1.1 500 "));
        to = exchanges::add;
        assertServes(client);
    }
}
