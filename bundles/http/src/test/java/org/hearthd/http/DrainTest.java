package org.hearthd.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.EventLoop;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.hearthd.Exchange;
import org.hearthd.Headers;
import org.hearthd.Response;
import org.hearthd.transport.Await;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What becomes of connections when a front stops. */
@Timeout(180)
class DrainTest {
    @Test
    void drainingAnswersWhatIsInProgressAndClosesTheRest() throws Exception {
        try (TestFront front = new TestFront(); Client idle = front.connect(); Client busy = front.connect()) {
            BlockingQueue<Exchange> taken = new ArrayBlockingQueue<>(1);
            front.handle(taken::add);
            busy.get("/").get("/never");
            Exchange exchange = taken.poll(60, TimeUnit.SECONDS);
            CompletableFuture<Void> drained = front.front.drain().toCompletableFuture();
            assertTrue(idle.atEnd());
            assertFalse(drained.isDone());
            assertThrows(IOException.class, front::connect);
            exchange.respond(Response.text(200, "last"));
            Client.Answer answer = busy.answer();
            assertEquals("last", answer.text());
            assertEquals("close", answer.header("Connection"));
            assertTrue(busy.atEnd());
            busy.close();
            drained.get(60, TimeUnit.SECONDS);
        }
    }

    private static void assertLast(Client client) throws IOException {
        Client.Answer answer = client.answer();
        assertEquals("hello\n", answer.text());
        assertEquals("close", answer.header("Connection"));
        assertTrue(client.atEnd());
    }

    /** Connections are taken in order, so that all before this one are the front's by now. */
    private static void awaitAccepted(TestFront front) throws IOException {
        try (Client last = front.connect()) {
            assertEquals(200, last.get("/").answer().status());
        }
    }

    @Test
    void aConnectionThatWasNeverUsedGetsTimeForOneRequestAndOneInTheMiddleOfItsHeadIsAnswered() throws Exception {
        Limits patient = new Limits(8192, 32_768, 0, 1000, 5_000, 5_000, 5_000, 5_000, 5_000, 5_000, 5_000);
        try (TestFront front = new TestFront(patient); Client fresh = front.connect(); Client middle = front.connect()) {
            middle.send("GET / HT");
            awaitAccepted(front);
            CompletableFuture<Void> drained = front.front.drain().toCompletableFuture();
            assertLast(fresh.get("/"));
            assertLast(middle.send("TP/1.1\r\nHost: h\r\n\r\n"));
            drained.get(60, TimeUnit.SECONDS);
        }
    }

    @Test
    void aRequestThatCrossesTheEndOfItsIdleConnectionIsAnswered() throws Exception {
        Limits patient = new Limits(8192, 32_768, 0, 1000, 60_000, 60_000, 5_000, 5_000, 60_000, 5_000, 5_000);
        try (TestFront front = new TestFront(patient); Client used = front.connect()) {
            assertEquals("hello\n", used.get("/").answer().text());
            CompletableFuture<Void> drained = front.front.drain().toCompletableFuture();
            assertThrows(IOException.class, front::connect);
            assertLast(used.get("/"));
            drained.get(60, TimeUnit.SECONDS);
        }
    }

    @Test
    void aConnectionThatSendsNothingDoesNotHoldTheEndUp() throws Exception {
        try (TestFront front = new TestFront(); Client silent = front.connect()) {
            awaitAccepted(front);
            front.front.drain().toCompletableFuture().get(60, TimeUnit.SECONDS);
            assertTrue(silent.atEnd());
        }
    }

    @Test
    void aRequestThatIsThereWhenTheFrontStopsIsAnswered() throws Exception {
        try (TestFront front = new TestFront(); Client used = front.connect(); Client fresh = front.connect()) {
            assertEquals(200, used.get("/").answer().status());
            awaitAccepted(front);
            CountDownLatch sent = new CountDownLatch(1);
            CountDownLatch busy = new CountDownLatch(1);
            front.loops.next().execute(() -> {
                busy.countDown();
                awaitUninterruptibly(sent);
            });
            assertTrue(busy.await(60, TimeUnit.SECONDS));
            used.get("/");
            fresh.get("/");
            CompletableFuture<Void> drained = new CompletableFuture<>();
            Thread stop = new Thread(() -> front.front.drain().thenRun(() -> drained.complete(null)));
            stop.start();
            Await.until("it waits for the loop to stop listening", () -> stop.getState() == Thread.State.WAITING);
            sent.countDown();
            for (Client client : List.of(used, fresh)) {
                assertEquals("hello\n", client.answer().text());
                assertTrue(client.atEnd());
            }
            drained.get(60, TimeUnit.SECONDS);
        }
    }

    @Test
    void aConnectionThatIsOnItsWayToItsLoopWhenTheFrontStopsIsServedBeforeTheEnd() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        CountDownLatch handled = new CountDownLatch(1);
        try (TestFront front = new TestFront(TestFront.LIMITS, "127.0.0.1:0", 2)) {
            front.handle(exchange -> {
                if (!exchange.request().url().equals("/0")) {
                    handled.countDown();
                }
                exchange.respond(Response.text(200, "hello\n"));
            });
            AtomicInteger open = new AtomicInteger();
            front.budget = use -> {
                open.incrementAndGet();
                return open::decrementAndGet;
            };
            // the loops come in turn, and the front has taken the first one to accept
            EventLoop other = front.loops.next();
            EventLoop accepting = front.loops.next();
            other.execute(() -> awaitUninterruptibly(release));
            List<Client> clients = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                // the first one gets the loop that is held; once the second one is served both have been accepted
                clients.add(front.connect().get("/" + i));
            }
            assertTrue(handled.await(60, TimeUnit.SECONDS));
            CompletableFuture<Void> drained = front.front.drain().toCompletableFuture();
            Await.until("only the held are left", () -> open.get() == 0);
            accepting.submit(() -> {}).get(60, TimeUnit.SECONDS);
            assertFalse(drained.isDone());
            release.countDown();
            for (Client client : clients) {
                assertEquals("hello\n", client.answer().text());
                client.close();
            }
            drained.get(60, TimeUnit.SECONDS);
        } finally {
            release.countDown();
        }
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void aRequestBehindAnAnswerThatDidNotSayCloseIsAnsweredToo() throws Exception {
        try (TestFront front = new TestFront(); Client client = front.connect()) {
            CountDownLatch drained = new CountDownLatch(1);
            front.handleBlocking(exchange -> exchange.respond(200, Headers.of("Content-Length", "6"), out -> {
                out.flush();
                try {
                    assertTrue(drained.await(60, TimeUnit.SECONDS));
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
                out.write("hello\n".getBytes());
            }));
            client.get("/1").get("/2");
            for (String line = client.line(); !line.isEmpty(); line = client.line()) {
                assertFalse(line.startsWith("Connection"), line);
            }
            CompletableFuture<Void> end = front.front.drain().toCompletableFuture();
            drained.countDown();
            assertEquals("hello\n", new String(client.exactly(6), StandardCharsets.US_ASCII));
            assertLast(client);
            end.get(60, TimeUnit.SECONDS);
        }
    }
}
