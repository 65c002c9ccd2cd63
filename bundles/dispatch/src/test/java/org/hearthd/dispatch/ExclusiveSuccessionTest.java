package org.hearthd.dispatch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.hearthd.Handler;
import org.hearthd.Response;
import org.junit.jupiter.api.Test;

/** Handlers of which only one can run: the predecessor's is stopped first. */
class ExclusiveSuccessionTest extends SuccessionContract {
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
}
