package org.hearthd.ashd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import org.hearthd.Exchange;
import org.hearthd.Fd;
import org.hearthd.Headers;
import org.hearthd.Outcome;
import org.hearthd.Request;
import org.hearthd.Response;
import org.hearthd.transport.FdPair;
import org.hearthd.transport.PacketConnection;
import org.hearthd.transport.StreamConnection;
import org.junit.jupiter.api.Test;

/** Requests that come as datagrams, from their arrival to their answer. */
final class RequestsTest extends RequestsHouse {
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
}
