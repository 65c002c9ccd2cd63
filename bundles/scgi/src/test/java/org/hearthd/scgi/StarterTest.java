package org.hearthd.scgi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.hearthd.process.Child;
import org.hearthd.process.Spawner;
import org.hearthd.transport.Await;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A program that is wanted just when it ends. */
@Timeout(180)
class StarterTest {
    private final AtomicInteger starts = new AtomicInteger();
    private final CompletableFuture<Integer> exit = new CompletableFuture<>();
    private final CountDownLatch noticed = new CountDownLatch(1);
    private final CountDownLatch go = new CountDownLatch(1);

    /** Its end takes a while to be noted. */
    private final class Dying implements Child {
        @Override
        public long pid() {
            return 0;
        }

        @Override
        public CompletableFuture<Integer> exit() {
            return exit;
        }

        @Override
        public List<String> lastErrors() {
            return List.of();
        }

        @Override
        public CompletableFuture<Integer> end(long graceMs, long termMs) {
            return exit;
        }

        @Override
        public String state() {
            noticed.countDown();
            try {
                go.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return "ended";
        }
    }

    private Spawner spawner() {
        return (program, stdin) -> {
            starts.incrementAndGet();
            return new Dying();
        };
    }

    private Starter assertStarts(Supplier<Spawner> spawners) throws Exception {
        Settings settings = House.settings(House.keys("mode", "mixed", "address", "unix:/no/such/socket", "command",
                new String[] {"/no/such/program"}, "retries", 1, "restart.good.ms", 1L));
        Services services = new Services(null, () -> null, spawners, null, why -> {});
        Server server = new Server(() -> settings, settings.addresses().get(0), null, null);
        Starter starter = new Starter(settings.launch(), server, services, Runnable::run);
        starter.start().get(60, TimeUnit.SECONDS);
        assertEquals(1, starts.get());
        return starter;
    }

    @Test
    void aProgramIsStartedOnceThatIsPossible() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        assertStarts(() -> asked.incrementAndGet() < 3 ? null : spawner());
    }

    @Test
    void nothingIsStartedBeforeTheEndOfTheLastOneIsNoted() throws Exception {
        Starter starter = assertStarts(this::spawner);
        long good = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(5);
        Await.until("a good life", () -> System.nanoTime() > good);
        CompletableFuture<Void> ending = CompletableFuture.runAsync(() -> exit.complete(1), task -> new Thread(task).start());
        assertTrue(noticed.await(60, TimeUnit.SECONDS));
        starter.start().get(60, TimeUnit.SECONDS);
        assertEquals(1, starts.get());
        go.countDown();
        ending.get(60, TimeUnit.SECONDS);
        starter.start().get(60, TimeUnit.SECONDS);
        assertEquals(2, starts.get());
    }
}
