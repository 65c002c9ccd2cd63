package org.hearthd.dispatch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.hearthd.Exchange;
import org.hearthd.Handler;
import org.hearthd.Response;
import org.hearthd.spi.Labelled;
import org.hearthd.transport.Await;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Bundle;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceFactory;
import org.osgi.framework.ServiceRegistration;

/** How handlers come, change and go. */
class HandlerLifeTest extends HouseTest {
    private final AtomicReference<CountDownLatch> next = new AtomicReference<>();

    @Test
    void theNewestOfTwoHandlersWinsAndTheOldOneReturnsWhenItGoes() throws Exception {
        house.register(says("old"), Handler.NAME, "a");
        ServiceRegistration<Handler> newer = house.register(says("new"), Handler.NAME, "a");
        assertEquals("new", house.dispatch("a").text());
        newer.unregister();
        assertEquals("old", house.dispatch("a").text());
    }

    @Test
    void aHigherRankingWinsOverANewerHandler() throws Exception {
        house.register(says("ranked"), Handler.NAME, "a", Constants.SERVICE_RANKING, 1);
        ServiceRegistration<Handler> newer = house.register(says("new"), Handler.NAME, "a");
        assertEquals("ranked", house.dispatch("a").text());
        newer.setProperties(House.properties(Handler.NAME, "a", Constants.SERVICE_RANKING, 2));
        assertEquals("new", house.dispatch("a").text());
    }

    @Test
    void aHandlerMayChangeItsName() throws Exception {
        ServiceRegistration<Handler> registration = house.register(says("hi"), Handler.NAME, "a");
        registration.setProperties(House.properties(Handler.NAME, "b"));
        assertEquals(503, house.dispatch("a").status());
        assertEquals("hi", house.dispatch("b").text());
    }

    @Test
    void unregisteringWaitsForTheRequestInProgressAndRefusesNewOnesMeanwhile() throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        ServiceRegistration<Handler> registration = house.register(stuck(entered), Handler.NAME, "a");
        Client running = house.dispatch("a");
        assertTrue(entered.await(60, TimeUnit.SECONDS));
        CompletableFuture<Void> gone = CompletableFuture.runAsync(registration::unregister);
        Await.until("refused", () -> house.dispatch("a").outcome != null);
        assertFalse(gone.isDone());
        release.countDown();
        gone.get(60, TimeUnit.SECONDS);
        assertEquals(200, running.status());
    }

    @Test
    void unregisteringWaitsForAnAsynchronousAnswerToo() throws Exception {
        CompletableFuture<Exchange> kept = new CompletableFuture<>();
        ServiceRegistration<Handler> registration = house.register(e -> {
            if (!kept.complete(e)) {
                e.respond(Response.text(200, "at once"));
            }
        }, Handler.NAME, "a", Handler.NON_BLOCKING, true);
        Client client = house.dispatch("a");
        CompletableFuture<Void> gone = CompletableFuture.runAsync(registration::unregister);
        Await.until("refused", () -> house.dispatch("a").outcome.status() == 503);
        assertFalse(gone.isDone());
        kept.get().respond(Response.text(200, "at last"));
        gone.get(60, TimeUnit.SECONDS);
        assertEquals("at last", client.text());
    }

    @Test
    void aHandlerWhoseActivationFailsIsAbsentAndIsTriedAgain() throws Exception {
        AtomicInteger tries = new AtomicInteger();
        ServiceFactory<Handler> delayed = new ServiceFactory<>() {
            @Override
            public Handler getService(Bundle bundle, ServiceRegistration<Handler> registration) {
                return tries.incrementAndGet() == 1 ? null : says("recovered");
            }

            @Override
            public void ungetService(Bundle bundle, ServiceRegistration<Handler> registration, Handler service) {
                tries.set(-1);
            }
        };
        ServiceRegistration<?> registration = house.context.registerService(Handler.class.getName(), delayed,
                House.properties(Handler.NAME, "a"));
        assertEquals(503, house.dispatch("a").status());
        Await.until("recovered", () -> house.dispatch("a").exchange.ended() && isUp("a"));
        assertEquals("recovered", house.dispatch("a").text());
        registration.unregister();
        assertEquals(-1, tries.get(), "the service object was given back");
    }

    /** Leaves one request in each of so many generations. */
    private List<Client> generations(ServiceRegistration<Handler> registration, int count) throws InterruptedException {
        List<Client> clients = new ArrayList<>();
        for (int i = 1; i <= count; i++) {
            registration.setProperties(House.properties(Handler.NAME, "a", Handler.THREADS, i));
            CountDownLatch entered = new CountDownLatch(1);
            next.set(entered);
            clients.add(house.dispatch("a"));
            assertTrue(entered.await(60, TimeUnit.SECONDS));
        }
        return clients;
    }

    private ServiceRegistration<Handler> deaf() {
        return house.register(e -> {
            next.get().countDown();
            // an interruption does not help
            Await.until("released", () -> release.getCount() == 0);
            e.respond(Response.empty(204));
        }, Handler.NAME, "a");
    }

    @Test
    void whoUnregistersAHandlerThatDoesNotEndItsRequestsIsHeldUntilTheTimeIsOver() throws Exception {
        @DispatchConfig(drain_timeout_ms = 200, park_timeout_ms = 0)
        interface Short {}
        house.dispatcher.modified(House.config(Short.class));
        ServiceRegistration<Handler> registration = deaf();
        List<Client> stuck = generations(registration, 5);
        long before = System.nanoTime();
        registration.unregister();
        assertTrue(System.nanoTime() - before >= TimeUnit.MILLISECONDS.toNanos(200));
        for (Client client : stuck) {
            assertEquals(502, client.status());
        }
    }

    @Test
    void aHandlerThatGoesWhileAnEarlierGenerationIsRetiredWaitsForItsRequestsOnly() throws Exception {
        ServiceRegistration<Handler> registration = deaf();
        List<Client> running = generations(registration, 2);
        CompletableFuture<Void> gone = CompletableFuture.runAsync(registration::unregister);
        Await.until("absent", () -> !house.dispatcher.registry().slots().of("a").ready());
        assertEquals(503, house.dispatch("a").status());
        assertFalse(gone.isDone());
        release.countDown();
        gone.get(60, TimeUnit.SECONDS);
        for (Client client : running) {
            assertEquals(204, client.status());
        }
    }

    @Test
    void thePoolsThreadsGoWithTheirHandler() throws Exception {
        AtomicReference<Thread> first = new AtomicReference<>();
        ServiceRegistration<Handler> registration = house.register(e -> {
            first.set(Thread.currentThread());
            e.respond(Response.text(200, "hi"));
        }, Handler.NAME, "a");
        house.dispatch("a").await();
        Thread thread = first.get();
        registration.unregister();
        Await.until("the thread has gone with its handler", () -> !thread.isAlive());
    }

    @Test
    void aHandlerThatWantsToKnowIsToldItsGenerationBeforeItsFirstRequest() throws Exception {
        class Told implements Handler, Labelled {
            private volatile String label;

            @Override
            public void generation(String now) {
                label = now;
            }

            @Override
            public void handle(Exchange exchange) throws IOException {
                exchange.respond(Response.text(200, label));
            }
        }
        ServiceRegistration<Handler> told = house.register(new Told(), Handler.NAME, "told");
        assertEquals("told/0.0.0#1", house.dispatch("told").text().replaceFirst("/[^#]*", "/0.0.0"));
        told.setProperties(House.properties(Handler.NAME, "told", Handler.NON_BLOCKING, true));
        assertEquals("told/0.0.0#2", house.dispatch("told").text().replaceFirst("/[^#]*", "/0.0.0"));
    }
}
