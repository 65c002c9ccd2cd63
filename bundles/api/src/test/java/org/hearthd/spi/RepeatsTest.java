package org.hearthd.spi;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Which of many reports are worth a line. */
final class RepeatsTest {
    private static final Optional<String> ALONE = Optional.of("");
    private static final Optional<String> NOT_NOW = Optional.empty();

    private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 5);
    private final Repeats repeats = new Repeats(now::get);

    @Test
    void theSameAgainIsReportedAfterAWhileOnlyWithTheNumberThatWasLeftOut() {
        assertEquals(ALONE, repeats.report("a"));
        for (int i = 0; i < 3; i++) {
            assertEquals(NOT_NOW, repeats.report("a"));
        }
        now.addAndGet(TimeUnit.SECONDS.toNanos(10) - 1);
        assertEquals(NOT_NOW, repeats.report("a"));
        now.incrementAndGet();
        assertEquals(Optional.of(" (and 4 more like the last one)"), repeats.report("a"));
        now.addAndGet(TimeUnit.SECONDS.toNanos(10));
        assertEquals(ALONE, repeats.report("a"));
    }

    @Test
    void whatIsNewIsReportedAtOnce() {
        repeats.report("a");
        repeats.report("a");
        assertEquals(Optional.of(" (and 1 more like the last one)"), repeats.report("b"));
        repeats.report("b");
        repeats.forget();
        assertEquals(ALONE, repeats.report("b"));
    }
}
