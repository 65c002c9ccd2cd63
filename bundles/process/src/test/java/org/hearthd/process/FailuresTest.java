package org.hearthd.process;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import org.hearthd.transport.Logged;
import org.junit.jupiter.api.Test;

final class FailuresTest {
    @Test
    void aProgramThatFailsAgainAfterAGoodRunIsReportedAgainAndNotBefore() {
        PersistentSettings settings = PersistentSettings
                .of(House.config(PersistentConfig.class, Map.of("command", new String[] {"sh", "x"})), House.PID);
        Failures failures = new Failures();
        try (Logged log = new Logged()) {
            for (int crashes = 1; crashes <= 2; crashes++) {
                for (int i = 0; i < 4; i++) {
                    failures.add(settings, false, "it ends", "ended");
                }
                assertEquals(crashes, log.lines().stream().filter(line -> line.contains("is out of order: it ends")).count());
                failures.end();
            }
        }
    }

    @Test
    void thePauseGrowsWithEachFailureInARowAndBeginsAnewAfterAGoodRun() {
        PersistentSettings settings = PersistentSettings.of(House.config(PersistentConfig.class, Map.of("command",
                new String[] {"sh", "x"}, "restart_delay_min_ms", 100L, "restart_delay_max_ms", 300L)), House.PID);
        Failures failures = new Failures();
        for (int runs = 0; runs < 2; runs++) {
            for (long expected : new long[] {100, 200, 300, 300}) {
                assertEquals(expected, failures.add(settings, true, "it ends", "ended"));
            }
            failures.end();
        }
    }
}
