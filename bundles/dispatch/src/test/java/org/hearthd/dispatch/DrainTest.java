package org.hearthd.dispatch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.hearthd.Handler;
import org.hearthd.Headers;
import org.hearthd.Outcome;
import org.hearthd.Response;
import org.hearthd.transport.Await;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Bundle;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceRegistration;

/** Generations follow one another; the old one finishes what it has. */
class DrainTest extends HouseTest {
    @DispatchConfig(drain_timeout_ms = 600_000, park_timeout_ms = 60_000)
    private interface Slow {}

    @DispatchConfig(drain_timeout_ms = 50)
    private interface Hasty {}

    @Override
    Class<?> config() {
        return Slow.class;
    }

    private String label(String name) {
        return house.dispatcher.registry().slots().of(name).gate().generation().label();
    }

    private List<Generation> retiring(String name) {
        return house.dispatcher.registry().slots().of(name).retiring();
    }

    /** A handler whose first request sticks; later ones are answered at once. */
    private Handler firstSticks(CountDownLatch entered) {
        return e -> {
            if (entered.getCount() > 0) {
                stuck(entered).handle(e);
            } else {
                e.respond(Response.text(200, "quick"));
            }
        };
    }

    private Client enter(String name, CountDownLatch entered) throws InterruptedException {
        Client client = house.dispatch(name);
        assertTrue(entered.await(60, TimeUnit.SECONDS));
        return client;
    }

    @Test
    void whoRenamesAHandlerDoesNotWaitForWhatItWasGivenUnderItsOldName() throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        ServiceRegistration<Handler> registration = house.register(firstSticks(entered), Handler.NAME, "a");
        Client stuck = enter("a", entered);
        // on this thread, and the stuck one goes on for 600 s
        registration.setProperties(House.properties(Handler.NAME, "b"));
        assertEquals("quick", house.dispatch("b").text());
        assertEquals(0, stuck.endings.get());
        release.countDown();
        assertEquals("late", stuck.text());
    }

    @Test
    void everyChangeOfPropertiesIsANewGenerationAndTheOldOneFinishesBesideIt() throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        ServiceRegistration<Handler> registration = house.register(firstSticks(entered), Handler.NAME, "a");
        String version = house.context.getBundle().getVersion().toString();
        assertEquals("a/" + version + "#1", label("a"));
        Client running = enter("a", entered);
        registration.setProperties(House.properties(Handler.NAME, "a"));
        assertEquals("a/" + version + "#2", label("a"));
        assertEquals("quick", house.dispatch("a").text());
        assertEquals(List.of("a/" + version + "#1"), retiring("a").stream().map(Generation::label).toList());
        release.countDown();
        assertEquals("late", running.text());
        Await.until("drained", () -> retiring("a").isEmpty());
    }

    @Test
    void numbersOnlyGrowEvenWhenAnEarlierHandlerReturns() {
        ServiceRegistration<Handler> old = house.register(says("old"), Handler.NAME, "a");
        ServiceRegistration<Handler> newer = house.register(says("new"), Handler.NAME, "a");
        assertTrue(label("a").endsWith("#2"));
        newer.unregister();
        assertTrue(label("a").endsWith("#3"));
        old.unregister();
        house.register(says("again"), Handler.NAME, "a");
        assertTrue(label("a").endsWith("#4"));
    }

    @Test
    void aHandlerThatIsNotInServiceHasNoGeneration() {
        house.register(says("ranked"), Handler.NAME, "a", Constants.SERVICE_RANKING, 1);
        ServiceRegistration<Handler> lower = house.register(says("low"), Handler.NAME, "a");
        lower.setProperties(House.properties(Handler.NAME, "a", Handler.THREADS, 3));
        assertTrue(label("a").endsWith("#1"));
    }

    @Test
    void changedLimitsOfTheDispatcherAreANewGenerationOnlyWhereTheyMatter() {
        @DispatchConfig(pool_threads = 3)
        interface Threads {}
        @DispatchConfig(pool_threads = 3, retry_after_s = 9)
        interface RetryAfter {}
        house.register(says("a"), Handler.NAME, "a");
        house.register(says("b"), Handler.NAME, "b", Handler.THREADS, 1);
        house.dispatcher.modified(House.config(Threads.class));
        house.dispatcher.modified(House.config(RetryAfter.class));
        assertTrue(label("a").endsWith("#2"));
        assertTrue(label("b").endsWith("#1"));
    }

    @Test
    void whatDoesNotEndInTimeIsLoggedAndGets502() throws Exception {
        house.dispatcher.modified(House.config(Hasty.class));
        CountDownLatch entered = new CountDownLatch(1);
        CompletableFuture<Void> woken = new CompletableFuture<>();
        ServiceRegistration<Handler> registration = house.register(e -> {
            entered.countDown();
            awaitRelease();
            woken.complete(null);
        }, Handler.NAME, "a", Handler.THREADS, 1);
        List<Client> clients = new ArrayList<>();
        for (int i = 0; i < 15; i++) {
            Client client = new Client("x" + i, "X-Ash-Address", "192.0.2." + i);
            house.dispatcher.dispatch("a", client.exchange);
            clients.add(client);
        }
        assertTrue(entered.await(60, TimeUnit.SECONDS));
        try (LogRecords log = new LogRecords(Expiry.class)) {
            registration.setProperties(House.properties(Handler.NAME, "a"));
            for (Client client : clients) {
                assertEquals(502, client.status());
                assertEquals(1, client.endings.get());
            }
            assertEquals(12, log.messages().size(), log.messages().toString());
            assertTrue(log.messages().get(0).contains("#1 goes with 15 requests"), log.messages().get(0));
            assertTrue(log.messages().get(1).matches("request " + clients.get(0).exchange.id()
                    + " GET /x0 from 192\\.0\\.2\\.0: given up by handler a/.*#1 after [0-9]+ ms, running"),
                    log.messages().get(1));
            assertTrue(log.messages().get(2).endsWith("queued"), log.messages().get(2));
            assertTrue(log.messages().get(11).endsWith("and 5 more"), log.messages().get(11));
        }
        Await.until("drained", () -> retiring("a").isEmpty());
        woken.get(60, TimeUnit.SECONDS);
    }

    @Test
    void anAnswerThatHasBegunIsBrokenWhenTheTimeIsOver() throws Exception {
        house.dispatcher.modified(House.config(Hasty.class));
        CompletableFuture<OutputStream> begun = new CompletableFuture<>();
        ServiceRegistration<Handler> registration = house.register(e -> begun.complete(e.respond(200, Headers.EMPTY)),
                Handler.NAME,
                "a", Handler.NON_BLOCKING, true);
        Client client = house.dispatch("a");
        begun.get(60, TimeUnit.SECONDS).write(1);
        assertNull(client.outcome);
        registration.setProperties(House.properties(Handler.NAME, "a"));
        assertEquals(Outcome.End.ABORTED, client.await().outcome.end());
        assertTrue(client.aborted);
    }

    @Test
    void oneDrainDelaysNoOtherHandlerAndNoConfiguration() throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        ServiceRegistration<Handler> slow = house.register(firstSticks(entered), Handler.NAME, "a");
        Client running = enter("a", entered);
        slow.setProperties(House.properties(Handler.NAME, "a", Handler.THREADS, 2));
        ServiceRegistration<Handler> other = house.register(says("b"), Handler.NAME, "b");
        assertEquals("b", house.dispatch("b").text());
        other.setProperties(House.properties(Handler.NAME, "b", Handler.THREADS, 2));
        other.unregister();
        @DispatchConfig(pool_queue = 5, drain_timeout_ms = 600_000)
        interface Queue {}
        house.dispatcher.modified(House.config(Queue.class));
        slow.setProperties(House.properties(Handler.NAME, "a", Handler.THREADS, 3));
        assertEquals("quick", house.dispatch("a").text());
        assertFalse(running.exchange.ended());
    }

    @Test
    void aRetiredBundleGetsNoNewExchangesAndIsDrainedWhenTheLastHasEnded() throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        Bundle bundle = house.bundle("some.handler");
        bundle.getBundleContext().registerService(Handler.class, firstSticks(entered), House.properties(Handler.NAME, "a"));
        Client running = enter("a", entered);
        CompletableFuture<Void> drained = house.dispatcher.retire(bundle).toCompletableFuture();
        Client parked = house.dispatch("a");
        assertFalse(drained.isDone());
        assertFalse(parked.exchange.ended());
        release.countDown();
        drained.get(60, TimeUnit.SECONDS);
        assertEquals("late", running.text());
        bundle.stop();
        bundle.start();
        bundle.getBundleContext().registerService(Handler.class, says("back"), House.properties(Handler.NAME, "a"));
        assertEquals("back", parked.text());
    }

    @Test
    void aRetiredBundleIsDrainedWhenTheTimeIsOver() throws Exception {
        house.dispatcher.modified(House.config(Hasty.class));
        CountDownLatch entered = new CountDownLatch(1);
        Bundle bundle = house.bundle("some.handler");
        bundle.getBundleContext().registerService(Handler.class, stuck(entered), House.properties(Handler.NAME, "a"));
        Client running = enter("a", entered);
        house.dispatcher.retire(bundle).toCompletableFuture().get(60, TimeUnit.SECONDS);
        assertEquals(502, running.status());
    }

    @Test
    void newcomersOfARetiredBundleGoToAnotherHandlerOfThatName() throws Exception {
        house.register(says("other"), Handler.NAME, "a");
        Bundle bundle = house.bundle("some.handler");
        bundle.getBundleContext().registerService(Handler.class, says("retired"), House.properties(Handler.NAME, "a"));
        assertEquals("retired", house.dispatch("a").text());
        house.dispatcher.retire(bundle).toCompletableFuture().get(60, TimeUnit.SECONDS);
        assertEquals("other", house.dispatch("a").text());
    }
}
