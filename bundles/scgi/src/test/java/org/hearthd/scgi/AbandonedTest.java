package org.hearthd.scgi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.hearthd.Outcome;
import org.hearthd.transport.Await;
import org.hearthd.transport.Logged;
import org.junit.jupiter.api.Test;

/** Clients that leave, and handlers that stop, while a server is still looked for or a body is kept. */
class AbandonedTest extends ScgiContract {
    private static final long HOUR_MS = 3_600_000;
    private final BlockingQueue<Runnable> gone = new LinkedBlockingQueue<>();

    @Test
    void whoLeavesBetweenTwoAttemptsGivesHisPlaceBack() throws Exception {
        house("unix:" + directory.resolve("later"), "retries", 1, "retry.delay.ms", HOUR_MS, "max.connections", 1,
                "queue.timeout.ms", HOUR_MS);
        try (Logged log = new Logged(); House.Client first = house.send(House.get(), gone::add)) {
            first.end();
            Await.until("the first attempt", () -> log.says("no such socket"));
            gone.take().run();
        }
        unix("later", ScgiContract::hello);
        assertAnswer(200);
    }

    @Test
    void anExchangeThatSomebodyElseEndsGivesItsPlaceAndTheServersConnectionBack() throws Exception {
        BlockingQueue<Consumer<Outcome>> ended = new LinkedBlockingQueue<>();
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch closed = new CountDownLatch(1);
        house(unix(peer -> {
            if (asked.getCount() == 0) {
                hello(peer);
                return;
            }
            peer.variables();
            asked.countDown();
            peer.readAll();
            closed.countDown();
        }).address, "half.close", false, "max.connections", 1, "queue.timeout.ms", HOUR_MS, "cancel.when.gone", false);
        try (House.Client first = house.send(House.get(), gone::add, ended::add)) {
            first.end();
            asked.await();
            ended.take().accept(new Outcome(Outcome.End.ABORTED, 502));
            closed.await();
            assertAnswer(200);
        }
    }

    @Test
    void whoLeavesWhileANameIsLookedUpGivesHisPlaceBack() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        house("slow.invalid:1", "connect.timeout.ms", 3_600_000, "max.connections", 1, "queue.timeout.ms", HOUR_MS);
        house.names = host -> {
            asked.countDown();
            await(go);
            throw new UnknownHostException(host);
        };
        try (House.Client first = house.send(House.get(), gone::add)) {
            first.end();
            asked.await();
            gone.take().run();
        }
        house.handler.change(House.settings(House.keys("address", unix(ScgiContract::hello).address, "max.connections", 1,
                "queue.timeout.ms", HOUR_MS)));
        assertAnswer(200);
        go.countDown();
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void afterTheEndNothingIsTriedAnyMore() throws Exception {
        Path starts = directory.resolve("starts");
        house = new House(directory, House.keys("mode", "mixed", "address", "unix:" + directory.resolve("s"), "command",
                new String[] {"/bin/sh", "-c", "echo x >> \"$0\"", starts.toString()}, "retries", 1_000_000, "retry.delay.ms",
                20L,
                "drain.timeout.ms", 0L, "restart.delay.max.ms", 1L, "restart.delay.min.ms", 1L));
        try (Logged log = new Logged(); House.Client waiting = house.send(House.get())) {
            waiting.end();
            Await.until("a start", () -> Files.exists(starts) && log.says("has ended"));
            assertEquals(1, house.handler.stop());
            assertTrue(waiting.readAll().contains("is being stopped"));
            AtomicInteger connections = new AtomicInteger();
            unix("s", peer -> connections.incrementAndGet());
            LockSupport.parkNanos(200_000_000); // ten times retry.delay.ms
            assertEquals(0, connections.get());
        }
    }

    @Test
    void whatIsKeptOfBodiesIsGoneWithItsHandler() throws Exception {
        house(unix(ScgiContract::hello).address, "memory.body.bytes", 1, "drain.timeout.ms", 0L);
        try (House.Client client = house.send(House.post())) {
            client.write("0123456789");
            Await.until("a file", () -> files() > 0);
            assertEquals(1, house.handler.stop());
            assertTrue(client.readAll().contains("is being stopped"));
            Await.until("the end of the file", () -> files() == 0);
        }
    }

    @Test
    void theEndWaitsUntilEachRequestHasLetGo() throws Exception {
        house(unix(ScgiContract::hello).address, "memory.body.bytes", 1, "drain.timeout.ms", 0L);
        CountDownLatch go = new CountDownLatch(1);
        try (House.Client client = house.send(House.post())) {
            client.write("0123456789");
            Await.until("a file", () -> files() > 0);
            for (int i = 0; i < 2; i++) {
                house.loops.next().execute(() -> await(go));
            }
            CompletableFuture<Integer> stopped = CompletableFuture.supplyAsync(() -> {
                try {
                    return house.handler.stop();
                } catch (InterruptedException e) {
                    throw new CompletionException(e);
                }
            });
            assertThrows(TimeoutException.class, () -> stopped.get(100, TimeUnit.MILLISECONDS));
            go.countDown();
            assertEquals(1, stopped.get(60, TimeUnit.SECONDS));
            assertTrue(client.readAll().contains("is being stopped"));
        }
    }

    /** Those that have no name any more, too. */
    private long files() {
        try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
            return all.filter(fd -> target(fd).startsWith(directory.resolve("bodies"))).count();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Path target(Path fd) {
        try {
            return Files.readSymbolicLink(fd);
        } catch (IOException e) {
            return fd; // it was closed meanwhile
        }
    }
}
