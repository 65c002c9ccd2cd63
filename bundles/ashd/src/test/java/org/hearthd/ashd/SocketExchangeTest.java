package org.hearthd.ashd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.hearthd.Fd;
import org.hearthd.Headers;
import org.hearthd.Outcome;
import org.hearthd.Request;
import org.hearthd.Response;
import org.hearthd.spi.ManagedExchange;
import org.hearthd.transport.FdPair;
import org.hearthd.transport.StreamConnection;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class SocketExchangeTest extends Sockets {
    private StreamConnection parent;
    private Fd socket;
    private Outcome outcome;

    private ManagedExchange exchange(String method, String... headers) throws IOException {
        return exchange(request(method, headers));
    }

    private ManagedExchange exchange(Request request) throws IOException {
        FdPair pair = streams.pair();
        parent = streams.adopt(pair.ours());
        socket = pair.theirs();
        ManagedExchange exchange = SocketExchange.of(streams, socket, request, "test");
        exchange.onEnd(o -> outcome = o);
        return exchange;
    }

    private void sendBody(String body) throws IOException {
        parent.output().write(bytes(body));
        parent.shutdownOutput();
    }

    @AfterEach
    void closeParent() {
        if (parent != null) {
            parent.close();
        }
    }

    @Test
    void aWholeAnswerIsHeadLengthAndBodyAndThenTheEnd() throws IOException {
        exchange("GET").respond(Response.text(201, "hello"));
        assertEquals("HTTP/1.1 201 Created\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 5\r\n\r\nhello",
                readAll(parent));
        assertEquals(new Outcome(Outcome.End.ANSWERED, 201), outcome);
    }

    @Test
    void aLengthOfTheHandlersOwnIsReplacedByTheTrueOne() throws IOException {
        exchange("GET").respond(Response.of(200, Headers.of("content-length", "99", "A", "1"), bytes("xy")));
        assertEquals("HTTP/1.1 200 OK\r\nA: 1\r\nContent-Length: 2\r\n\r\nxy", readAll(parent));
    }

    @Test
    void aLargeAnswerArrivesWhole() throws Exception {
        byte[] body = new byte[1_000_003];
        for (int i = 0; i < body.length; i++) {
            body[i] = (byte) (i * 31);
        }
        ManagedExchange exchange = exchange("GET");
        CompletableFuture<byte[]> received = CompletableFuture.supplyAsync(() -> {
            try {
                return parent.input().readAllBytes();
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
        exchange.respond(Response.of(200, Headers.EMPTY, body));
        byte[] all = received.get(30, TimeUnit.SECONDS);
        ByteBuffer tail = ByteBuffer.wrap(all, all.length - body.length, body.length);
        assertEquals(ByteBuffer.wrap(body), tail);
        assertEquals("HTTP/1.1 200 OK\r\nContent-Length: 1000003\r\n\r\n".length(), all.length - body.length);
    }

    @Test
    void anAnswerToHeadHasTheLengthButNoBody() throws IOException {
        exchange("HEAD").respond(Response.of(200, Headers.EMPTY, bytes("xy")));
        assertEquals("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n", readAll(parent));
        closeParent();
        exchange("HEAD").respond(Response.of(200, Headers.of("Content-Length", "7"), bytes("")));
        assertEquals("HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n", readAll(parent));
        closeParent();
        OutputStream out = exchange("HEAD").respond(200, Headers.of("Content-Length", "2"));
        out.write(bytes("xy"));
        out.close();
        assertEquals("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n", readAll(parent));
    }

    @Test
    void answersThatNeverHaveABodyAreKeptFromBeingChunked() throws IOException {
        for (int status : new int[] {204, 304}) {
            exchange("GET").respond(Response.of(status, Headers.of("A", "1"), bytes("xy")));
            assertTrue(readAll(parent).endsWith("\r\nA: 1\r\nContent-Length: 0\r\n\r\n"));
            closeParent();
            exchange("GET").respond(status, Headers.EMPTY, out -> out.write(1));
            assertTrue(readAll(parent).endsWith("\r\nContent-Length: 0\r\n\r\n"));
            closeParent();
        }
    }

    @Test
    void aStreamedAnswerArrivesAsItIsWritten() throws IOException {
        ManagedExchange exchange = exchange("GET");
        OutputStream out = exchange.respond(200, Headers.of("A", "1"));
        String head = "HTTP/1.1 200 OK\r\nA: 1\r\n\r\n";
        assertArrayEquals(bytes(head), parent.input().readNBytes(head.length()));
        out.write('x');
        assertEquals('x', parent.input().read());
        out.write(bytes("yz"));
        assertFalse(exchange.ended());
        out.close();
        assertEquals("yz", readAll(parent));
        assertEquals(new Outcome(Outcome.End.ANSWERED, 200), outcome);
    }

    @Test
    void theBodyIsReadUpToItsEndAndFromOneStream() throws IOException {
        ManagedExchange exchange = exchange("POST", "Content-Length", "5");
        sendBody("12345");
        InputStream body = exchange.body();
        assertEquals('1', body.read());
        assertArrayEquals(bytes("2345"), exchange.body().readAllBytes());
        assertEquals(-1, body.read());
        exchange.respond(Response.empty(200));
        assertTrue(readAll(parent).startsWith("HTTP/1.1 200 OK\r\n"));
    }

    @Test
    void aBodyOfUnknownLengthEndsWithTheSocket() throws IOException {
        ManagedExchange exchange = exchange("POST", "Transfer-Encoding", "chunked", "Content-Length", "99");
        sendBody("123");
        assertArrayEquals(bytes("123"), exchange.body().readAllBytes());
        exchange.abort();
    }

    @Test
    void aBodyThatWasCutShortIsNotMistakenForAWholeOne() throws IOException {
        ManagedExchange exchange = exchange("POST", "Content-Length", "5");
        sendBody("123");
        InputStream body = exchange.body();
        assertArrayEquals(bytes("123"), body.readNBytes(3));
        String message = assertThrows(IOException.class, body::read).getMessage();
        assertTrue(message.endsWith("its body was cut short after 3 of 5 bytes"), message);
        assertThrows(IOException.class, body::read);
        exchange.fail(400, "Cut short.");
        assertTrue(readAll(parent).startsWith("HTTP/1.1 400 Bad Request\r\n"));
    }

    @Test
    void aClosedBodyCanNotBeRead() throws IOException {
        ManagedExchange exchange = exchange("POST", "Content-Length", "5");
        exchange.body().close();
        assertThrows(IOException.class, () -> exchange.body().read());
        exchange.abort();
    }

    @Test
    void aStreamedAnswerToAnUnreadBodyEndsCleanly() throws IOException {
        ManagedExchange exchange = exchange("POST", "Content-Length", "50000");
        sendBody("x".repeat(50_000));
        exchange.respond(200, Headers.EMPTY, out -> out.write('y'));
        assertEquals("HTTP/1.1 200 OK\r\n\r\ny", readAll(parent));
    }

    @Test
    void takingTheUnusedSocketMovesTheVeryDescriptor() throws IOException {
        ManagedExchange exchange = exchange("POST", "Content-Length", "3");
        int number = socket.number();
        int open = openDescriptors();
        sendBody("123");
        try (Fd taken = exchange.takeSocket()) {
            assertEquals(number, taken.number());
            assertEquals(open, openDescriptors());
            assertFalse(socket.isOpen());
            try (StreamConnection taker = streams.adopt(taken)) {
                assertEquals("123", readAll(taker));
                taker.output().write('x');
            }
        }
        assertEquals("x", readAll(parent));
        assertEquals(new Outcome(Outcome.End.MOVED, 0), outcome);
    }

    @Test
    void theRestOfABodyStaysInATakenSocket() throws IOException {
        ManagedExchange exchange = exchange("POST", "Content-Length", "3");
        sendBody("123");
        assertEquals('1', exchange.body().read());
        try (StreamConnection taker = streams.adopt(exchange.takeSocket())) {
            assertEquals("23", readAll(taker));
        }
    }

    @Test
    void nothingCanBeReadOrTakenAfterAnAbort() throws IOException {
        ManagedExchange exchange = exchange("POST");
        exchange.abort();
        assertThrows(IOException.class, () -> exchange.body().read());
        assertThrows(IOException.class, exchange::takeSocket);
        assertEquals("", readAll(parent));
    }

    @Test
    void anAbortedAnswerShowsByItsLength() throws IOException {
        ManagedExchange exchange = exchange("GET");
        exchange.respond(200, Headers.of("Content-Length", "5")).write(bytes("12"));
        exchange.abort();
        assertEquals("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n12", readAll(parent));
        assertEquals(new Outcome(Outcome.End.ABORTED, 200), outcome);
    }

    @Test
    void anAbortWakesAReaderOfTheBody() throws Exception {
        ManagedExchange exchange = exchange("POST");
        InputStream body = exchange.body();
        CompletableFuture<Integer> read = new CompletableFuture<>();
        Thread reader = new Thread(() -> {
            try {
                read.complete(body.read());
            } catch (IOException e) {
                read.complete(-1);
            }
        });
        reader.start();
        await("the reader in its call", () -> reader.getState() == Thread.State.RUNNABLE && reader.getStackTrace().length > 0
                && reader.getStackTrace()[0].isNativeMethod());
        exchange.abort();
        assertEquals(-1, read.get(20, TimeUnit.SECONDS));
        reader.join();
    }

    @Test
    void aParentThatIsGoneIsNoticedWhenSomethingIsWritten() throws IOException {
        ManagedExchange exchange = exchange("GET");
        AtomicInteger gone = new AtomicInteger();
        exchange.onGone(gone::incrementAndGet);
        parent.close();
        assertEquals(0, gone.get());
        assertThrows(IOException.class, () -> exchange.respond(Response.text(200, "x")));
        assertEquals(1, gone.get());
        assertEquals(new Outcome(Outcome.End.ABORTED, 200), outcome);
    }

    @Test
    void closingItUnansweredIs502() throws IOException {
        exchange("GET").close();
        assertTrue(readAll(parent).startsWith("HTTP/1.1 502 Bad Gateway\r\n"));
    }

    @Test
    void thereIsNoOtherView() throws IOException {
        ManagedExchange exchange = exchange("GET");
        assertTrue(exchange.adapt(StreamConnection.class).isEmpty());
        exchange.abort();
    }
}
