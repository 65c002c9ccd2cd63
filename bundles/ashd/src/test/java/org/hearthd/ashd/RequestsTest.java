package org.hearthd.ashd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.hearthd.Exchange;
import org.hearthd.Fd;
import org.hearthd.Headers;
import org.hearthd.Outcome;
import org.hearthd.Request;
import org.hearthd.Response;
import org.hearthd.spi.ManagedExchange;
import org.hearthd.transport.FdPair;
import org.hearthd.transport.Packet;
import org.hearthd.transport.PacketConnection;
import org.hearthd.transport.StreamConnection;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class RequestsTest extends Sockets {
    private static final byte[] GOOD = bytes("GET\0/a\0HTTP/1.1\0a\0Host\0h\0\0");

    private final BlockingQueue<Exchange> received = new LinkedBlockingQueue<>();
    private PacketConnection parent;
    private PacketConnection child;
    private CompletableFuture<Void> loop;

    @BeforeEach
    void connect() throws IOException {
        FdPair pair = packets.pair();
        parent = packets.adopt(pair.ours());
        child = packets.adopt(pair.theirs());
    }

    private void receive(Consumer<Exchange> sink) {
        loop = new CompletableFuture<>();
        new Thread(() -> {
            try {
                Requests.receive(child, streams, "test", sink);
                loop.complete(null);
            } catch (IOException | RuntimeException e) {
                loop.completeExceptionally(e);
            }
        }, "receiver").start();
    }

    @AfterEach
    void endsWithTheParent() throws Exception {
        parent.close();
        if (loop != null) {
            loop.get(20, TimeUnit.SECONDS);
        }
        child.close();
        assertTrue(received.isEmpty());
    }

    /** Sends a datagram with that many new response sockets and returns the client's end of the first. */
    private StreamConnection send(byte[] datagram, int sockets) throws IOException {
        Fd[] theirs = new Fd[sockets];
        StreamConnection client = null;
        for (int i = 0; i < sockets; i++) {
            FdPair pair = streams.pair();
            theirs[i] = pair.theirs();
            if (client == null) {
                client = streams.adopt(pair.ours());
                client.shutdownOutput();
            } else {
                pair.ours().close();
            }
        }
        try {
            parent.send(ByteBuffer.wrap(datagram), theirs);
        } catch (IOException e) {
            client.close();
            throw e;
        } finally {
            for (Fd fd : theirs) {
                fd.close();
            }
        }
        return client;
    }

    private Exchange next() throws InterruptedException {
        Exchange exchange = received.poll(20, TimeUnit.SECONDS);
        assertTrue(exchange != null, "no exchange arrived");
        return exchange;
    }

    /** The loop is alive: a good request is answered. */
    private void assertAlive() throws Exception {
        try (StreamConnection client = send(GOOD, 1)) {
            Exchange exchange = next();
            assertEquals("/a", exchange.request().url());
            exchange.respond(Response.text(200, "ok"));
            assertTrue(readAll(client).endsWith("\r\n\r\nok"));
        }
    }

    @Test
    void everyDatagramBecomesAnExchange() throws Exception {
        receive(received::add);
        assertAlive();
        assertAlive();
    }

    @Test
    void aDatagramWithoutADescriptorIsDropped() throws Exception {
        receive(received::add);
        send(GOOD, 0);
        assertAlive();
    }

    @Test
    void theFirstOfSeveralDescriptorsIsToldAndAllAreClosed() throws Exception {
        receive(received::add);
        try (StreamConnection client = send(GOOD, 3)) {
            String answer = readAll(client);
            assertTrue(answer.startsWith("HTTP/1.1 400 Bad Request\r\n"), answer);
            assertTrue(answer.contains("3 descriptors where one is expected"), answer);
        }
        assertAlive();
    }

    @Test
    void moreDescriptorsThanAnybodyMaySendAreClosed() throws Exception {
        receive(received::add);
        try (StreamConnection client = send(GOOD, 17)) {
            assertEquals("", readAll(client));
        }
        assertAlive();
    }

    @Test
    void malformedDatagramsAreAnsweredWithTheirOffset() throws Exception {
        receive(received::add);
        for (int length = 1; length < GOOD.length; length++) {
            byte[] cut = Arrays.copyOf(GOOD, length);
            try (StreamConnection client = send(cut, 1)) {
                String answer = readAll(client);
                assertTrue(answer.startsWith("HTTP/1.1 400 Bad Request\r\n"), answer);
                assertTrue(answer.contains("malformed datagram at byte " + length + ": "), answer);
            }
        }
        assertAlive();
    }

    @Test
    void anEmptyDatagramWithADescriptorIsNotTheEnd() throws Exception {
        receive(received::add);
        try (StreamConnection client = send(new byte[0], 1)) {
            assertEquals("", readAll(client));
        }
        assertAlive();
    }

    @Test
    void theLargestDatagramsArrive() throws Exception {
        receive(received::add);
        for (int size : new int[] {Datagram.C_LIMIT, Datagram.C_LIMIT + 1, Datagram.LIMIT}) {
            String url = "/" + "x".repeat(size - 25);
            Request request = Request.of("GET", url, "HTTP/1.1", "rest", Headers.of("A", "1"));
            ByteBuffer data = Datagram.encode(request, Datagram.LIMIT);
            assertEquals(size, data.remaining());
            byte[] bytes = new byte[size];
            data.get(bytes);
            try (StreamConnection client = send(bytes, 1)) {
                Exchange exchange = next();
                assertEquals(url, exchange.request().url());
                exchange.close();
                assertTrue(readAll(client).startsWith("HTTP/1.1 502 "));
            }
        }
        byte[] larger = new byte[Datagram.LIMIT + 1];
        assertThrows(IOException.class, () -> send(larger, 1).close());
    }

    @Test
    void aSinkThatThrowsIsAnsweredFor() throws Exception {
        receive(exchange -> {
            throw new IllegalStateException("thrown by a sink on purpose");
        });
        try (StreamConnection client = send(GOOD, 1)) {
            assertTrue(readAll(client).startsWith("HTTP/1.1 500 "));
        }
        try (StreamConnection client = send(GOOD, 1)) {
            assertTrue(readAll(client).startsWith("HTTP/1.1 500 "));
        }
    }

    @Test
    void whatWasQueuedBeforeTheEndIsStillReceived() throws Exception {
        StreamConnection first = send(GOOD, 1);
        StreamConnection second = send(GOOD, 1);
        parent.close();
        receive(received::add);
        for (StreamConnection client : new StreamConnection[] {first, second}) {
            next().respond(Response.text(200, "ok"));
            assertTrue(readAll(client).endsWith("ok"));
            client.close();
        }
    }

    @Test
    void closingTheConnectionEndsTheLoop() throws Exception {
        receive(received::add);
        assertAlive();
        child.close();
        loop.get(20, TimeUnit.SECONDS);
    }

    private static String text(Packet packet) {
        byte[] bytes = new byte[packet.data().remaining()];
        packet.data().get(bytes);
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    private static Outcome[] outcomeOf(Exchange exchange) {
        Outcome[] outcome = new Outcome[1];
        exchange.onEnd(o -> outcome[0] = o);
        return outcome;
    }

    /** An exchange of this process and its client's end. */
    private ManagedExchange own(Request request, StreamConnection[] client) throws IOException {
        FdPair pair = streams.pair();
        client[0] = streams.adopt(pair.ours());
        return SocketExchange.of(streams, pair.theirs(), request, "test");
    }

    @Test
    void anExchangeMovesWithItsSocketToAnotherProcess() throws Exception {
        StreamConnection[] client = new StreamConnection[1];
        ManagedExchange exchange = own(Datagram.decode(ByteBuffer.wrap(GOOD)), client);
        Outcome[] outcome = outcomeOf(exchange);
        client[0].output().write(bytes("body"));
        client[0].shutdownOutput();
        Requests.send(parent, streams, exchange, Datagram.C_LIMIT);
        assertEquals(Outcome.End.MOVED, outcome[0].end());
        try (Packet packet = new Packet(1)) {
            assertEquals(GOOD.length, child.receive(packet));
            assertEquals(new String(GOOD, StandardCharsets.ISO_8859_1), text(packet));
            try (StreamConnection socket = streams.adopt(packet.fds().remove(0))) {
                assertEquals("body", readAll(socket));
                socket.output().write(bytes("answer"));
            }
        }
        assertEquals("answer", readAll(client[0]));
        client[0].close();
    }

    @Test
    void aReceiverThatIsGoneIs502() throws Exception {
        child.close();
        StreamConnection[] client = new StreamConnection[1];
        ManagedExchange exchange = own(request("GET"), client);
        assertThrows(IOException.class, () -> Requests.send(parent, streams, exchange, Datagram.C_LIMIT));
        assertTrue(readAll(client[0]).startsWith("HTTP/1.1 502 "));
        client[0].close();
    }

    @Test
    void whatIsTooLongForTheReceiverIsNotSent() throws Exception {
        String[][] cases = {{"414", "x".repeat(40_000), "1"}, {"431", "x", "1".repeat(70_000)}};
        for (String[] each : cases) {
            StreamConnection[] client = new StreamConnection[1];
            ManagedExchange exchange = own(Request.of("GET", "/" + each[1], "HTTP/1.1", each[1], Headers.of("A", each[2])),
                    client);
            assertThrows(IOException.class, () -> Requests.send(parent, streams, exchange, Datagram.C_LIMIT));
            assertTrue(readAll(client[0]).startsWith("HTTP/1.1 " + each[0] + " "));
            client[0].close();
        }
        receive(received::add);
        assertAlive();
    }

    @Test
    void anExchangeWhoseSocketCanNotBeTakenIsAnsweredHere() throws Exception {
        StreamConnection[] client = new StreamConnection[1];
        ManagedExchange exchange = own(request("GET"), client);
        exchange.abort();
        assertThrows(IOException.class, () -> Requests.send(parent, streams, exchange, Datagram.C_LIMIT));
        assertTrue(exchange.ended());
        assertFalse(received.iterator().hasNext());
        client[0].close();
    }
}
