package org.hearthd.dispatch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.hearthd.Exchange;
import org.hearthd.Handler;
import org.hearthd.Headers;
import org.hearthd.Response;
import org.hearthd.transport.Await;
import org.junit.jupiter.api.Test;

/** Deadlines, full pools and queues. */
class LoadTest extends HouseTest {
    @Test
    void aLateHandlerGives504AndItsOwnAnswerThrows() throws Exception {
        CompletableFuture<Exception> late = new CompletableFuture<>();
        CountDownLatch entered = new CountDownLatch(1);
        house.register(e -> {
            try {
                stuck(entered).handle(e);
            } catch (IOException x) {
                late.complete(x);
                throw x;
            }
        }, Handler.NAME, "a", Handler.TIMEOUT, 20L);
        Client client = enter("a", entered);
        assertEquals(504, client.status());
        assertTrue(client.text().contains(client.exchange.id()));
        release.countDown();
        assertTrue(late.get(60, TimeUnit.SECONDS).getMessage().contains("504"));
        assertEquals(1, client.endings.get());
    }

    @Test
    void aNonBlockingHandlerThatNeverAnswersGives504() throws Exception {
        house.register(e -> {}, Handler.NAME, "a", Handler.NON_BLOCKING, true, Handler.TIMEOUT, 20L);
        assertEquals(504, house.dispatch("a").status());
    }

    @Test
    void aHandlerWithDeadlinesOfItsOwnHasNone() throws Exception {
        CompletableFuture<Exchange> taken = new CompletableFuture<>();
        house.register(taken::complete, Handler.NAME, "a", Handler.NON_BLOCKING, true, Handler.TIMEOUT, 0L);
        Client waiting = house.dispatch("a");
        house.register(e -> {}, Handler.NAME, "b", Handler.NON_BLOCKING, true, Handler.TIMEOUT, 20L);
        assertEquals(504, house.dispatch("b").status(), "its later deadline has passed");
        assertEquals(0, waiting.endings.get());
        taken.get(60, TimeUnit.SECONDS).respond(Response.text(200, "at last"));
        assertEquals(200, waiting.status());
    }

    @Test
    void anAnswerThatHasBegunIsNotBrokenByTheDeadline() throws Exception {
        CompletableFuture<OutputStream> begun = new CompletableFuture<>();
        house.register(e -> begun.complete(e.respond(200, Headers.EMPTY)), Handler.NAME, "a", Handler.NON_BLOCKING, true,
                Handler.TIMEOUT, 20L);
        Client streaming = house.dispatch("a");
        OutputStream out = begun.get(60, TimeUnit.SECONDS);
        house.register(e -> {}, Handler.NAME, "b", Handler.NON_BLOCKING, true, Handler.TIMEOUT, 100L);
        assertEquals(504, house.dispatch("b").status(), "its later deadline has passed");
        assertEquals(0, streaming.endings.get());
        out.close();
        assertEquals(200, streaming.status());
    }

    @Test
    void aFullPoolGives503AndTheQueuedOnesAreServedLater() throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        house.register(stuck(entered), Handler.NAME, "a", Handler.THREADS, 1, Handler.QUEUE, 2);
        Client running = house.dispatch("a");
        assertTrue(entered.await(60, TimeUnit.SECONDS));
        List<Client> queued = List.of(house.dispatch("a"), house.dispatch("a"));
        Client refused = house.dispatch("a");
        assertEquals(503, refused.status());
        assertEquals("1", refused.response.headers().get("Retry-After"));
        release.countDown();
        assertEquals(200, running.status());
        for (Client client : queued) {
            assertEquals(200, client.status());
        }
    }

    @Test
    void aQueueOfZeroRefusesAsSoonAsAllThreadsAreBusy() throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        house.register(stuck(entered), Handler.NAME, "a", Handler.THREADS, 1, Handler.QUEUE, 0);
        house.dispatch("a");
        assertTrue(entered.await(60, TimeUnit.SECONDS));
        assertEquals(503, house.dispatch("a").status());
    }

    @Test
    void anExchangeThatTimedOutInTheQueueIsNeverHandled() throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        Set<String> handled = ConcurrentHashMap.newKeySet();
        house.register(e -> {
            handled.add(e.id());
            stuck(entered).handle(e);
        }, Handler.NAME, "a", Handler.THREADS, 1, Handler.TIMEOUT, 50L);
        Client running = enter("a", entered);
        Client queued = house.dispatch("a");
        assertEquals(504, queued.status());
        release.countDown();
        Await.until("the thread is free again", () -> isUp("a"));
        assertTrue(handled.contains(running.exchange.id()));
        assertFalse(handled.contains(queued.exchange.id()));
    }

    /** Dispatches until one request is in the handler: on a busy machine it may time out before it gets a thread. */
    private Client enter(String handler, CountDownLatch entered) {
        for (;;) {
            Client client = house.dispatch(handler);
            Await.until("the request is handled or timed out", () -> entered.getCount() == 0 || client.exchange.ended());
            if (entered.getCount() == 0) {
                return client;
            }
        }
    }

    @Test
    void aStuckHandlerDoesNotDelayAnother() throws Exception {
        CountDownLatch entered = new CountDownLatch(4);
        house.register(stuck(entered), Handler.NAME, "a", Handler.THREADS, 4);
        house.register(says("quick"), Handler.NAME, "b");
        for (int i = 0; i < 20; i++) {
            house.dispatch("a");
        }
        assertTrue(entered.await(60, TimeUnit.SECONDS));
        assertEquals("quick", house.dispatch("b").text());
    }
}
