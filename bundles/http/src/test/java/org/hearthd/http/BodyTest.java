package org.hearthd.http;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.SocketTimeoutException;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.hearthd.Exchange;
import org.hearthd.Headers;
import org.hearthd.Outcome;
import org.hearthd.Response;
import org.hearthd.net.ByteExchange;
import org.hearthd.spi.ResponseHead;
import org.hearthd.transport.Await;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Request bodies. */
class BodyTest extends FrontContract {
    @BeforeEach
    void echo() {
        front.handleBlocking(
                exchange -> exchange.respond(Response.of(200, Headers.EMPTY, exchange.body().readAllBytes())));
    }

    private static String post(String more) {
        return "POST / HTTP/1.1\r\nHost: h\r\n" + more + "\r\n\r\n";
    }

    @Test
    void bodiesOfBothFramingsArriveAndTheConnectionGoesOn() throws Exception {
        assertEquals("abc", client.send(post("Content-Length: 3") + "abc").answer().text());
        assertEquals("abcdef",
                client.send(post("Transfer-Encoding: chunked") + "3\r\nabc\r\n003;x=\"y\"\r\ndef\r\n0\r\nT: u\r\n\r\n")
                        .answer().text());
        assertEquals("", client.get("/").answer().text());
        assertEquals("z", client.send(post("Content-Length: 1") + "z").answer().text());
    }

    @Test
    void aLargeBodyIsEchoedWhileItStillArrives() throws Exception {
        front.handleBlocking(exchange -> {
            try (OutputStream out = exchange.respond(200, Headers.EMPTY)) {
                exchange.body().transferTo(out);
            }
        });
        byte[] sent = new byte[8 * 1024 * 1024];
        new Random(1).nextBytes(sent);
        CompletableFuture<Void> sender = CompletableFuture.runAsync(() -> {
            try {
                client.send(post("Content-Length: " + sent.length)).send(sent);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        assertArrayEquals(sent, client.answer().body());
        sender.get();
        front.handleBlocking(exchange -> exchange.respond(Response.text(200, "next")));
        assertEquals("next", client.get("/").answer().text());
    }

    @Test
    void theByteViewEchoesWithoutBlocking() throws Exception {
        front.handle(exchange -> {
            ByteExchange bytes = exchange.adapt(ByteExchange.class).orElseThrow();
            bytes.body(new EchoBody(bytes));
            bytes.head(ResponseHead.of(200, Headers.EMPTY));
            bytes.read();
        });
        byte[] sent = new byte[1024 * 1024];
        new Random(2).nextBytes(sent);
        CompletableFuture<Client.Answer> answer = CompletableFuture.supplyAsync(() -> {
            try {
                return client.answer();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        client.send(post("Content-Length: " + sent.length)).send(sent);
        assertArrayEquals(sent, answer.get(60, TimeUnit.SECONDS).body());
        assertEquals(0, client.get("/").answer().body().length);
    }

    @Test
    void theByteViewPassesInterimResponsesOnToWhoKnowsThem() throws Exception {
        front.handle(exchange -> {
            ByteExchange bytes = exchange.adapt(ByteExchange.class).orElseThrow();
            bytes.interim(ResponseHead.of(103, Headers.of("Content-Length", "5", "Link", "</s.css>", "Transfer-Encoding",
                    "chunked", "Connection", "close", "X-Ash-File", "/etc/passwd")));
            bytes.head(ResponseHead.of(200, Headers.of("Content-Length", "0")));
            bytes.interim(ResponseHead.of(103, Headers.EMPTY));
            bytes.end();
        });
        Client.Answer interim = client.get("/").answer(true);
        assertEquals(103, interim.status());
        assertEquals(List.of("Link: </s.css>"), interim.lines().subList(1, interim.lines().size()));
        assertEquals(200, client.answer().status());
        assertEquals(200, client.send("GET / HTTP/1.0\r\nHost: h\r\n\r\n").answer().status());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void piecesOfTheByteViewLeaveInOrderWhateverTheirSizes(boolean announced) throws Exception {
        int[] sizes = {10, 0, 3000, 5200, 8192, 1, 20_000, 7, Outlet.GATHERED, 5};
        byte[] sent = new byte[IntStream.of(sizes).sum()];
        new Random(3).nextBytes(sent);
        List<ChannelFuture> told = new CopyOnWriteArrayList<>();
        front.handle(exchange -> {
            ByteExchange bytes = exchange.adapt(ByteExchange.class).orElseThrow();
            String length = Integer.toString(sent.length);
            bytes.head(ResponseHead.of(200, announced ? Headers.of("Content-Length", length) : Headers.EMPTY));
            int from = 0;
            for (int size : sizes) {
                told.add(bytes.write(Unpooled.copiedBuffer(sent, from, size)));
                from += size;
            }
            told.add(bytes.end());
        });
        assertArrayEquals(sent, client.get("/").answer().body());
        assertEquals(sizes.length + 1, told.size());
        for (ChannelFuture each : told) {
            assertTrue(each.await(60, TimeUnit.SECONDS));
            assertTrue(each.isSuccess());
        }
        assertArrayEquals(sent, client.get("/").answer().body());
    }

    @Test
    void aSmallPieceBehindItsHeadLeavesWithAFlushThoughTheAnswerGoesOn() throws Exception {
        CompletableFuture<ByteExchange> answering = new CompletableFuture<>();
        front.handle(exchange -> {
            ByteExchange bytes = exchange.adapt(ByteExchange.class).orElseThrow();
            bytes.head(ResponseHead.of(200, Headers.of("Content-Length", "4")));
            bytes.write(Unpooled.copiedBuffer(new byte[2]));
            bytes.flush();
            answering.complete(bytes);
        });
        client.get("/");
        ByteExchange bytes = answering.get(60, TimeUnit.SECONDS);
        assertEquals("HTTP/1.1 200 OK", client.line());
        bytes.loop().execute(() -> {
            bytes.write(Unpooled.copiedBuffer(new byte[2]));
            bytes.end();
        });
    }

    private record EchoBody(ByteExchange bytes) implements ByteExchange.Body {
        @Override
        public void data(ByteBuf piece) {
            bytes.write(piece).addListener(f -> bytes.read());
            bytes.flush();
        }

        @Override
        public void end() {
            bytes.end();
        }

        @Override
        public void failed(IOException cause) {
            bytes.abort();
        }
    }

    @Test
    void continueIsSentWhenTheHandlerAsksForTheBody() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        front.handleBlocking(exchange -> {
            assertTrue(go.await(60, TimeUnit.SECONDS));
            exchange.respond(Response.of(200, Headers.EMPTY, exchange.body().readAllBytes()));
        });
        client.send(post("Content-Length: 3\r\nExpect: 100-continue"));
        client.socket.setSoTimeout(200);
        assertThrows(SocketTimeoutException.class, client::line);
        client.socket.setSoTimeout(5000);
        go.countDown();
        assertEquals("HTTP/1.1 100 Continue", client.line());
        assertEquals("", client.line());
        assertEquals("abc", client.send("abc").answer().text());
    }

    @Test
    void withoutReadingTheBodyThereIsNoContinueAndTheConnectionCloses() throws Exception {
        front.handle(exchange -> exchange.respond(Response.text(403, "no")));
        Client.Answer answer = client.send(post("Content-Length: 3\r\nExpect: 100-continue")).answer();
        assertEquals(403, answer.status());
        assertEquals("close", answer.header("Connection"));
        assertTrue(client.atEnd());
    }

    @Test
    void anEarlyAnswerToALargeUploadReachesAClientThatSendsAllFirst() throws Exception {
        front.handle(exchange -> exchange.respond(Response.text(413, "too much")));
        byte[] upload = new byte[8 * 1024 * 1024];
        Client.Answer answer = client.send(post("Content-Length: " + upload.length)).send(upload).answer();
        assertEquals("too much", answer.text());
        assertEquals("close", answer.header("Connection"));
        assertTrue(client.atEnd());
    }

    @Test
    void aShortUnreadBodyDoesNotCostTheConnection() throws Exception {
        front.handle(exchange -> exchange.respond(Response.text(200, exchange.request().url())));
        assertEquals("/", client.send(post("Content-Length: 5")).answer().text());
        assertEquals("/next", client.send("abcde").get("/next").answer().text());
    }

    @Test
    void aBodyThatTheClientCutsShortThrowsAndIsNeverAnEnd() throws Exception {
        for (String framing : new String[] {"Content-Length: 10", "Transfer-Encoding: chunked"}) {
            for (boolean reset : new boolean[] {true, false}) {
                CompletableFuture<String> end = new CompletableFuture<>();
                CountDownLatch first = new CountDownLatch(1);
                front.handleBlocking(exchange -> {
                    try {
                        exchange.body().read();
                        first.countDown();
                        exchange.body().readAllBytes();
                        end.complete("clean end");
                    } catch (IOException e) {
                        end.complete("thrown");
                    }
                    exchange.close();
                });
                try (Client cut = front.connect()) {
                    cut.send(post(framing) + "5\r\nabc");
                    assertTrue(first.await(60, TimeUnit.SECONDS));
                    cut.socket.setSoLinger(reset, 0);
                }
                assertEquals("thrown", end.get(60, TimeUnit.SECONDS), framing + reset);
            }
        }
    }

    @Test
    void theAnswerOfAHandlerWhoseRequestWasRefusedMeanwhileIsLate() throws Exception {
        for (boolean streamed : new boolean[] {false, true}) {
            CompletableFuture<String> late = new CompletableFuture<>();
            CompletableFuture<Outcome> ended = new CompletableFuture<>();
            front.handleBlocking(given -> {
                Exchange exchange = given.move("handler blog");
                exchange.onEnd(ended::complete);
                OutputStream out = streamed ? exchange.respond(200, Headers.EMPTY) : null;
                assertThrows(IOException.class, () -> exchange.body().readAllBytes());
                late.complete(assertThrows(IOException.class, () -> {
                    if (streamed) {
                        out.write(new byte[100]);
                        out.close();
                    } else {
                        exchange.respond(Response.text(200, "as if nothing had happened"));
                    }
                }).getMessage());
            });
            try (Client bad = front.connect()) {
                bad.send(post("Transfer-Encoding: chunked") + "3\r\nabc\r\nnonsense\r\n");
                Client.Answer answer = bad.answer();
                assertEquals(400, answer.status());
                assertTrue(late.get(60, TimeUnit.SECONDS).contains(answer.header("X-Request-Id")), late.get());
                assertTrue(bad.atEnd());
            }
            assertEquals(new Outcome(Outcome.End.ANSWERED, 400), ended.get(60, TimeUnit.SECONDS));
        }
    }

    @Test
    void anAnswerThatHasBegunAndWaitsForABadBodyIsBroken() throws Exception {
        CompletableFuture<Outcome> ended = new CompletableFuture<>();
        front.handleBlocking(exchange -> {
            exchange.onEnd(ended::complete);
            try (OutputStream out = exchange.respond(200, Headers.EMPTY)) {
                out.write(exchange.body().read());
                out.flush();
                try {
                    exchange.body().readAllBytes();
                } catch (IOException e) {
                    out.write("it was all".getBytes());
                }
            }
        });
        client.send(post("Transfer-Encoding: chunked") + "3\r\nabc\r\n");
        assertEquals("HTTP/1.1 200 OK", client.line());
        client.send("nonsense\r\n");
        assertThrows(IOException.class, () -> {
            while (client.in.read() >= 0) {
                assertFalse(ended.isDone() && ended.get().end() == Outcome.End.ANSWERED);
            }
            throw new IOException("an orderly end, but without the last chunk");
        });
        assertEquals(new Outcome(Outcome.End.ABORTED, 200), ended.get(60, TimeUnit.SECONDS));
    }

    @Test
    void aHalfClosedClientWithAnIncompleteBodyGets400() throws Exception {
        client.send(post("Content-Length: 10") + "abc").socket.shutdownOutput();
        assertEquals(400, client.answer().status());
        assertTrue(client.atEnd());
    }

    @Test
    void aCompleteBodyOfAHalfClosedClientIsReadToItsEndHoweverLate() throws Exception {
        CountDownLatch gone = new CountDownLatch(1);
        front.handleBlocking(exchange -> {
            exchange.onGone(gone::countDown);
            assertTrue(gone.await(60, TimeUnit.SECONDS));
            exchange.respond(Response.of(200, Headers.EMPTY, exchange.body().readAllBytes()));
        });
        client.send(post("Transfer-Encoding: chunked") + "3\r\nabc\r\n3\r\ndef\r\n0\r\n\r\n").socket.shutdownOutput();
        assertEquals("abcdef", client.answer().text());
        assertTrue(client.atEnd());
    }

    @Test
    void anUploadWaitsForAHandlerThatDoesNotRead() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        front.handleBlocking(exchange -> {
            exchange.body().read();
            assertTrue(release.await(60, TimeUnit.SECONDS));
            long rest = exchange.body().transferTo(OutputStream.nullOutputStream());
            exchange.respond(Response.text(200, "" + (rest + 1)));
        });
        int size = 64 * 1024 * 1024;
        AtomicLong sent = new AtomicLong();
        CompletableFuture<Void> sender = CompletableFuture.runAsync(() -> {
            byte[] block = new byte[64 * 1024];
            try {
                client.send(post("Content-Length: " + size));
                for (int i = 0; i < size / block.length; i++) {
                    client.send(block);
                    sent.addAndGet(block.length);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        long last = Await.steady(sent::get);
        assertTrue(last < size / 2, "taken without being read: " + last);
        release.countDown();
        assertEquals("" + size, client.answer().text());
        sender.get();
    }
}
