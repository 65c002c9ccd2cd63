package org.hearthd.dispatch;

import static org.hearthd.dispatch.House.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.hearthd.Exchange;
import org.hearthd.Handler;
import org.hearthd.Headers;
import org.hearthd.Outcome;
import org.hearthd.Response;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceFactory;
import org.osgi.framework.ServiceRegistration;

class DispatcherServiceTest {
    @TempDir
    Path storage;
    private House house;
    private final CountDownLatch release = new CountDownLatch(1);

    @BeforeEach
    void start() throws Exception {
        house = new House(storage);
    }

    @AfterEach
    void stop() throws Exception {
        release.countDown();
        house.close();
    }

    private static Handler says(String text) {
        return e -> e.respond(Response.text(200, text));
    }

    private Handler stuck(CountDownLatch entered) {
        return e -> {
            entered.countDown();
            awaitRelease();
            e.respond(Response.text(200, "late"));
        };
    }

    private void awaitRelease() {
        try {
            release.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void aBlockingHandlerRunsOnAThreadNamedAfterItWithItsOwnLoader() throws Exception {
        AtomicReference<Thread> thread = new AtomicReference<>();
        AtomicReference<ClassLoader> loader = new AtomicReference<>();
        house.register(e -> {
            thread.set(Thread.currentThread());
            loader.set(Thread.currentThread().getContextClassLoader());
            e.respond(Response.text(200, "hi"));
        }, Handler.NAME, "a");
        assertEquals("hi", house.dispatch("a").text());
        assertEquals("handler-a-1", thread.get().getName());
        assertTrue(thread.get().isDaemon());
        assertSame(getClass().getClassLoader(), loader.get());
    }

    @Test
    void aNonBlockingHandlerRunsOnTheCallersThreadAndAnswersBeforeDispatchReturns() {
        AtomicReference<Thread> thread = new AtomicReference<>();
        house.register(e -> {
            thread.set(Thread.currentThread());
            e.respond(Response.text(200, "hi"));
        }, Handler.NAME, "a", Handler.NON_BLOCKING, true);
        Client client = house.dispatch("a");
        assertSame(Thread.currentThread(), thread.get());
        assertEquals(1, client.endings.get());
    }

    @Test
    void anAbsentHandlerGives503WithRetryAfterAndTheRequestId() throws Exception {
        Client client = house.dispatch("nobody");
        assertEquals(503, client.status());
        assertEquals("1", client.response.headers().get("Retry-After"));
        assertEquals(client.exchange.id(), client.response.headers().get("X-Request-Id"));
    }

    @Test
    void theExchangeBelongsToTheHandlerByName() {
        house.register(says("hi"), Handler.NAME, "a", Handler.NON_BLOCKING, true);
        Client client = house.dispatch("a");
        String message = assertThrows(IllegalStateException.class, () -> client.exchange.body()).getMessage();
        assertTrue(message.endsWith("moved to handler a"), message);
    }

    @Test
    void anExchangeThatIsNotTheGiversIsNotTouched() throws Exception {
        house.register(says("hi"), Handler.NAME, "a", Handler.NON_BLOCKING, true);
        Client client = new Client("");
        Exchange owned = client.exchange.move("somebody");
        house.dispatcher.dispatch("a", client.exchange);
        assertFalse(owned.ended());
        house.dispatcher.dispatch("a", owned);
        assertEquals("hi", client.text());
    }

    @Test
    void whateverAHandlerThrowsIsA500AndLeavesThePoolWorking() throws Exception {
        List<Throwable> thrown = List.of(new IllegalStateException("x"), new IOException("x"), new StackOverflowError(),
                new NoClassDefFoundError("x"), new OutOfMemoryError("not really"));
        BlockingQueue<Throwable> next = new LinkedBlockingQueue<>(thrown);
        Handler thrower = e -> sneak(next.remove());
        ServiceRegistration<Handler> registration = house.register(thrower, Handler.NAME, "a", Handler.THREADS, 1);
        for (int i = 0; i < thrown.size(); i++) {
            assertEquals(500, house.dispatch("a").status());
        }
        registration.setProperties(House.properties(Handler.NAME, "a", Handler.NON_BLOCKING, true));
        next.addAll(thrown);
        for (int i = 0; i < thrown.size(); i++) {
            assertEquals(500, house.dispatch("a").status());
        }
    }

    @SuppressWarnings("unchecked") // throws any Throwable past the compiler
    private static <T extends Throwable> void sneak(Throwable t) throws T {
        throw (T) t;
    }

    @Test
    void aHandlerThatThrowsAfterChangingTheRequestIsAnsweredForAsWell() throws Exception {
        house.register(e -> {
            e.with(e.request().withRest("other"));
            throw new IllegalStateException("x");
        }, Handler.NAME, "a");
        assertEquals(500, house.dispatch("a").status());
    }

    @Test
    void aHandlerThatThrowsInTheMiddleOfItsAnswerBreaksTheConnection() throws Exception {
        house.register(e -> {
            OutputStream out = e.respond(200, Headers.EMPTY);
            out.write(1);
            throw new IllegalStateException("x");
        }, Handler.NAME, "a");
        Client client = house.dispatch("a").await();
        assertEquals(Outcome.End.ABORTED, client.outcome.end());
        assertTrue(client.aborted);
        assertNull(client.response);
    }

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
        assertTrue(late.get(10, TimeUnit.SECONDS).getMessage().contains("504"));
        assertEquals(1, client.endings.get());
    }

    @Test
    void aNonBlockingHandlerThatNeverAnswersGives504() throws Exception {
        house.register(e -> {}, Handler.NAME, "a", Handler.NON_BLOCKING, true, Handler.TIMEOUT, 20L);
        assertEquals(504, house.dispatch("a").status());
    }

    @Test
    void anAnswerThatHasBegunIsNotBrokenByTheDeadline() throws Exception {
        CompletableFuture<OutputStream> begun = new CompletableFuture<>();
        house.register(e -> begun.complete(e.respond(200, Headers.EMPTY)), Handler.NAME, "a", Handler.NON_BLOCKING, true,
                Handler.TIMEOUT, 20L);
        Client streaming = house.dispatch("a");
        OutputStream out = begun.get(10, TimeUnit.SECONDS);
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
        assertTrue(entered.await(10, TimeUnit.SECONDS));
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
        assertTrue(entered.await(10, TimeUnit.SECONDS));
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
        eventually("the thread is free again", () -> isUp("a"));
        assertTrue(handled.contains(running.exchange.id()));
        assertFalse(handled.contains(queued.exchange.id()));
    }

    /** Dispatches until one request is in the handler: on a busy machine it may time out before it gets a thread. */
    private Client enter(String handler, CountDownLatch entered) {
        for (;;) {
            Client client = house.dispatch(handler);
            eventually("the request is handled or timed out", () -> entered.getCount() == 0 || client.exchange.ended());
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
        assertTrue(entered.await(10, TimeUnit.SECONDS));
        assertEquals("quick", house.dispatch("b").text());
    }

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
        assertTrue(entered.await(10, TimeUnit.SECONDS));
        CompletableFuture<Void> gone = CompletableFuture.runAsync(registration::unregister);
        eventually("refused", () -> house.dispatch("a").outcome != null);
        assertFalse(gone.isDone());
        release.countDown();
        gone.get(10, TimeUnit.SECONDS);
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
        eventually("refused", () -> house.dispatch("a").outcome.status() == 503);
        assertFalse(gone.isDone());
        kept.get().respond(Response.text(200, "at last"));
        gone.get(10, TimeUnit.SECONDS);
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
        eventually("recovered", () -> house.dispatch("a").exchange.ended() && isUp("a"));
        assertEquals("recovered", house.dispatch("a").text());
        registration.unregister();
        assertEquals(-1, tries.get(), "the service object was given back");
    }

    private boolean isUp(String name) {
        try {
            return house.dispatch(name).status() == 200;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void badServicePropertiesDoNotTakeTheHandlerDown() throws Exception {
        house.register(says("hi"), Handler.NAME, "a", Handler.THREADS, "many", Handler.QUEUE, -1, Handler.TIMEOUT, 0L,
                Handler.NON_BLOCKING, "true", Handler.PATH, new String[] {"no-slash", "/good"});
        assertEquals("hi", house.dispatch("a").text());
        assertEquals("hi", house.route("good").text());
        assertEquals(404, house.route("no-slash").status());
        house.register(says("nameless"));
        house.register(says("misnamed"), Handler.NAME, 7);
        assertEquals("hi", house.dispatch("a").text());
    }

    @Test
    void aDeclaredRouteIsUnknownAfterUninstallingOnlyAndAbsentBefore() throws Exception {
        Bundle bundle = house.bundle("some.handler");
        bundle.getBundleContext().registerService(Handler.class, says("hi"),
                House.properties(Handler.NAME, "a", Handler.PATH, "/a"));
        assertEquals("hi", house.route("a/b").text());
        bundle.stop();
        assertEquals(503, house.route("a/b").status());
        bundle.uninstall();
        eventually("unknown", () -> house.route("a/b").outcome.status() == 404);
    }

    @Test
    void aDeclaredRouteGoesWhenTheServiceNoLongerSaysIt() throws Exception {
        ServiceRegistration<Handler> registration = house.register(says("hi"), Handler.NAME, "a", Handler.PATH, "/a");
        assertEquals("hi", house.route("a").text());
        registration.setProperties(House.properties(Handler.NAME, "a", Handler.PATH, "/b"));
        assertEquals(404, house.route("a").status());
        assertEquals("hi", house.route("b").text());
    }

    @Test
    void aChangeOfConfigurationReachesTheHandlersThatAreThere() throws Exception {
        @DispatchConfig(handler_timeout_ms = 20, retry_after_s = 7)
        interface Hasty {}
        house.register(e -> {}, Handler.NAME, "a");
        house.dispatcher.modified(Hasty.class.getAnnotation(DispatchConfig.class));
        assertEquals(504, house.dispatch("a").status());
        assertEquals(503, house.dispatch("nobody").status());
        assertEquals("7", house.dispatch("nobody").response.headers().get("Retry-After"));
    }

    @Test
    void aContradictoryConfigurationIsRefusedByKeyAndTheOldOneGoesOn() throws Exception {
        @DispatchConfig(pool_threads = 0)
        interface Bad {}
        house.register(says("hi"), Handler.NAME, "a");
        String message = assertThrows(IllegalArgumentException.class,
                () -> house.dispatcher.modified(Bad.class.getAnnotation(DispatchConfig.class))).getMessage();
        assertTrue(message.startsWith("org.hearthd.dispatch: pool.threads = 0"), message);
        assertEquals("hi", house.dispatch("a").text());
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
        eventually("the thread has gone with its handler", () -> !thread.isAlive());
    }
}
