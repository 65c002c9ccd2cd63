package org.hearthd.dispatch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.hearthd.Handler;
import org.hearthd.Outcome;
import org.hearthd.Response;
import org.hearthd.transport.Await;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.osgi.framework.Bundle;
import org.osgi.framework.ServiceFactory;
import org.osgi.framework.ServiceRegistration;

/** Requests for a handler that is not there. */
class ParkingTest extends HouseTest {
    private final ConcurrentLinkedQueue<String> handled = new ConcurrentLinkedQueue<>();

    @DispatchConfig(park_timeout_ms = 60_000)
    private interface Patient {}

    @Override
    Class<?> config() {
        return Patient.class;
    }

    private Handler recorder() {
        return e -> {
            handled.add(e.id());
            e.respond(Response.text(200, "at last"));
        };
    }

    private Gate gate(String name) {
        return house.dispatcher.registry().slots().of(name).gate();
    }

    private List<Client> park(String name, int count) {
        List<Client> clients = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            clients.add(house.dispatch(name));
        }
        assertEquals(count, gate(name).parked().size());
        return clients;
    }

    @Test
    void requestsWaitForAnAbsentHandlerAndAreAnsweredInTheirOrder() throws Exception {
        List<Client> waiting = park("a", 200);
        house.register(recorder(), Handler.NAME, "a", Handler.NON_BLOCKING, true);
        for (Client client : waiting) {
            assertEquals("at last", client.text());
        }
        assertEquals(waiting.stream().map(c -> c.exchange.id()).toList(), List.copyOf(handled));
    }

    @Test
    void requestsWaitWhileAHandlerIsReplacedByAnother() throws Exception {
        ServiceRegistration<Handler> old = house.register(says("old"), Handler.NAME, "a");
        assertEquals("old", house.dispatch("a").text());
        old.unregister();
        List<Client> waiting = park("a", 3);
        house.register(says("new"), Handler.NAME, "a");
        for (Client client : waiting) {
            assertEquals("new", client.text());
        }
    }

    @Test
    void nobodyOvertakesWhileTheQueueIsEmptied() throws Exception {
        CountDownLatch first = new CountDownLatch(1);
        List<Client> waiting = park("a", 3);
        house.register(e -> {
            first.countDown();
            awaitRelease();
            recorder().handle(e);
        }, Handler.NAME, "a", Handler.NON_BLOCKING, true);
        assertTrue(first.await(60, TimeUnit.SECONDS));
        List<Client> all = new ArrayList<>(waiting);
        all.add(house.dispatch("a"));
        all.add(house.dispatch("a"));
        assertTrue(handled.isEmpty(), "the newcomers did not enter");
        release.countDown();
        for (Client client : all) {
            assertEquals("at last", client.text());
        }
        assertEquals(all.stream().map(c -> c.exchange.id()).toList(), List.copyOf(handled));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 20})
    void aFullPoolDoesNotRefuseThoseThatHaveWaited(int queue) throws Exception {
        List<Client> waiting = park("a", 300);
        house.register(recorder(), Handler.NAME, "a", Handler.THREADS, 2, Handler.QUEUE, queue);
        for (Client client : waiting) {
            assertEquals(200, client.status());
        }
        Await.until("newcomers enter at once again", () -> gate("a").lease() != null);
    }

    @Test
    void aClientThatHangsUpLeavesTheQueueAtOnce() throws Exception {
        List<Client> waiting = park("a", 3);
        waiting.get(1).exchange.gone();
        assertEquals(2, gate("a").parked().size());
        assertEquals(503, waiting.get(1).status());
        house.register(recorder(), Handler.NAME, "a");
        assertEquals(200, waiting.get(0).status());
        assertEquals(200, waiting.get(2).status());
        assertFalse(handled.contains(waiting.get(1).exchange.id()));
        waiting.forEach(c -> assertEquals(1, c.endings.get()));
    }

    @Test
    void aClientThatHangsUpAfterItHasWaitedIsTheHandlersAffair() throws Exception {
        Client client = park("a", 1).get(0);
        CountDownLatch entered = new CountDownLatch(1);
        house.register(stuck(entered), Handler.NAME, "a");
        assertTrue(entered.await(60, TimeUnit.SECONDS));
        client.exchange.gone();
        assertFalse(client.exchange.ended());
        release.countDown();
        assertEquals("late", client.text());
    }

    @Test
    void aRequestThatItsSourceEndsLeavesTheQueue() throws Exception {
        Client client = park("a", 1).get(0);
        client.exchange.refused(400, "bad body");
        assertEquals(400, client.status());
        assertEquals(List.of(), gate("a").parked());
        house.register(recorder(), Handler.NAME, "a", Handler.NON_BLOCKING, true);
        assertEquals(200, house.dispatch("a").status());
        assertEquals(1, handled.size());
    }

    @Test
    void oneTooManyGets503WithTheReason() throws Exception {
        house.register(says("hi"), Handler.NAME, "a", Handler.PARK_MAX, 2).unregister();
        List<Client> waiting = park("a", 2);
        Client refused = house.dispatch("a");
        assertEquals(503, refused.status());
        assertEquals("1", refused.response.headers().get("Retry-After"));
        assertTrue(refused.text().contains("The handler a is absent at the moment, and too many requests wait for it."));
        waiting.forEach(c -> assertNull(c.outcome));
    }

    @Test
    void whoHasWaitedTooLongGets503WithTheReason() throws Exception {
        house.register(says("hi"), Handler.NAME, "a", Handler.PARK_TIMEOUT, 20L).unregister();
        Client client = house.dispatch("a");
        assertEquals(503, client.status());
        assertEquals("1", client.response.headers().get("Retry-After"));
        assertTrue(client.text().contains("The handler a was absent for 20 ms."));
        assertEquals(List.of(), gate("a").parked());
    }

    /** With one thread, which works on the first until it is released, and no queue. */
    @Test
    void whoFindsAFullPoolWhenTheHandlerHasComeIsNotToldThatItIsAbsent() throws Exception {
        List<Client> waiting = park("a", 3);
        CountDownLatch entered = new CountDownLatch(1);
        house.register(stuck(entered), Handler.NAME, "a", Handler.THREADS, 1, Handler.QUEUE, 0, Handler.PARK_MAX, 2);
        assertTrue(entered.await(60, TimeUnit.SECONDS));
        Client overflow = house.dispatch("a");
        assertEquals(503, overflow.status());
        assertTrue(overflow.text()
                .contains("The handler a has too much to do at the moment, and too many requests wait for it."));
        gate("a").expired(gate("a").parked().get(1), 20);
        assertEquals(503, waiting.get(2).status());
        assertTrue(waiting.get(2).text()
                .contains("The request has waited 20 ms for the handler a, which is there by now but has too much to do."));
        release.countDown();
        assertEquals("late", waiting.get(0).text());
        assertEquals("late", waiting.get(1).text());
    }

    @Test
    void eachTimeThatRequestsBeginToBeRefusedIsLoggedOnce() throws Exception {
        try (LogRecords log = new LogRecords(Gate.class)) {
            List<Client> waiting = park("a", 2);
            CountDownLatch entered = new CountDownLatch(1);
            ServiceRegistration<Handler> busy = house.register(stuck(entered), Handler.NAME, "a", Handler.THREADS, 1,
                    Handler.QUEUE, 0,
                    Handler.PARK_MAX, 1);
            assertTrue(entered.await(60, TimeUnit.SECONDS));
            assertEquals(503, house.dispatch("a").status());
            assertEquals(503, house.dispatch("a").status());
            assertEquals(1, log.messages().size(), () -> log.messages().toString());
            release.countDown();
            assertEquals("late", waiting.get(1).text());
            busy.unregister();
            Client parked = house.dispatch("a");
            assertEquals(503, house.dispatch("a").status());
            assertEquals(503, house.dispatch("a").status());
            assertEquals(2, log.messages().size(), () -> log.messages().toString());
            assertTrue(log.messages().get(1).startsWith("handler a is absent: 1 requests wait for it"),
                    () -> log.messages().toString());
            assertNull(parked.outcome);
        }
    }

    @Test
    void whoMayNotWaitIsToldWhyNobodyTakesHim() throws Exception {
        park("a", 2);
        CountDownLatch entered = new CountDownLatch(1);
        house.register(stuck(entered), Handler.NAME, "a", Handler.THREADS, 1, Handler.QUEUE, 0, Handler.PARK_MAX, 0);
        assertTrue(entered.await(60, TimeUnit.SECONDS));
        String busy = house.dispatch("a").text();
        assertTrue(busy.contains("The handler a has too much to do at the moment."), busy);
        gate("b").close();
        String stopped = house.dispatch("b").text();
        assertTrue(stopped.contains("The runtime is being stopped."), stopped);
    }

    @Test
    void aHandlersOwnLimitsAreRememberedWhileItIsAwayAndGoWithTheNextOne() throws Exception {
        house.register(says("hi"), Handler.NAME, "a", Handler.PARK_MAX, 0).unregister();
        assertEquals(503, house.dispatch("a").status());
        house.register(says("hi"), Handler.NAME, "a", Handler.PARK_TIMEOUT, 0).unregister();
        assertEquals(503, house.dispatch("a").status());
        house.register(says("hi"), Handler.NAME, "a").unregister();
        park("a", 1);
    }

    @Test
    void parkingCanBeSwitchedOffForAll() throws Exception {
        @DispatchConfig(park_max = 0)
        interface None {}
        house.dispatcher.modified(House.config(None.class));
        assertEquals(503, house.dispatch("a").status());
        house.dispatcher.modified(House.config(House.WithoutParking.class));
        assertEquals(503, house.dispatch("a").status());
    }

    @Test
    void aHandlerThatCouldNotBeActivatedIsTriedAgainWhileRequestsWait() throws Exception {
        AtomicInteger tries = new AtomicInteger();
        house.context.registerService(Handler.class.getName(), new ServiceFactory<Handler>() {
            @Override
            public Handler getService(Bundle bundle, ServiceRegistration<Handler> registration) {
                return tries.incrementAndGet() < 3 ? null : says("third time lucky");
            }

            @Override
            public void ungetService(Bundle bundle, ServiceRegistration<Handler> registration, Handler service) {
                tries.set(-1);
            }
        }, House.properties(Handler.NAME, "a"));
        assertEquals("third time lucky", house.dispatch("a").text());
    }

    @Test
    void whatWaitsWhenTheDispatcherStopsGets503() throws Exception {
        List<Client> waiting = park("a", 3);
        house.dispatcher.stop();
        for (Client client : waiting) {
            assertEquals(503, client.status());
            assertEquals(Outcome.End.ANSWERED, client.outcome.end());
        }
        assertEquals(503, house.dispatch("a").status());
    }
}
