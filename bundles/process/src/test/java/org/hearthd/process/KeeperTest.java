package org.hearthd.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Proxy;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.hearthd.ashd.Forwarder;
import org.hearthd.transport.PacketConnection;
import org.hearthd.transport.PacketTransport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Threads that must not wait for a keeper. */
final class KeeperTest extends ProcessContract {
    private final CountDownLatch entered = new CountDownLatch(1);
    private final CountDownLatch release = new CountDownLatch(1);
    private final AtomicReference<PacketConnection> connection = new AtomicReference<>();
    private Forwarder forwarder;
    private Keeper keeper;

    @AfterEach
    void stop() {
        release.countDown();
        forwarder.close();
        keeper.stop();
    }

    private void hold() {
        entered.countDown();
        try {
            assertTrue(release.await(60, TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private void start(Spawner starter, Runnable published) {
        PacketTransport watched = (PacketTransport) Proxy.newProxyInstance(getClass().getClassLoader(),
                new Class<?>[] {PacketTransport.class}, (self, method, arguments) -> {
                    Object result = method.invoke(packets, arguments);
                    if (result instanceof PacketConnection made) {
                        connection.compareAndSet(null, made);
                    }
                    return result;
                });
        PersistentSettings settings = PersistentSettings
                .of(House.config(PersistentConfig.class, values(shell("exec cat"), "stdout", "null", "ready_after_ms", 1L)),
                        House.PID);
        forwarder = new Forwarder("test", settings.limits(), () -> streams, task -> new Thread(task).start(),
                (broken, why) -> {});
        keeper = new Keeper(settings, starter, () -> watched, forwarder, published, () -> false);
        keeper.start();
    }

    @Test
    void whoFindsAConnectionBrokenDoesNotWaitForAStart() throws Exception {
        AtomicInteger starts = new AtomicInteger();
        start((program, stdin) -> {
            if (starts.incrementAndGet() == 2) {
                hold();
            }
            return spawner.start(program, stdin);
        }, () -> {});
        CompletableFuture<?> restart = CompletableFuture.supplyAsync(keeper::restart, task -> new Thread(task).start());
        assertTrue(entered.await(60, TimeUnit.SECONDS));
        CompletableFuture.runAsync(() -> keeper.broken(connection.get()), task -> new Thread(task).start())
                .get(30, TimeUnit.SECONDS);
        release.countDown();
        restart.get(60, TimeUnit.SECONDS);
    }

    @Test
    void whatIsToldOfAnotherProcessDoesNotHoldTheTimer() throws Exception {
        start(spawner, this::hold);
        CompletableFuture<Long> restart = keeper.restart();
        assertTrue(entered.await(60, TimeUnit.SECONDS));
        assertEquals("timer", new CompletableFuture<String>().completeOnTimeout("timer", 1, TimeUnit.MILLISECONDS)
                .get(30, TimeUnit.SECONDS));
        release.countDown();
        assertTrue(restart.get(60, TimeUnit.SECONDS) > 0);
    }
}
