package org.hearthd.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.hearthd.Fd;
import org.hearthd.ashd.Forwarder;
import org.hearthd.transport.Await;
import org.hearthd.transport.FdPair;
import org.hearthd.transport.NoTransportException;
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
        CompletableFuture<?> restart = aside(keeper::restart);
        assertTrue(entered.await(60, TimeUnit.SECONDS));
        aside(() -> {
            keeper.broken(connection.get());
            return true;
        }).get(30, TimeUnit.SECONDS);
        release.countDown();
        restart.get(60, TimeUnit.SECONDS);
    }

    /** As while the transport is being replaced: who waits for it does so for seconds. */
    private final class Gapped implements Spawner {
        private final AtomicBoolean gap = new AtomicBoolean(true);
        private final CountDownLatch refused = new CountDownLatch(3);

        @Override
        public Child start(Program program, Fd stdin) throws IOException {
            hold();
            return spawner.start(program, stdin);
        }

        @Override
        public Child startNow(Program program, Fd stdin) throws IOException {
            if (gap.get()) {
                refused.countDown();
                throw new NoTransportException("transport");
            }
            return spawner.startNow(program, stdin);
        }
    }

    private static <T> CompletableFuture<T> aside(Supplier<T> call) {
        return CompletableFuture.supplyAsync(call, task -> new Thread(task).start());
    }

    @Test
    void nobodyWaitsForAKeeperThatHasNoTransport() throws Exception {
        Gapped gapped = new Gapped();
        CompletableFuture<Boolean> started = aside(() -> {
            start(gapped, () -> {});
            return true;
        });
        assertTrue(started.get(30, TimeUnit.SECONDS));
        assertEquals(List.of(), aside(keeper::reasons).get(30, TimeUnit.SECONDS));
        assertTrue(gapped.refused.await(30, TimeUnit.SECONDS), "it does not try again");
        gapped.gap.set(false);
        assertTrue(Await.until(() -> connection.get() != null), "not started");
    }

    @Test
    void nobodyWaitsForARestartThatHasNoTransport() throws Exception {
        Gapped gapped = new Gapped();
        gapped.gap.set(false);
        start(gapped, () -> {});
        gapped.gap.set(true);
        CompletableFuture<CompletableFuture<Long>> restart = aside(keeper::restart);
        assertTrue(gapped.refused.await(30, TimeUnit.SECONDS), "it does not try again");
        assertEquals(List.of(), aside(keeper::reasons).get(30, TimeUnit.SECONDS));
        assertFalse(restart.isDone());
        gapped.gap.set(false);
        assertTrue(restart.get(30, TimeUnit.SECONDS).get(30, TimeUnit.SECONDS) > 0);
    }

    @Test
    void aSpawnerWithoutDescriptorsFailsWhereNobodyMayWait() throws Exception {
        start(spawner, () -> {});
        FdPair pair = packets.pair();
        try (Fd zero = pair.theirs()) {
            assertThrows(NoTransportException.class,
                    () -> new ProcessSpawner(null, null).startNow(keeper.settings().program(), zero));
        } finally {
            pair.close();
        }
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
