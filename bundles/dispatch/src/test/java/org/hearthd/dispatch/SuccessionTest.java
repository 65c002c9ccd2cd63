package org.hearthd.dispatch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.hearthd.Handler;
import org.hearthd.Response;
import org.hearthd.transport.Await;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Bundle;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceFactory;
import org.osgi.framework.ServiceRegistration;

/** One bundle's handlers take over from another's. */
class SuccessionTest extends HouseTest {
    private static final String NONE = "no handler of that name is registered";
    /** What is withdrawn does not return. */
    private static final Predicate<String> NEVER = name -> false;

    private Bundle one;
    private Bundle two;

    @DispatchConfig(park_timeout_ms = 60_000)
    private interface Patient {}

    @Override
    Class<?> config() {
        return Patient.class;
    }

    @BeforeEach
    void bundles() throws Exception {
        one = house.install("some.handler.one", "1.0.0");
        two = house.install("some.handler.two", "2.0.0");
        one.start();
    }

    private static ServiceRegistration<Handler> register(Bundle bundle, Handler handler, Object... namesAndValues) {
        return bundle.getBundleContext().registerService(Handler.class, handler, House.properties(namesAndValues));
    }

    private static void awaitComplete(Succession succession) {
        Await.until("the successor is complete", () -> succession.missing().isEmpty());
    }

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
    void aSuccessorWhoseHandlerCanNotBeFetchedIsMissingItUntilItCan() throws Exception {
        register(one, says("one"), Handler.NAME, "a");
        AtomicBoolean works = new AtomicBoolean();
        try (Succession succession = house.dispatcher.succeed(one, two, NEVER)) {
            two.start();
            two.getBundleContext().registerService(Handler.class.getName(), new ServiceFactory<Handler>() {
                @Override
                public Handler getService(Bundle bundle, ServiceRegistration<Handler> registration) {
                    return works.get() ? says("two") : null;
                }

                @Override
                public void ungetService(Bundle bundle, ServiceRegistration<Handler> registration, Handler service) {
                    works.set(false);
                }
            }, House.properties(Handler.NAME, "a"));
            Await.until("the reason is told",
                    () -> succession.missing().equals(Map.of("a", "it is registered but can not be activated")));
            works.set(true);
            awaitComplete(succession);
        }
    }

    @Test
    void aSuccessorsAdditionalHandlerHasToWorkAsWell() throws Exception {
        register(one, says("one"), Handler.NAME, "a");
        try (Succession succession = house.dispatcher.succeed(one, two, NEVER)) {
            two.start();
            register(two, says("two"), Handler.NAME, "a");
            register(two, new Checked(() -> {
                throw new IllegalStateException("its database does not answer");
            }), Handler.NAME, "b");
            Await.until("the reason is told", () -> succession.missing()
                    .equals(Map.of("b", "its self-check failed: its database does not answer")));
        }
    }

    @Test
    void aHandlerThatIsAwayForAMomentIsRequiredAllTheSame() throws Exception {
        register(one, says("one"), Handler.NAME, "a");
        register(one, says("one"), Handler.NAME, "b").unregister();
        try (Succession succession = house.dispatcher.succeed(one, two, NEVER)) {
            two.start();
            register(two, says("two"), Handler.NAME, "a");
            Await.until("a is there", () -> !succession.missing().containsKey("a"));
            assertEquals(Map.of("b", NONE), succession.missing(), "requests may wait for it");
            register(two, says("two"), Handler.NAME, "b");
            awaitComplete(succession);
        }
    }

    @Test
    void aHandlerThatIsAwayForLongIsRequiredOnlyIfItReturns() throws Exception {
        register(one, says("one"), Handler.NAME, "a");
        for (String name : List.of("b", "c")) {
            ServiceRegistration<Handler> away = register(one, says("one"), Handler.NAME, name, Handler.PARK_TIMEOUT, 0);
            Await.until("it was there", () -> house.dispatcher.registry().slots().of(name).ready());
            away.unregister();
        }
        try (Succession succession = house.dispatcher.succeed(one, two, "b"::equals)) {
            two.start();
            register(two, says("two"), Handler.NAME, "a");
            Await.until("a is there", () -> !succession.missing().containsKey("a"));
            assertEquals(Map.of("b", NONE), succession.missing());
        }
    }

    @Test
    void aHandlerThatHasNeverWorkedIsNotRequired() throws Exception {
        register(one, new Checked(() -> {
            throw new IllegalStateException("no disk");
        }), Handler.NAME, "a");
        Await.until("it has failed", () -> house.dispatcher.failed(one));
        assertEquals(Map.of("a", "its self-check failed: no disk"), house.dispatcher.shortcomings(one));
        try (Succession succession = house.dispatcher.succeed(one, two, NEVER)) {
            two.start();
            assertEquals(Map.of(), succession.missing());
        }
    }

    @Test
    void aHandlerThatComesDuringTheSuccessionIsRequiredToo() throws Exception {
        try (Succession succession = house.dispatcher.succeed(one, two, NEVER)) {
            two.start();
            assertEquals(Map.of(), succession.missing());
            register(one, says("one"), Handler.NAME, "late");
            assertEquals(Map.of("late", NONE), succession.missing());
        }
    }

    @Test
    void exclusiveHandlersAreStoppedFirstAndRequestsWaitForTheSuccessor() throws Exception {
        register(one, says("one"), Handler.NAME, "a", Handler.EXCLUSIVE, true, Handler.PATH, "/a");
        Client parked;
        try (Succession succession = house.dispatcher.succeed(one, two, NEVER)) {
            assertTrue(succession.exclusive());
            succession.retirePredecessor().toCompletableFuture().get(60, TimeUnit.SECONDS);
            parked = house.route("a");
            one.stop();
            two.start();
            register(two, says("two"), Handler.NAME, "a", Handler.EXCLUSIVE, true, Handler.PATH, "/a");
            awaitComplete(succession);
            assertFalse(parked.exchange.ended());
            succession.commit();
        }
        assertEquals("two", parked.text());
        one.uninstall();
        assertEquals("two", house.route("a").text());
    }

    @Test
    void theTimeOfRequestsThatWaitForASuccessorBeginsWhenThePredecessorHasDrained() throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        register(one, stuck(entered), Handler.NAME, "a", Handler.EXCLUSIVE, true, Handler.PARK_TIMEOUT, 1);
        register(one, says("one"), Handler.NAME, "b", Handler.PARK_TIMEOUT, 200).unregister();
        Client late = house.dispatch("a");
        assertTrue(entered.await(60, TimeUnit.SECONDS));
        try (Succession succession = house.dispatcher.succeed(one, two, NEVER)) {
            CompletionStage<Void> drained = succession.retirePredecessor();
            Client parked = house.dispatch("a");
            assertEquals(503, house.dispatch("b").status(), "the time of others passes");
            assertFalse(parked.exchange.ended());
            release.countDown();
            drained.toCompletableFuture().get(60, TimeUnit.SECONDS);
            assertEquals("late", late.text());
            assertEquals(503, parked.status(), "nobody has come");
        }
    }

    @Test
    void aPredecessorThatIsReadmittedBeforeItHasDrainedServesWhatWaitsAndLosesNothing() throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        register(one, e -> {
            if (entered.getCount() > 0) {
                entered.countDown();
                awaitRelease();
            }
            e.respond(Response.text(200, "one"));
        }, Handler.NAME, "a", Handler.EXCLUSIVE, true);
        Client inProgress = house.dispatch("a");
        assertTrue(entered.await(60, TimeUnit.SECONDS));
        try (Succession succession = house.dispatcher.succeed(one, two, NEVER)) {
            CompletionStage<Void> drained = succession.retirePredecessor();
            Client waiting = house.dispatch("a");
            assertEquals(1, house.dispatcher.registry().slots().of("a").gate().parked().size());
            succession.readmitPredecessor();
            assertEquals("one", waiting.text());
            assertEquals("one", house.dispatch("a").text());
            release.countDown();
            assertEquals("one", inProgress.text());
            drained.toCompletableFuture().get(60, TimeUnit.SECONDS);
        }
        assertEquals("one", house.dispatch("a").text());
    }

    @Test
    void anExclusiveHandlerReturnsWhenItsSuccessorFails() throws Exception {
        register(one, says("one"), Handler.NAME, "a", Handler.EXCLUSIVE, true);
        Client parked;
        try (Succession succession = house.dispatcher.succeed(one, two, NEVER)) {
            house.dispatcher.retire(one).toCompletableFuture().get(60, TimeUnit.SECONDS);
            one.stop();
            two.start();
            parked = house.dispatch("a");
            assertEquals(Map.of("a", NONE), succession.missing());
        }
        two.uninstall();
        one.start();
        register(one, says("one again"), Handler.NAME, "a", Handler.EXCLUSIVE, true);
        assertEquals("one again", parked.text());
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
