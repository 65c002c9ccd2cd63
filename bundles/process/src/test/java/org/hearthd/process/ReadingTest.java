package org.hearthd.process;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

final class ReadingTest {
    private static final long LIMIT = 100;
    private final Reading.Progress progress = new Reading.Progress(7, 0);

    @Test
    void isLateWhenNothingIsTakenOfWhatLiesThere() {
        assertFalse(progress.isLate(9, 2, 99, LIMIT));
        assertTrue(progress.isLate(9, 2, 100, LIMIT));
        assertTrue(progress.isLate(12, 5, 101, LIMIT));
        assertFalse(progress.isLate(12, 4, 102, LIMIT));
        assertFalse(progress.isLate(12, 4, 201, LIMIT));
        assertTrue(progress.isLate(12, 4, 202, LIMIT));
    }

    @Test
    void timeWithoutRequestsDoesNotCount() {
        assertTrue(progress.tookAll(7));
        assertFalse(progress.isLate(7, 0, 1000, LIMIT));
        assertFalse(progress.tookAll(8));
        assertFalse(progress.isLate(8, 1, 1001, LIMIT));
        assertFalse(progress.isLate(8, 1, 1099, LIMIT));
        assertTrue(progress.isLate(8, 1, 1100, LIMIT));
    }

    @Test
    void whatIsSentWhileTheQueueIsLookedAtIsNotTakenForProgressTwice() {
        // two more came behind the first look
        assertFalse(progress.isLate(9, 2, 50, LIMIT));
        assertTrue(progress.isLate(9, 4, 150, LIMIT));
        assertTrue(progress.isLate(11, 4, 151, LIMIT));
    }
}
