package org.hearthd.process;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

final class ReadingTest {
    private static final long LIMIT = 100;
    private final Reading.Progress progress = new Reading.Progress(7, 0);

    @Test
    void isLateWhenItWasSeenToTakeNothingOfWhatLiesThere() {
        assertFalse(progress.isLate(9, 2, 50, LIMIT));
        assertFalse(progress.isLate(9, 2, 149, LIMIT));
        assertTrue(progress.isLate(9, 2, 150, LIMIT));
        assertTrue(progress.isLate(12, 5, 151, LIMIT));
        assertFalse(progress.isLate(12, 4, 152, LIMIT));
        assertFalse(progress.isLate(12, 4, 251, LIMIT));
        assertTrue(progress.isLate(12, 4, 252, LIMIT));
    }

    @Test
    void timeWithoutRequestsDoesNotCountHoweverLateItIsLookedAt() {
        assertTrue(progress.tookAll(7));
        assertFalse(progress.isLate(7, 0, 1000, LIMIT));
        assertFalse(progress.tookAll(8));
        assertFalse(progress.isLate(8, 1, 5000, LIMIT));
        assertFalse(progress.isLate(8, 1, 5099, LIMIT));
        assertTrue(progress.isLate(8, 1, 5100, LIMIT));
    }

    @Test
    void whatIsSentWhileTheQueueIsLookedAtIsNotTakenForProgressTwice() {
        // two more came behind the first look
        assertFalse(progress.isLate(9, 4, 50, LIMIT));
        assertTrue(progress.isLate(11, 4, 150, LIMIT));
    }

    @Test
    void hasTakenWhatWasSentAtATimeThoughMoreHasComeSince() {
        assertFalse(progress.isLate(9, 2, 50, LIMIT));
        assertFalse(progress.took(9));
        assertFalse(progress.isLate(12, 3, 60, LIMIT));
        assertTrue(progress.took(9));
    }
}
