package org.hearthd.ashd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
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
import org.hearthd.transport.Contract;
import org.hearthd.transport.Descriptors;
import org.hearthd.transport.FdPair;
import org.hearthd.transport.PacketConnection;
import org.hearthd.transport.PacketTransport;
import org.hearthd.transport.StreamConnection;
import org.hearthd.transport.StreamTransport;
import org.hearthd.transport.junixsocket.JunixDescriptors;
import org.hearthd.transport.junixsocket.JunixPackets;
import org.hearthd.transport.junixsocket.JunixStreams;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Real sockets: a parent that sends datagrams, a receiver, and as many descriptors afterwards as before. */
final class RequestsTest extends Contract {
    private static final String GET = "GET~/f?q~HTTP/1.1~f~Host~h~~";

    private final BlockingQueue<Exchange> exchanges = new LinkedBlockingQueue<>();
    private PacketConnection parent;
    private PacketConnection child;
    private CompletableFuture<Void> receiving;
    private Consumer<Exchange> to = exchanges::add;

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

    @BeforeEach
    void connect() throws Exception {
        FdPair pair = packets.pair();
        parent = packets.adopt(pair.ours());
        child = packets.adopt(pair.theirs());
        receiving = concurrently(() -> {
            Requests.receive(child, () -> streams, "test", exchange -> to.accept(exchange));
            return null;
        });
    }

    @AfterEach
    void endsAtTheEndOfTheParent() throws Exception {
        parent.close();
        get(receiving);
        child.close();
    }

    @Test
    void answersARequestWithItsBodyByteForByte() throws Exception {
        try (StreamConnection client = request("POST~/f~HTTP/1.1~f~Host~h~~")) {
            client.send(bytes("hello"));
            client.shutdownOutput();
            Exchange exchange = next();
            assertEquals("f", exchange.request().rest());
            byte[] body = exchange.body().readAllBytes();
            exchange.respond(Response.of(201, Headers.of("X", "\u00e4"), body));
            assertEquals("HTTP/1.1 201 Created\r\nX: \u00e4\r\nContent-Length: 5\r\n\r\nhello", rest(client));
        }
    }

    @Test
    void streamsAnAnswerAsItIsFlushed() throws Exception {
        try (StreamConnection client = request(GET)) {
            OutputStream out = next().respond(200, Headers.of("A", "b"));
            out.write('1');
            out.flush();
            String first = "HTTP/1.1 200 OK\r\nA: b\r\n\r\n1";
            assertEquals(first, new String(client.input().readNBytes(first.length()), StandardCharsets.ISO_8859_1));
            out.write(new byte[] {'2', '3'});
            out.close();
            assertEquals("23", rest(client));
        }
    }

    @Test
    void writesNoBodyWhereThereMustBeNone() throws Exception {
        try (StreamConnection client = request("HEAD~/~HTTP/1.1~~~")) {
            next().respond(Response.text(200, "four"));
            String head = rest(client);
            assertTrue(head.contains("Content-Length: 4\r\n") && head.endsWith("\r\n\r\n"), head);
        }
        try (StreamConnection client = request("HEAD~/~HTTP/1.1~~~")) {
            next().respond(200, Headers.of("Content-Length", "9")).close();
            assertEquals("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", rest(client));
        }
        for (int status : new int[] {204, 304}) {
            try (StreamConnection client = request(GET)) {
                next().respond(status, Headers.EMPTY, out -> out.write(bytes("body").array()));
                assertTrue(rest(client).endsWith("\r\nContent-Length: 0\r\n\r\n"));
            }
        }
    }

    @Test
    void aBodyShorterThanAnnouncedIsAnError() throws Exception {
        try (StreamConnection client = request("PUT~/~HTTP/1.1~~Content-Length~9~~")) {
            client.send(bytes("short"));
            client.shutdownOutput();
            Exchange exchange = next();
            String message = assertThrows(IOException.class, () -> exchange.body().readAllBytes()).getMessage();
            assertTrue(message.contains("after 5 bytes of its Content-Length of 9"), message);
            exchange.abort();
            assertEquals("", rest(client));
        }
    }

    @Test
    void aStreamedAnswerEndsCleanlyBehindABodyThatNobodyRead() throws Exception {
        try (StreamConnection client = request("PUT~/~HTTP/1.1~~Content-Length~50000~~")) {
            client.send(bytes("x".repeat(50_000)));
            client.shutdownOutput();
            next().respond(200, Headers.EMPTY, out -> out.write('y'));
            assertEquals("HTTP/1.1 200 OK\r\n\r\ny", rest(client));
        }
    }

    @Test
    void aWriterThatFailsEndsTheAnswerShortOfItsLength() throws Exception {
        try (StreamConnection client = request(GET)) {
            Exchange exchange = next();
            assertThrows(IOException.class, () -> exchange.respond(200, Headers.of("Content-Length", "9"), out -> {
                out.write('x');
                out.flush();
                throw new IOException("broken");
            }));
            assertTrue(rest(client).endsWith("\r\n\r\nx"));
        }
    }

    @Test
    void tellsThatThePeerHasGoneWhenItWrites() throws Exception {
        StreamConnection client = request(GET);
        Exchange exchange = next();
        client.close();
        CompletableFuture<Void> gone = new CompletableFuture<>();
        CompletableFuture<Outcome> end = new CompletableFuture<>();
        exchange.onGone(() -> gone.complete(null));
        exchange.onEnd(end::complete);
        assertThrows(IOException.class, () -> exchange.respond(Response.text(200, "x")));
        get(gone);
        assertEquals(Outcome.End.ABORTED, get(end).end());
    }

    @Test
    void theSocketCanBeTakenBeforeAndAfterItsBodyWasBegun() throws Exception {
        try (StreamConnection client = request("PUT~/~HTTP/1.1~~~")) {
            client.send(bytes("ab"));
            client.shutdownOutput();
            Exchange exchange = next();
            assertEquals('a', exchange.body().read());
            try (StreamConnection taken = streams.adopt(exchange.takeSocket())) {
                assertEquals('b', taken.input().read());
                taken.send(bytes("mine"));
            }
            assertEquals("mine", rest(client));
            assertThrows(IllegalStateException.class, () -> exchange.respond(Response.empty(200)));
        }
        try (StreamConnection client = request(GET); Fd taken = next().takeSocket()) {
            assertTrue(taken.isOpen());
            taken.close();
            assertEquals("", rest(client));
        }
    }

    @Test
    void abortClosesTheSocketWhoeverIsReading() throws Exception {
        try (StreamConnection client = request(GET)) {
            Exchange exchange = next();
            CompletableFuture<Integer> read = concurrently(() -> exchange.body().read());
            awaitBlockedIn("read");
            exchange.abort();
            assertEquals("", rest(client));
            assertEquals(-1, get(read));
        }
    }

    @Test
    void answers400WhereTheDatagramIsMalformedAndGoesOn() throws Exception {
        for (String malformed : new String[] {"G", "GET~/~HTTP/1.1~", "GET~/~HTTP/1.1~~N~~", "GET~/~HTTP/1.1~~N"}) {
            try (StreamConnection client = request(malformed)) {
                assertTrue(rest(client).startsWith("HTTP/1.1 400 Bad Request\r\n"));
            }
        }
        assertGoesOn();
    }

    @Test
    void dropsADatagramWithoutAResponseSocketAndGoesOn() throws Exception {
        parent.send(wire(GET));
        assertGoesOn();
    }

    @Test
    void answers400OnTheFirstOfSeveralDescriptorsAndClosesAll() throws Exception {
        FdPair first = streams.pair();
        FdPair second = streams.pair();
        parent.send(wire(GET), first.theirs(), second.theirs());
        first.theirs().close();
        second.theirs().close();
        try (StreamConnection a = streams.adopt(first.ours()); StreamConnection b = streams.adopt(second.ours())) {
            assertTrue(rest(a).startsWith("HTTP/1.1 400 "));
            assertEquals("", rest(b));
        }
        assertGoesOn();
    }

    @Test
    void closesWhatCameWithAMessageOfNoBytesAndGoesOn() throws Exception {
        try (StreamConnection client = request("")) {
            assertEquals("", rest(client));
        }
        assertGoesOn();
    }

    @Test
    void aDispatcherThatThrowsCostsOneRequest() throws Exception {
        to = exchange -> {
            throw new IllegalArgumentException("on purpose");
        };
        try (StreamConnection client = request(GET)) {
            assertTrue(rest(client).startsWith("HTTP/1.1 500 "));
        }
        to = exchanges::add;
        assertGoesOn();
    }

    @Test
    void aDescriptorThatIsNoSocketCostsOneRequest() throws Exception {
        try (Fd file = file("no-socket")) {
            parent.send(wire(GET), file);
        }
        Exchange exchange = next();
        assertThrows(IOException.class, () -> exchange.respond(Response.empty(200)));
        assertTrue(exchange.ended());
        assertGoesOn();
    }

    @Test
    void receivesDatagramsUpToTheKernelsLimit() throws Exception {
        for (int size : new int[] {Datagram.C_LIMIT, Datagram.KERNEL_LIMIT}) {
            try (StreamConnection client = request("GET~/" + "u".repeat(size - 17) + "~HTTP/1.1~~~")) {
                Exchange exchange = next();
                assertEquals(size - 16, exchange.request().url().length());
                assertEquals(size, Datagram.encode(exchange.request(), size).remaining());
                exchange.respond(Response.empty(204));
                assertEquals("HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n", rest(client));
            }
        }
    }

    @Test
    void withoutATransportTheSocketCanStillBeTakenButNotAnswered() throws Exception {
        FdPair pair = streams.pair();
        Request request = Request.of("GET", "/", "HTTP/1.1", "", Headers.EMPTY);
        Exchange exchange = ResponseSocket.exchange("test", request, pair.theirs(), () -> null);
        assertThrows(IOException.class, () -> exchange.body().read());
        try (Fd taken = exchange.takeSocket()) {
            assertTrue(taken.isOpen());
        }
        pair.close();
    }

    @Test
    void sendsARequestOnToAnotherProcess() throws Exception {
        try (StreamConnection client = request(GET)) {
            Exchange received = next();
            Exchange changed = received.with(received.request().withRest("changed"));
            Requests.send(parent, changed, Datagram.C_LIMIT, streams);
            assertTrue(changed.ended());
            Exchange again = next();
            assertEquals("changed", again.request().rest());
            again.respond(Response.text(200, "from there"));
            assertTrue(rest(client).endsWith("\r\n\r\nfrom there"));
        }
    }

    @Test
    void anExchangeThatIsTooLongToSendIsStillTheCallers() throws Exception {
        try (StreamConnection client = request(GET)) {
            Exchange exchange = next();
            assertThrows(IOException.class, () -> Requests.send(parent, exchange, 27, streams));
            assertFalse(exchange.ended());
            exchange.fail(414, "Too long.");
            assertTrue(rest(client).startsWith("HTTP/1.1 414 "));
        }
    }

    @Test
    void answers502WhereTheReceiverHasGone() throws Exception {
        FdPair pair = packets.pair();
        PacketConnection dead = packets.adopt(pair.ours());
        pair.theirs().close();
        try (StreamConnection client = request(GET)) {
            Exchange exchange = next();
            assertThrows(IOException.class, () -> Requests.send(dead, exchange, Datagram.C_LIMIT, streams));
            assertTrue(exchange.ended());
            String answer = rest(client);
            assertTrue(answer.startsWith("HTTP/1.1 502 ") && answer.contains(exchange.id()), answer);
        }
        dead.close();
    }

    private void assertGoesOn() throws Exception {
        try (StreamConnection client = request(GET)) {
            next().respond(Response.empty(200));
            assertEquals("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", rest(client));
        }
    }

    private StreamConnection request(String datagram) throws IOException {
        FdPair pair = streams.pair();
        parent.send(wire(datagram), pair.theirs());
        pair.theirs().close();
        return streams.adopt(pair.ours());
    }

    private Exchange next() throws InterruptedException {
        Exchange exchange = exchanges.poll(60, TimeUnit.SECONDS);
        assertTrue(exchange != null, "no request came");
        return exchange;
    }

    private static String rest(StreamConnection client) throws IOException {
        return new String(client.input().readAllBytes(), StandardCharsets.ISO_8859_1);
    }

    private static ByteBuffer wire(String text) {
        return ByteBuffer.wrap(text.replace('~', '\0').getBytes(StandardCharsets.ISO_8859_1));
    }
}
