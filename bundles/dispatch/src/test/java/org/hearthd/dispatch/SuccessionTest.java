package org.hearthd.dispatch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.hearthd.Handler;
import org.hearthd.transport.Await;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Bundle;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceRegistration;

/** One bundle's handlers take over from another's. */
class SuccessionTest extends SuccessionContract {
    @Test
    void theSuccessorGetsNothingBeforeTheCommitAndEverythingAfter() throws Exception {
        register(one, says("one"), Handler.NAME, "a");
        register(one, says("one"), Handler.NAME, "b");
        try (Succession succession = house.dispatcher.succeed(one, two, NEVER)) {
            assertFalse(succession.exclusive());
            two.start();
            assertEquals(Map.of("a", NONE, "b", NONE), succession.missing());
            register(two, says("two"), Handler.NAME, "a");
            Await.until("a is there", () -> succession.missing().equals(Map.of("b", NONE)));
            register(two, says("two"), Handler.NAME, "b");
            awaitComplete(succession);
            assertEquals("one", house.dispatch("a").text());
            succession.commit();
            assertEquals("two", house.dispatch("a").text());
            assertEquals("two", house.dispatch("b").text());
        }
        assertEquals("two", house.dispatch("a").text());
        house.dispatcher.retire(one).toCompletableFuture().get(60, TimeUnit.SECONDS);
        one.uninstall();
        assertEquals("two", house.dispatch("b").text());
    }

    @Test
    void theNewestDeploymentWinsWhateverItsRanking() throws Exception {
        register(one, says("one"), Handler.NAME, "a", Constants.SERVICE_RANKING, 100);
        try (Succession succession = house.dispatcher.succeed(one, two, NEVER)) {
            two.start();
            register(two, says("two"), Handler.NAME, "a", Constants.SERVICE_RANKING, -1);
            awaitComplete(succession);
            succession.commit();
        }
        assertEquals("two", house.dispatch("a").text());
        register(one, says("too late"), Handler.NAME, "a", Constants.SERVICE_RANKING, 200);
        assertEquals("two", house.dispatch("a").text());
        ServiceRegistration<Handler> later = register(two, says("later"), Handler.NAME, "a");
        assertEquals("later", house.dispatch("a").text());
        later.unregister();
        assertEquals("two", house.dispatch("a").text());
    }

    @Test
    void aSuccessorThatDidNotTakeOverStaysOutOfServiceUntilItStops() throws Exception {
        ServiceRegistration<Handler> old = register(one, says("one"), Handler.NAME, "a");
        try (Succession succession = house.dispatcher.succeed(one, two, NEVER)) {
            two.start();
            register(two, says("two"), Handler.NAME, "a");
            awaitComplete(succession);
        }
        register(two, says("two"), Handler.NAME, "a");
        assertEquals("one", house.dispatch("a").text());
        old.unregister();
        Client parked = house.dispatch("a");
        assertFalse(parked.exchange.ended());
        two.stop();
        two.start();
        register(two, says("an ordinary bundle now"), Handler.NAME, "a");
        assertEquals("an ordinary bundle now", parked.text());
    }

    @Test
    void namesAndRoutesOfTheSuccessorComeWithTheCommitAndThoseOfThePredecessorGo() throws Exception {
        register(one, says("one"), Handler.NAME, "a", Handler.PATH, new String[] {"/a", "/same"});
        try (Succession succession = house.dispatcher.succeed(one, two, NEVER)) {
            two.start();
            register(two, says("two"), Handler.NAME, "a", Handler.PATH, "/new");
            register(two, says("another"), Handler.NAME, "b", Handler.PATH, "/same");
            awaitComplete(succession);
            assertEquals(404, house.route("new").status());
            assertEquals("one", house.route("same").text());
            assertFalse(house.dispatcher.registry().slots().of("b").ready());
            succession.commit();
            assertEquals("two", house.route("new").text());
            assertEquals("another", house.route("same").text());
            assertEquals(404, house.route("a").status());
            register(one, says("one"), Handler.NAME, "c", Handler.PATH, "/a");
            assertEquals(404, house.route("a").status());
        }
    }

    @Test
    void underLoadASuccessionRefusesAndParksNothing() throws Exception {
        register(one, says("0"), Handler.NAME, "a", Handler.QUEUE, 100_000);
        ExecutorService threads = Executors.newCachedThreadPool();
        AtomicBoolean done = new AtomicBoolean();
        CountDownLatch begun = new CountDownLatch(2);
        List<Future<List<Client>>> senders = new ArrayList<>();
        try (LogRecords gate = new LogRecords(Gate.class)) {
            for (int i = 0; i < 2; i++) {
                senders.add(threads.submit(() -> send(begun, done)));
            }
            assertTrue(begun.await(60, TimeUnit.SECONDS));
            Bundle old = one;
            for (int i = 1; i <= 10; i++) {
                old = replace(old, i);
            }
            done.set(true);
            AtomicInteger last = new AtomicInteger();
            for (Future<List<Client>> sender : senders) {
                for (Client client : sender.get(60, TimeUnit.SECONDS)) {
                    assertEquals(200, client.status());
                    last.accumulateAndGet(Integer.parseInt(client.text()), Math::max);
                }
            }
            assertEquals(10, last.get());
            assertEquals(List.of(), gate.messages());
        } finally {
            threads.shutdownNow();
        }
    }

    private List<Client> send(CountDownLatch begun, AtomicBoolean done) throws InterruptedException {
        List<Client> clients = new ArrayList<>();
        do {
            Client client = house.dispatch("a");
            clients.add(client);
            if (clients.size() == 100) {
                begun.countDown();
            }
            if (clients.size() % 2 == 0) {
                client.await();
            }
        } while (!done.get());
        clients.add(house.dispatch("a"));
        return clients;
    }

    private Bundle replace(Bundle old, int number) throws Exception {
        Bundle successor = house.install("some.handler.n" + number, "1.0.0");
        try (Succession succession = house.dispatcher.succeed(old, successor, NEVER)) {
            successor.start();
            register(successor, says(Integer.toString(number)), Handler.NAME, "a", Handler.NON_BLOCKING, number % 2 == 0,
                    Handler.QUEUE, 100_000);
            awaitComplete(succession);
            succession.commit();
        }
        house.dispatcher.retire(old).toCompletableFuture().get(60, TimeUnit.SECONDS);
        old.uninstall();
        return successor;
    }
}
