package org.hearthd.ashd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.hearthd.Exchange;
import org.hearthd.Headers;
import org.hearthd.Request;
import org.hearthd.spi.ManagedExchange;
import org.hearthd.spi.NoDescriptorException;
import org.hearthd.transport.FdPair;
import org.hearthd.transport.StreamConnection;
import org.junit.jupiter.api.Test;

/** What a forwarder does with requests while its connection comes, goes and is slow. */
final class ForwarderTest extends ForwarderHouse {
    @Test
    void anExchangeForWhichThereIsNoDescriptorGets503WithTheReasonAndTheOthersGoOn() throws Exception {
        Line line = line();
        forwarder.connected(line.near());
        FdPair pair = streams.pair();
        StreamConnection client = streams.adopt(pair.ours());
        open.add(client);
        Exchange whole = ResponseSocket.exchange("test", plain("a"), pair.theirs(), () -> streams);
        forwarder.forward((Exchange) Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] {Exchange.class},
                (proxy, method, arguments) -> {
                    if (method.getName().equals("takeSocket")) {
                        throw new NoDescriptorException("None is left.", null);
                    }
                    return method.invoke(whole, arguments);
                }));
        String answer = get(concurrently(() -> new String(client.input().readAllBytes(), StandardCharsets.ISO_8859_1)));
        assertTrue(answer.startsWith("HTTP/1.1 503 ") && answer.contains("None is left."), answer);
        request("b");
        assertEquals("b", serve(line.far()));
    }

    @Test
    void sendsOnTheCallersThreadWhileNobodyWaits() throws Exception {
        Line line = line();
        forwarder.connected(line.near());
        for (int i = 0; i < 10; i++) {
            StreamConnection client = request("r" + i);
            assertEquals("r" + i, serve(line.far()));
            assertTrue(answer(client).endsWith("r" + i));
            assertEquals(0, writers.get());
        }
    }

    @Test
    void whatComesBeforeTheConnectionGoesOutInItsOrder() throws Exception {
        List<StreamConnection> clients = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            clients.add(request("r" + i));
        }
        assertEquals(50, forwarder.waiting());
        await("one writer", () -> writers.get() == 1);
        Line line = line();
        forwarder.connected(line.near());
        for (int i = 0; i < 50; i++) {
            assertEquals("r" + i, serve(line.far()));
        }
        for (int i = 0; i < 50; i++) {
            assertTrue(answer(clients.get(i)).endsWith("r" + i));
        }
        await("the end of the writer", () -> writers.get() == 0);
    }

    @Test
    void aFullQueueKeepsTheOrder() throws Exception {
        Line line = line();
        forwarder.connected(line.near());
        int all = 0;
        for (; forwarder.waiting() < 100; all++) {
            request("r" + all);
        }
        for (int i = 0; i < all; i++) {
            assertEquals("r" + i, serve(line.far()));
        }
        await("the end of the writer", () -> writers.get() == 0);
        request("last");
        assertEquals(0, forwarder.waiting());
        assertEquals("last", serve(line.far()));
    }

    @Test
    void moreThanMayWaitAreRefused() throws Exception {
        forwarder = forwarder(2, 20_000);
        request("a");
        request("b");
        assertStatus(503, request("c"));
        assertEquals(2, forwarder.waiting());
        Line line = line();
        forwarder.connected(line.near());
        assertEquals("a", serve(line.far()));
        assertEquals("b", serve(line.far()));
    }

    @Test
    void whoWaitsTooLongGets503WithAndWithoutAConnection() throws Exception {
        forwarder = forwarder(1000, 50);
        assertStatus(503, request("a"));
        await("the end of the writer", () -> writers.get() == 0);
        Line line = line();
        forwarder.connected(line.near());
        int sent = 0;
        StreamConnection waits = request("r" + sent);
        while (forwarder.waiting() == 0) {
            sent++;
            waits = request("r" + sent);
        }
        assertStatus(503, waits);
        await("the end of the writer", () -> writers.get() == 0);
        for (int i = 0; i < sent; i++) {
            assertEquals("r" + i, serve(line.far()));
        }
        request("next");
        assertEquals("next", serve(line.far()));
    }

    @Test
    void whatABrokenConnectionRefusesGoesOutFirstOnTheNext() throws Exception {
        Line line = line();
        forwarder.connected(line.near());
        line.far().close();
        request("a");
        assertSame(line.near(), broken.poll(60, TimeUnit.SECONDS));
        request("b");
        request("c");
        assertEquals(3, forwarder.waiting());
        Line next = line();
        forwarder.connected(next.near());
        assertEquals("a", serve(next.far()));
        assertEquals("b", serve(next.far()));
        assertEquals("c", serve(next.far()));
        assertTrue(broken.isEmpty(), "told once");
    }

    @Test
    void aConnectionThatBreaksWhileItsQueueIsFullLosesNothingThatWaited() throws Exception {
        Line line = line();
        forwarder.connected(line.near());
        int sent = 0;
        for (; forwarder.waiting() < 3; sent++) {
            request("r" + sent);
        }
        // before that it may have one in its hands, which nobody counts
        awaitBlocked("writer", "awaitWritable");
        int waiting = forwarder.waiting();
        assertTrue(waiting >= 3);
        line.far().close();
        assertSame(line.near(), broken.poll(60, TimeUnit.SECONDS));
        Line next = line();
        forwarder.connected(next.near());
        for (int i = sent - waiting; i < sent; i++) {
            assertEquals("r" + i, serve(next.far()));
        }
    }

    @Test
    void aRequestThatCanNotBeSentIsAnsweredAndTheConnectionGoesOn() throws Exception {
        Line line = line();
        forwarder.connected(line.near());
        try (Warnings warnings = new Warnings()) {
            assertStatus(414, request("x".repeat(Datagram.C_LIMIT / 2)));
            assertEquals(0, warnings.count("can not be sent"), "any client can have that");
        }
        assertStatus(431, request(plain("a").withHeaders(Headers.of("Cookie", "x".repeat(Datagram.C_LIMIT)))));
        assertStatus(502, request(new Foreign(plain("a"))));
        forwarder.disconnected(line.near());
        StreamConnection waits = request("x".repeat(Datagram.C_LIMIT / 2));
        request("good");
        forwarder.connected(line.near());
        assertStatus(414, waits);
        assertEquals("good", serve(line.far()));
        assertTrue(broken.isEmpty());
    }

    /** A request of somebody who does not check what is in it. */
    private record Foreign(Request checked) implements Request {
        @Override
        public String method() {
            return "G\u0000";
        }

        @Override
        public String url() {
            return checked.url();
        }

        @Override
        public String version() {
            return checked.version();
        }

        @Override
        public String rest() {
            return checked.rest();
        }

        @Override
        public Headers headers() {
            return checked.headers();
        }

        @Override
        public Request withRest(String rest) {
            return checked.withRest(rest);
        }

        @Override
        public Request withHeaders(Headers headers) {
            return checked.withHeaders(headers);
        }
    }

    @Test
    void clientsThatGoWhileTheyWaitAreDropped() throws Exception {
        List<ManagedExchange> exchanges = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            FdPair pair = streams.pair();
            open.add(pair.ours());
            exchanges.add(ResponseSocket.exchange("test", plain("r" + i), pair.theirs(), () -> streams));
            forwarder.forward(exchanges.get(i));
        }
        exchanges.get(1).gone();
        assertTrue(exchanges.get(1).ended());
        assertEquals(2, forwarder.waiting());
        exchanges.get(0).failUnanswered(504, "Too late.");
        assertEquals(1, forwarder.waiting());
        Line line = line();
        forwarder.connected(line.near());
        assertEquals("r2", serve(line.far()));
        for (int i = 3; i < 5; i++) {
            forwarder.disconnected(line.near());
            StreamConnection client = request("r" + i);
            assertEquals(1, forwarder.waiting());
            forwarder.connected(line.near());
            assertEquals("r" + i, serve(line.far()));
            assertTrue(answer(client).endsWith("r" + i));
        }
    }

    @Test
    void theLastOneThatGoesEndsTheWriter() throws Exception {
        FdPair pair = streams.pair();
        open.add(pair.ours());
        ManagedExchange exchange = ResponseSocket.exchange("test", plain("a"), pair.theirs(), () -> streams);
        forwarder.forward(exchange);
        await("the writer", () -> writers.get() == 1);
        exchange.gone();
        await("the end of the writer", () -> writers.get() == 0);
    }

    @Test
    void drainingSendsWhatWaitsAndTakesNothingMore() throws Exception {
        request("a");
        CompletableFuture<Void> drained = forwarder.drain().toCompletableFuture();
        assertStatus(503, request("b"));
        assertFalse(drained.isDone());
        Line line = line();
        forwarder.connected(line.near());
        get(drained);
        assertEquals("a", serve(line.far()));
        assertStatus(503, request("c"));
        get(forwarder.drain().toCompletableFuture());
    }

    @Test
    void closingRefusesWhatWaits() throws Exception {
        StreamConnection untried = request("a");
        forwarder.close();
        assertStatus(503, untried);
        assertStatus(503, request("b"));
        get(forwarder.drain().toCompletableFuture());
        forwarder = forwarder(1000, 20_000);
        Line line = line();
        forwarder.connected(line.near());
        StreamConnection tried = request("r");
        while (forwarder.waiting() == 0) {
            tried = request("r");
        }
        awaitBlocked("writer", "awaitWritable");
        forwarder.close();
        assertStatus(503, tried);
        line.cut();
    }

    private static void awaitBlocked(String thread, String frame) {
        await(thread + " in " + frame, () -> Thread.getAllStackTraces().entrySet().stream()
                .filter(e -> e.getKey().getName().equals(thread))
                .anyMatch(e -> List.of(e.getValue()).stream().anyMatch(f -> f.getMethodName().equals(frame))));
    }

    @Test
    void withoutATransportTheClientOfARefusedRequestSeesTheEnd() throws Exception {
        Line line = line();
        forwarder.connected(line.near());
        line.far().close();
        StreamConnection client = request("a");
        streams = null;
        forwarder.close();
        assertEquals("", answer(client));
    }
}
