package org.hearthd.spi;

import java.lang.ref.Cleaner;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.logging.Filter;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Fails the test class after which an exchange turns out to have become garbage without having been ended. */
public final class UnendedFails implements BeforeAllCallback, AfterAllCallback {
    /** Kept, because loggers that nobody holds lose their filter. */
    private static final Logger LOGGER = Logger.getLogger(Unended.class.getName());
    private static final Cleaner CLEANER = Cleaner.create();
    private static final List<LogRecord> REPORTS = new CopyOnWriteArrayList<>();
    private static final Filter COLLECT = line -> !REPORTS.add(line);

    @Override
    public void beforeAll(ExtensionContext context) {
        LOGGER.setFilter(COLLECT);
    }

    @Override
    public void afterAll(ExtensionContext context) throws InterruptedException {
        collectGarbage();
        List<LogRecord> reports = List.copyOf(REPORTS);
        REPORTS.clear();
        if (!reports.isEmpty()) {
            AssertionError error = new AssertionError(
                    reports.size() + " exchanges were never ended, see below where they were made");
            reports.forEach(report -> error.addSuppressed(new AssertionError(report.getMessage(), report.getThrown())));
            throw error;
        }
    }

    /** Until an object that became garbage later than all exchanges has been cleaned; twice, as each cleaner has its own thread. */
    private static void collectGarbage() throws InterruptedException {
        for (int i = 0; i < 2; i++) {
            CountDownLatch cleaned = new CountDownLatch(1);
            CLEANER.register(new Object(), cleaned::countDown);
            do {
                System.gc();
            } while (!cleaned.await(20, TimeUnit.MILLISECONDS));
        }
    }
}
