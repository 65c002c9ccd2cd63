package org.hearthd.ashd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.hearthd.Fd;
import org.hearthd.Headers;
import org.hearthd.Response;
import org.hearthd.spi.Backend;
import org.hearthd.spi.ManagedExchange;
import org.hearthd.transport.ExhaustedTransportException;
import org.hearthd.transport.FdPair;
import org.hearthd.transport.NoTransportException;
import org.hearthd.transport.PacketConnection;
import org.hearthd.transport.StreamConnection;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a forwarder does while the transport is replaced, or a response socket takes nothing. */
final class ForwarderGapTest extends ForwarderHouse {
    private PacketConnection near;
    private PacketConnection far;

    @BeforeEach
    void connect() throws IOException {
        Line line = line();
        near = line.near();
        far = line.far();
    }

    private static void assertRefused(StreamConnection client) throws Exception {
        String answer = answer(client);
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
        assertEquals("c", serve(far));
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
        // now and then the writer has one in its hands, which nobody counts
        await("all wait", () -> forwarder.waiting() == 3);
        gap.set(false);
        for (String rest : List.of("a", "b", "c")) {
            assertEquals(rest, serve(far));
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
                        throw new ExhaustedTransportException("in whatever language");
                    }
                    return method.invoke(near, arguments);
                });
        forwarder.connected(budgeted);
        try (Warnings warnings = new Warnings()) {
            for (int round = 1; round <= 2; round++) {
                full.set(true);
                assertRefused(request("refused"));
                assertRefused(request("refused too"));
                assertEquals(round, warnings.count("in whatever language"), "said once until it passes");
                full.set(false);
                request("next");
                assertEquals("next", serve(far));
            }
        }
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
        assertEquals("served", serve(far));
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
