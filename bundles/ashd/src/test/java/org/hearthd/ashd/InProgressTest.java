package org.hearthd.ashd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(180)
final class InProgressTest {
    private static Thread blocked(InProgress exchanges) {
        Thread reader = new Thread(exchanges::begin);
        reader.start();
        while (reader.getState() != Thread.State.WAITING) {
            assertTrue(reader.isAlive(), "a reader over the limit went on");
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
        }
        return reader;
    }

    @Test
    void aReaderOverTheLimitWaitsUntilHalfHaveEnded() throws Exception {
        InProgress exchanges = new InProgress(4);
        for (int i = 0; i < 4; i++) {
            exchanges.begin();
        }
        Thread reader = blocked(exchanges);
        exchanges.end();
        assertEquals(Thread.State.WAITING, reader.getState());
        exchanges.end();
        reader.join();
        exchanges.begin();
        blocked(exchanges).interrupt();
    }

    @Test
    void anotherLimitWakesWhoWaits() throws Exception {
        InProgress exchanges = new InProgress(1);
        exchanges.begin();
        Thread reader = blocked(exchanges);
        exchanges.limit(0);
        reader.join();
        exchanges.begin();
    }

    @Test
    void anInterruptedReaderGoesOn() throws Exception {
        InProgress exchanges = new InProgress(1);
        exchanges.begin();
        Thread reader = blocked(exchanges);
        reader.interrupt();
        reader.join();
    }
}
