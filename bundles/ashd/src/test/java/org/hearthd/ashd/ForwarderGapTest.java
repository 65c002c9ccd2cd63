package org.hearthd.ashd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.hearthd.Fd;
import org.hearthd.Headers;
import org.hearthd.Request;
import org.hearthd.Response;
import org.hearthd.spi.Backend;
import org.hearthd.spi.ManagedExchange;
import org.hearthd.transport.Contract;
import org.hearthd.transport.Descriptors;
import org.hearthd.transport.FdPair;
import org.hearthd.transport.NoTransportException;
import org.hearthd.transport.Packet;
import org.hearthd.transport.PacketConnection;
import org.hearthd.transport.PacketTransport;
import org.hearthd.transport.StreamConnection;
import org.hearthd.transport.StreamTransport;
import org.hearthd.transport.TransportException;
import org.hearthd.transport.junixsocket.JunixDescriptors;
import org.hearthd.transport.junixsocket.JunixPackets;
import org.hearthd.transport.junixsocket.JunixStreams;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a forwarder does while the transport is replaced, or a response socket takes nothing. */
final class ForwarderGapTest extends Contract {
    private final AtomicInteger writers = new AtomicInteger();
    private final List<AutoCloseable> open = new ArrayList<>();
    private Forwarder forwarder = forwarder(1000, 120_000);
    private PacketConnection near;
    private PacketConnection far;

    @Override
    protected PacketTransport packets() {
        return new JunixPackets();
    }

    @Override
    protected StreamTransport streams() {
        return new JunixStreams();
    }

    @Override
    protected Descriptors descriptors() {
        return new JunixDescriptors();
    }

    private Forwarder forwarder(int waiting, long timeoutMs) {
        return new Forwarder("far", new Forwarder.Limits(waiting, timeoutMs, Datagram.C_LIMIT), () -> streams, task -> {
            writers.incrementAndGet();
            new Thread(() -> {
                task.run();
                writers.decrementAndGet();
            }, "writer").start();
        }, (connection, why) -> connection.close());
    }

    @BeforeEach
    void line() throws IOException {
        FdPair pair = packets.pair();
        near = packets.adopt(pair.ours());
        far = packets.adopt(pair.theirs());
    }

    @AfterEach
    void ends() throws Exception {
        forwarder.close();
        near.close();
        far.close();
        for (AutoCloseable each : open) {
            each.close();
        }
        await("the end of the writers", () -> writers.get() == 0);
        assertEquals(0, forwarder.waiting());
    }

    private StreamConnection request(String rest) throws IOException {
        FdPair pair = streams.pair();
        StreamConnection client = streams.adopt(pair.ours());
        open.add(client);
        forwarder.forward(ResponseSocket.exchange("test", plain(rest), pair.theirs(), () -> streams));
        return client;
    }

    private static Request plain(String rest) {
        return Request.of("GET", "/" + rest, "HTTP/1.1", rest, Headers.of("Host", "h"));
    }

    private String serve() throws Exception {
        return get(concurrently(() -> {
            try (Packet packet = new Packet(1)) {
                assertTrue(far.receive(packet) > 0);
                Request request = Datagram.decode(packet.data());
                ResponseSocket.exchange("far", request, packet.fds().remove(0), () -> streams)
                        .respond(Response.text(200, request.rest()));
                return request.rest();
            }
        }));
    }

    private static String text(StreamConnection client) throws IOException {
        return new String(client.input().readAllBytes(), StandardCharsets.ISO_8859_1);
    }

    private static void assertRefused(StreamConnection client) throws Exception {
        String answer = get(concurrently(() -> text(client)));
        assertTrue(answer.startsWith("HTTP/1.1 503 "), answer);
    }

    @Test
    void whatWaitsCanBeRefusedWithAllThatComesBeforeTheNextConnection() throws Exception {
        forwarder = forwarder(2, 20_000);
        StreamConnection early = request("a");
        forwarder.refuse("The handler far is broken.");
        assertRefused(early);
        assertRefused(request("b"));
        assertEquals(0, forwarder.waiting());
        forwarder.connected(near);
        request("c");
        assertEquals("c", serve());
        forwarder.disconnected(near);
        request("d");
        assertEquals(1, forwarder.waiting());
    }

    @Test
    void whileNoResponseSocketCanBeMadeRequestsWaitInTheirOrder() throws Exception {
        forwarder.connected(near);
        AtomicBoolean gap = new AtomicBoolean(true);
        for (String rest : List.of("a", "b", "c")) {
            FdPair pair = streams.pair();
            open.add(streams.adopt(pair.ours()));
            forwarder.forward(ManagedExchange.of("test", plain(rest), new Gapped(pair.theirs(), gap)));
        }
        assertEquals(3, forwarder.waiting());
        gap.set(false);
        for (String rest : List.of("a", "b", "c")) {
            assertEquals(rest, serve());
        }
    }

    @Test
    void whoWaitsForATransportInVainGets503() throws Exception {
        forwarder = forwarder(10, 50);
        forwarder.connected(near);
        FdPair pair = streams.pair();
        Gapped backend = new Gapped(pair.theirs(), new AtomicBoolean(true));
        open.add(pair.ours()::close);
        forwarder.forward(ManagedExchange.of("test", plain("a"), backend));
        await("the 503", () -> backend.status == 503);
        pair.theirs().close();
    }

    @Test
    void whatTheKernelDoesNotCarryBecauseTooManyDescriptorsAreOnTheirWayIsA503AndTheConnectionStays() throws Exception {
        AtomicBoolean full = new AtomicBoolean(true);
        PacketConnection budgeted = (PacketConnection) Proxy.newProxyInstance(getClass().getClassLoader(),
                new Class<?>[] {PacketConnection.class}, (self, method, arguments) -> {
                    if (method.getName().equals("trySend") && full.get()) {
                        throw new TransportException("cannot send: Too many references: cannot splice");
                    }
                    return method.invoke(near, arguments);
                });
        forwarder.connected(budgeted);
        StreamConnection refused = request("refused");
        assertRefused(refused);
        full.set(false);
        request("next");
        assertEquals("next", serve());
    }

    /** An exchange whose socket can not be made while there is a gap. */
    private static final class Gapped implements Backend {
        private final Fd socket;
        private final AtomicBoolean gap;
        private volatile int status;

        Gapped(Fd socket, AtomicBoolean gap) {
            this.socket = socket;
            this.gap = gap;
        }

        @Override
        public Fd takeSocket() throws IOException {
            if (gap.get()) {
                throw new NoTransportException("stream transport");
            }
            return socket.take();
        }

        @Override
        public void respond(Response response) {
            status = response.status();
        }

        @Override
        public OutputStream begin(int begun, Headers headers) {
            throw new AssertionError("not used");
        }

        @Override
        public InputStream body() {
            throw new AssertionError("not used");
        }

        @Override
        public void abort() {
            socket.close();
        }

        @Override
        public <T> Optional<T> adapt(Class<T> view, ManagedExchange exchange) {
            return Optional.empty();
        }
    }

    @Test
    void aResponseSocketThatTakesNothingHoldsUpNobody() throws Exception {
        FdPair pair = streams.pair();
        StreamConnection deaf = streams.adopt(pair.ours());
        open.add(deaf);
        fill(pair.theirs());
        forwarder.forward(ResponseSocket.exchange("test", plain("deaf"), pair.theirs(), () -> streams));
        StreamConnection next = request("next");
        forwarder.refuse("The handler far is broken.");
        forwarder.connected(near);
        request("served");
        assertEquals("served", serve());
        assertRefused(next);
        await("the end of the writers", () -> writers.get() == 0);
    }

    /** Writes until nothing fits any more. */
    private void fill(Fd socket) throws IOException {
        StreamConnection connection = streams.adopt(socket.dup());
        AtomicLong written = new AtomicLong();
        Thread filler = new Thread(() -> {
            try {
                for (;;) {
                    connection.output().write(new byte[1000]);
                    written.addAndGet(1000);
                }
            } catch (IOException e) {
                written.set(-1);
            }
        }, "filler");
        filler.start();
        long before = -1;
        while (before != written.get()) {
            before = written.get();
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
        }
        connection.close();
        await("the end of the filler", () -> !filler.isAlive());
    }
}
