package org.hearthd.scgi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Places under contention. */
@Timeout(120)
class GateTest {
    private static final int PLACES = 2;
    private static final int THREADS = 5;
    private static final int ROUNDS = 20_000;

    private final Gate gate = new Gate(new Settings.Limits(1, PLACES, THREADS));
    private final AtomicInteger inside = new AtomicInteger();

    @Test
    void whoWaitsGetsAPlaceAndThereAreNeverTooManyInside() {
        CompletableFuture.allOf(IntStream.range(0, THREADS).mapToObj(each -> CompletableFuture.runAsync(this::rounds,
                task -> new Thread(task).start())).toArray(CompletableFuture<?>[]::new)).join();
        assertEquals(0, inside.get());
        assertEquals(Gate.Entry.ADMITTED, gate.enter(() -> {}));
        assertEquals(Gate.Entry.ADMITTED, gate.enter(() -> {}));
        assertEquals(Gate.Entry.WAITING, gate.enter(() -> {}));
    }

    private void rounds() {
        Semaphore mine = new Semaphore(0);
        for (int i = 0; i < ROUNDS; i++) {
            switch (gate.enter(mine::release)) {
                case WAITING -> assertTrue(got(mine), "nobody told that there is a place");
                case REFUSED -> throw new AssertionError("there is room for all");
                default -> assertEquals(0, mine.availablePermits());
            }
            assertTrue(inside.incrementAndGet() <= PLACES);
            inside.decrementAndGet();
            gate.leave();
        }
    }

    private static boolean got(Semaphore place) {
        try {
            return place.tryAcquire(60, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
