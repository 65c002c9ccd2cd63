package org.hearthd.ashd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(180)
final class InProgressCrowdTest {
    private static final int MOST = 4;
    private static final int ROUNDS = 300;

    private final InProgress exchanges = new InProgress(MOST);
    private final AtomicInteger now = new AtomicInteger();
    private final AtomicInteger highest = new AtomicInteger();

    @Test
    void manyReadersTogetherDoNotBeginMoreThanTheLimit() throws Exception {
        List<Thread> readers = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            Thread reader = new Thread(this::read);
            reader.start();
            readers.add(reader);
        }
        for (Thread reader : readers) {
            reader.join();
        }
        assertEquals(0, now.get());
        assertTrue(highest.get() <= MOST, highest.get() + " at a time");
    }

    private void read() {
        for (int i = 0; i < ROUNDS; i++) {
            exchanges.begin();
            highest.accumulateAndGet(now.incrementAndGet(), Math::max);
            Thread.yield();
            now.decrementAndGet();
            exchanges.end();
        }
    }
}
