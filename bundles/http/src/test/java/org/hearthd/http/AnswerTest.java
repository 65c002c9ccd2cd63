package org.hearthd.http;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.io.OutputStream;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.hearthd.Exchange;
import org.hearthd.Headers;
import org.hearthd.Request;
import org.hearthd.Response;
import org.hearthd.transport.Await;
import org.junit.jupiter.api.Test;

/** What handlers get and what clients get back. */
class AnswerTest extends FrontContract {
    @Test
    void keepAliveServesOneRequestAfterTheOther() throws Exception {
        for (int i = 0; i < 3; i++) {
            Client.Answer answer = client.get("/").answer();
            assertEquals("hello\n", answer.text());
            assertEquals("6", answer.header("Content-Length"));
            assertEquals("Hearth", answer.header("Server"));
            assertNotNull(answer.header("Date"));
            assertNull(answer.header("Connection"));
        }
    }

    @Test
    void pipelinedRequestsAreAnsweredInOrderOneAtATime() throws Exception {
        BlockingQueue<Exchange> waiting = new ArrayBlockingQueue<>(10);
        front.handle(waiting::add);
        client.get("/1").get("/2").get("/3");
        for (int i = 1; i <= 3; i++) {
            Exchange exchange = waiting.poll(60, TimeUnit.SECONDS);
            assertEquals("/" + i, exchange.request().url());
            assertTrue(waiting.isEmpty());
            exchange.respond(Response.text(200, exchange.request().url()));
            assertEquals("/" + i, client.answer().text());
        }
    }

    @Test
    void pipelinedRequestsOfAClientThatHalfClosesAreAllAnswered() throws Exception {
        front.handleBlocking(exchange -> exchange.respond(Response.text(200, exchange.request().url())));
        client.get("/1").get("/2").get("/3").socket.shutdownOutput();
        for (int i = 1; i <= 3; i++) {
            assertEquals("/" + i, client.answer().text());
        }
        assertTrue(client.atEnd());
    }

    @Test
    void aLargeAnswerReachesAHalfClosedClientCompletely() throws Exception {
        byte[] large = new byte[20_000_000];
        front.handleBlocking(exchange -> exchange.respond(Response.of(200, Headers.EMPTY, large)));
        client.get("/").socket.shutdownOutput();
        assertArrayEquals(large, client.answer().body());
    }

    @Test
    void theRequestArrivesWithItsXAshHeadersInOrder() throws Exception {
        CompletableFuture<Request> seen = new CompletableFuture<>();
        front.handle(exchange -> {
            seen.complete(exchange.request());
            exchange.respond(Response.empty(204));
        });
        client.send("GET /a/b?q HTTP/1.1\r\nHost: h\r\nX-Ash-Address: 6.6.6.6\r\nx_ash-file: /etc\r\nB: c\r\n\r\n").answer();
        Request request = seen.get();
        Headers headers = request.headers();
        assertEquals("a/b", request.rest());
        String port = Integer.toString(client.socket.getLocalPort());
        assertEquals(Headers.of("Host", "h", "B", "c", "X-Ash-Connection-ID", headers.get("X-Ash-Connection-ID"), "X-Ash-Address",
                "127.0.0.1", "X-Ash-Port", port, "X-Ash-Server-Address", "127.0.0.1", "X-Ash-Server-Port", "" + front.port(),
                "X-Ash-Protocol", "http"), headers);
        assertTrue(headers.get("X-Ash-Connection-ID").matches("[A-Z]+"));
        assertEquals("x", request.withRest("x").rest());
    }

    @Test
    void headHasTheLengthButNoBodyAnd204And304HaveNeither() throws Exception {
        front.handle(exchange -> exchange
                .respond(Response.text(Integer.parseInt(exchange.request().url().substring(1)), "body")));
        Client.Answer head = client.send("HEAD /200 HTTP/1.1\r\nHost: h\r\n\r\n").answer(true);
        assertEquals("4", head.header("Content-Length"));
        Client.Answer none = client.get("/204").answer();
        assertNull(none.header("Content-Length"));
        assertNull(none.header("Transfer-Encoding"));
        assertEquals(304, client.get("/304").answer().status());
        assertEquals("body", client.get("/200").answer().text());
    }

    @Test
    void streamedAnswersWithoutLengthAreChunkedFor11AndEndWithTheConnectionFor10() throws Exception {
        front.handleBlocking(exchange -> {
            try (OutputStream out = exchange.respond(200, Headers.EMPTY)) {
                out.write("one".getBytes());
                out.flush();
                out.write("two".getBytes());
            }
        });
        Client.Answer chunked = client.get("/").answer();
        assertEquals("chunked", chunked.header("Transfer-Encoding"));
        assertEquals("onetwo", chunked.text());
        assertNull(client.send("HEAD / HTTP/1.1\r\nHost: h\r\n\r\n").answer(true).header("Content-Length"));
        Client.Answer old = client.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").answer();
        assertEquals("onetwo", old.text());
        assertEquals("close", old.header("Connection"));
        assertNull(old.header("Transfer-Encoding"));
    }

    @Test
    void aShortStreamedAnswerGetsItsLength() throws Exception {
        front.handleBlocking(exchange -> {
            try (OutputStream out = exchange.respond(201, Headers.EMPTY)) {
                out.write("short".getBytes());
            }
        });
        assertEquals("5", client.get("/").answer().header("Content-Length"));
    }

    @Test
    void http10IsKeptAliveOnlyIfAsked() throws Exception {
        assertEquals("keep-alive", client.send("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n").answer().header("Connection"));
        assertEquals("close", client.send("GET / HTTP/1.0\r\n\r\n").answer().header("Connection"));
        assertTrue(client.atEnd());
    }

    @Test
    void theConnectionClosesWhenEitherSideSaysSo() throws Exception {
        assertEquals("close",
                client.send("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n").answer().header("Connection"));
        assertTrue(client.atEnd());
        front.handle(exchange -> exchange.respond(Response.text(200, "x").with("Connection", "close")));
        try (Client other = front.connect()) {
            assertEquals("close", other.get("/").answer().header("Connection"));
            assertTrue(other.atEnd());
        }
    }

    @Test
    void framingHeadersOfAHandlerAreReplacedAndXAshOnesRemoved() throws Exception {
        front.handle(exchange -> exchange.respond(Response.of(200,
                Headers.of("Content-Length", "99", "Transfer-Encoding", "chunked", "X-Ash-File", "f", "x_ash_y", "z", "Server",
                        "mine", "Date", "today", "Transfer-Encoding ", "chunked", "Keep", "this"),
                "body".getBytes())));
        Client.Answer answer = client.get("/").answer();
        assertEquals("body", answer.text());
        assertEquals(List.of("HTTP/1.1 200 OK", "Server: mine", "Date: today", "Keep: this", "Content-Length: 4"),
                answer.lines());
    }

    @Test
    void anAbortedStreamNeverLooksComplete() throws Exception {
        front.handleBlocking(exchange -> {
            OutputStream out = exchange.respond(200, Headers.EMPTY);
            out.write("part".getBytes());
            out.flush();
            exchange.abort();
        });
        assertThrows(IOException.class, () -> client.get("/").answer());
        try (Client old = front.connect()) {
            assertThrows(IOException.class, () -> old.send("GET / HTTP/1.0\r\n\r\n").answer());
        }
    }

    @Test
    void anUnansweredRequestGets502WithItsId() throws Exception {
        CompletableFuture<String> id = new CompletableFuture<>();
        front.handle(exchange -> {
            id.complete(exchange.id());
            exchange.close();
        });
        Client.Answer answer = client.get("/").answer();
        assertEquals(502, answer.status());
        assertTrue(answer.text().contains(id.get()));
    }

    @Test
    void blockingMethodsOnTheEventLoopSayWhatIsWrong() throws Exception {
        CompletableFuture<String> message = new CompletableFuture<>();
        front.handle(exchange -> {
            message.complete(assertThrows(IllegalStateException.class, exchange::body).getMessage());
            exchange.respond(Response.empty(200));
        });
        assertEquals(200, client.get("/").answer().status());
        assertTrue(message.get().contains("body() blocks and was called on an event loop"), message.get());
    }

    @Test
    void aHandlerLearnsThatItsClientHasReset() throws Exception {
        CountDownLatch gone = new CountDownLatch(1);
        CountDownLatch begun = new CountDownLatch(1);
        front.handle(exchange -> {
            exchange.onGone(() -> {
                exchange.close();
                gone.countDown();
            });
            begun.countDown();
        });
        client.get("/");
        assertTrue(begun.await(60, TimeUnit.SECONDS));
        client.socket.setSoLinger(true, 0);
        client.close();
        assertTrue(gone.await(60, TimeUnit.SECONDS));
    }

    @Test
    void aStreamingHandlerLearnsThatItsClientHasClosed() throws Exception {
        CompletableFuture<Boolean> failed = new CompletableFuture<>();
        CountDownLatch gone = new CountDownLatch(1);
        front.handleBlocking(exchange -> {
            exchange.onGone(gone::countDown);
            try (OutputStream out = exchange.respond(200, Headers.EMPTY)) {
                for (int i = 0; i < 1_000_000; i++) {
                    out.write(new byte[1000]);
                    out.flush();
                }
            } catch (IOException e) {
                failed.complete(true);
                throw e;
            }
        });
        client.get("/");
        client.in.read();
        client.close();
        assertTrue(failed.get(60, TimeUnit.SECONDS));
        assertTrue(gone.await(60, TimeUnit.SECONDS));
    }

    @Test
    void anAnswerWaitsForAClientThatReadsSlowlyInsteadOfFillingMemory() throws Exception {
        AtomicLong written = new AtomicLong();
        front.handleBlocking(exchange -> {
            try (OutputStream out = exchange.respond(200, Headers.EMPTY)) {
                byte[] block = new byte[64 * 1024];
                for (int i = 0; i < 1024; i++) {
                    out.write(block);
                    written.addAndGet(block.length);
                }
            }
        });
        client.get("/");
        long last = Await.steady(written::get);
        assertTrue(last < 32L * 1024 * 1024, "written ahead of the reader: " + last);
        assertEquals(64L * 1024 * 1024, client.answer().body().length);
    }

    @Test
    void anEmptyLineBeforeARequestIsForgiven() throws Exception {
        client.send("\r\n\r");
        client.send("\n").get("/");
        assertEquals(200, client.answer().status());
    }

    @Test
    void aRequestThatArrivesByteByByteIsUnderstood() throws Exception {
        for (char c : "GET /x HTTP/1.1\r\nHost: h\r\nA: b\r\n\r\n".toCharArray()) {
            client.send("" + c);
        }
        assertEquals(200, client.answer().status());
    }
}
