package org.hearthd.dispatch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.hearthd.Handler;
import org.hearthd.transport.Await;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Bundle;
import org.osgi.framework.ServiceRegistration;

/** Handlers that can tell whether they work. */
class SelfCheckTest extends HouseTest {
    @DispatchConfig(park_timeout_ms = 60_000)
    private interface Patient {}

    @Override
    Class<?> config() {
        return Patient.class;
    }

    private boolean ready(String name) {
        return house.dispatcher.registry().slots().of(name).ready();
    }

    /** A check that ends when it is interrupted. */
    private static Object sticks(CountDownLatch entered, CompletableFuture<Void> interrupted) {
        entered.countDown();
        try {
            return new CountDownLatch(1).await(60, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            interrupted.complete(null);
            throw new IllegalStateException("interrupted", e);
        }
    }

    @Test
    void aCheckThatIsGivenUpBeforeItsDeadlineIsSetIsDecided() {
        AtomicReference<String> result = new AtomicReference<>();
        new SelfCheck(new Checked(() -> null), "a", result::set).giveUp("was too slow");
        assertEquals("its self-check was too slow", result.get());
    }

    @Test
    void aHandlerIsCheckedOnAThreadOfItsOwnBeforeItComesIntoService() throws Exception {
        CompletableFuture<Thread> thread = new CompletableFuture<>();
        house.register(new Checked(() -> {
            awaitRelease();
            return thread.complete(Thread.currentThread());
        }), Handler.NAME, "a");
        Client parked = house.dispatch("a");
        assertFalse(ready("a"));
        assertTrue(house.dispatcher.unready().get(0).endsWith("is being activated"));
        release.countDown();
        assertEquals("checked", parked.text());
        assertTrue(thread.get().getName().startsWith("check-"));
    }

    @Test
    void aHandlerWhoseCheckFailsIsAbsentAndIsCheckedAgainWhileSomebodyWants() throws Exception {
        AtomicInteger checks = new AtomicInteger();
        house.register(new Checked(() -> {
            if (checks.incrementAndGet() == 1) {
                throw new IOException("its database does not answer");
            }
            return null;
        }), Handler.NAME, "a");
        Await.until("the reason is told", () -> house.dispatcher.registry().slots().of("a").absence()
                .endsWith(": its self-check failed: its database does not answer"));
        assertEquals("checked", house.dispatch("a").text());
        assertEquals(2, checks.get());
    }

    @Test
    void aCheckThatTakesTooLongIsInterruptedAndHasFailed() throws Exception {
        @DispatchConfig(check_timeout_ms = 50)
        interface Hasty {}
        house.dispatcher.modified(House.config(Hasty.class));
        CountDownLatch entered = new CountDownLatch(1);
        CompletableFuture<Void> interrupted = new CompletableFuture<>();
        Bundle one = house.bundle("some.handler.one");
        one.getBundleContext().registerService(Handler.class, says("one"), House.properties(Handler.NAME, "a"));
        Bundle two = house.install("some.handler.two", "2.0.0");
        try (Succession succession = house.dispatcher.succeed(one, two, name -> false)) {
            two.start();
            two.getBundleContext().registerService(Handler.class, new Checked(() -> sticks(entered, interrupted)),
                    House.properties(Handler.NAME, "a"));
            interrupted.get(60, TimeUnit.SECONDS);
            assertEquals(Map.of("a", "its self-check did not end within 50 ms (check.timeout.ms)"), succession.missing());
            assertEquals("one", house.dispatch("a").text());
        }
    }

    @Test
    void aSuccessorsCheckRunsOnceAndIsReportedWhileItRuns() throws Exception {
        AtomicInteger checks = new AtomicInteger();
        Bundle one = house.bundle("some.handler.one");
        one.getBundleContext().registerService(Handler.class, says("one"), House.properties(Handler.NAME, "a"));
        Bundle two = house.install("some.handler.two", "2.0.0");
        try (Succession succession = house.dispatcher.succeed(one, two, name -> false)) {
            two.start();
            two.getBundleContext().registerService(Handler.class, new Checked(() -> {
                awaitRelease();
                return checks.incrementAndGet();
            }), House.properties(Handler.NAME, "a"));
            Await.until("it runs", () -> succession.missing().equals(Map.of("a", "its self-check is running")));
            release.countDown();
            Await.until("it has passed", () -> succession.missing().isEmpty());
            succession.commit();
            assertEquals("checked", house.dispatch("a").text());
            assertEquals(1, checks.get());
        }
    }

    @Test
    void aHandlerThatGoesWhileItIsCheckedIsNotWaitedForAndNeverComesIntoService() throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        CompletableFuture<Void> interrupted = new CompletableFuture<>();
        ServiceRegistration<Handler> registration = house.register(new Checked(() -> sticks(entered, interrupted)), Handler.NAME,
                "a");
        assertTrue(entered.await(60, TimeUnit.SECONDS));
        registration.unregister();
        interrupted.get(60, TimeUnit.SECONDS);
        assertFalse(ready("a"));
    }
}
