package org.hearthd.spi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import java.util.logging.Filter;
import java.util.logging.Logger;
import org.hearthd.Headers;
import org.hearthd.Request;
import org.junit.jupiter.api.Test;

final class UnendedTest {
    private static ManagedExchange make() {
        return ManagedExchange.of("test", Request.of("GET", "/", "", "", Headers.EMPTY), new RecordingBackend());
    }

    /** Makes garbage of two exchanges, one of them not ended, and returns their ids. */
    private static List<String> forget() {
        ManagedExchange ended = make();
        ended.abort();
        return List.of(ended.id(), make().move("handler forgetful").id());
    }

    @Test
    void anExchangeThatIsForgottenIsReportedAndOneThatEndedIsNot() {
        List<String> reports = new CopyOnWriteArrayList<>();
        Logger logger = Logger.getLogger(Unended.class.getName());
        Filter failing = logger.getFilter();
        logger.setFilter(line -> !reports.add(line.getMessage()));
        try {
            List<String> ids = forget();
            String expected = "request " + ids.get(1) + " was garbage-collected without having been ended";
            long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
            while (!reports.contains(expected)) {
                assertTrue(System.nanoTime() < deadline, "reported: " + reports);
                System.gc();
                LockSupport.parkNanos(5_000_000);
            }
            assertEquals(0, reports.stream().filter(r -> r.contains(ids.get(0) + " ")).count());
        } finally {
            logger.setFilter(failing);
        }
    }
}
