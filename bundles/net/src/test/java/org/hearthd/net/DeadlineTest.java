package org.hearthd.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.EventLoop;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** On loops whose clock is the test's. */
class DeadlineTest {
    private static final int MINUTE_MS = 60_000;

    private final EmbeddedChannel channel = frozen();
    private final EventLoop loop = channel.eventLoop();
    private final List<String> reached = new ArrayList<>();

    private static EmbeddedChannel frozen() {
        EmbeddedChannel channel = new EmbeddedChannel();
        channel.freezeTime();
        return channel;
    }

    private Deadline deadline(String name) {
        return new Deadline(loop, () -> reached.add(name));
    }

    /** The loop's timers see that time; a deadline sees the real one. */
    private void pass(EmbeddedChannel of, int millis) {
        of.advanceTimeBy(millis, TimeUnit.MILLISECONDS);
        of.runScheduledPendingTasks();
    }

    @Test
    void aTimerThatWasLetGoDoesNothingForWhoLetItGo() {
        Deadline first = deadline("first");
        first.set(1);
        first.cancel();
        assertFalse(first.isSet());
        pass(channel, MINUTE_MS);
        assertEquals(List.of(), reached);
    }

    @Test
    void aTimerThatRunsTooLateForTheNextDeadlineIsSetAnew() throws Exception {
        Deadline first = deadline("first");
        first.set(60 * MINUTE_MS);
        first.cancel();
        Deadline next = deadline("next");
        next.set(0);
        pass(channel, 1);
        assertEquals(List.of("next"), reached);
    }

    @Test
    void aTimerThatRunsTooEarlyForTheNextDeadlineRunsOnceMore() {
        Deadline first = deadline("first");
        first.set(1);
        first.cancel();
        Deadline next = deadline("next");
        next.set(60 * MINUTE_MS);
        pass(channel, 10);
        assertEquals(List.of(), reached);
        assertTrue(next.isSet());
        next.set(0);
        pass(channel, 1);
        assertEquals(List.of("next"), reached);
    }

    @Test
    void manyDeadlinesInARowNeedOneTimer() {
        for (int i = 0; i < 100; i++) {
            Deadline each = deadline("each");
            each.set(MINUTE_MS);
            each.cancel();
        }
        assertEquals(1, timers(channel));
    }

    @Test
    void aTimerOfOneLoopIsNotUsedForAnother() {
        Deadline first = deadline("first");
        first.set(0);
        first.cancel();
        EmbeddedChannel other = frozen();
        Deadline there = new Deadline(other.eventLoop(), () -> reached.add("there"));
        there.set(0);
        pass(channel, 1);
        assertEquals(List.of(), reached);
        pass(other, 1);
        assertEquals(List.of("there"), reached);
    }

    /** How many times something runs on that loop within an hour. */
    private static int timers(EmbeddedChannel of) {
        int count = 0;
        for (long next = of.runScheduledPendingTasks(); next >= 0; next = of.runScheduledPendingTasks()) {
            of.advanceTimeBy(next + 1, TimeUnit.NANOSECONDS);
            count++;
        }
        return count;
    }
}
