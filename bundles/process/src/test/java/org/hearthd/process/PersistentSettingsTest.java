package org.hearthd.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What a configuration says. */
final class PersistentSettingsTest {
    @Test
    void theHandlerIsNamedAfterItsFileOrInIt() {
        assertEquals("test", PersistentSettings.of(PersistentContract.config(ProcessContract.shell("x")), House.PID).handler());
        assertEquals("blog", PersistentSettings
                .of(PersistentContract.config(ProcessContract.shell("x"), "handler", "blog"), House.PID).handler());
        assertThrows(IllegalArgumentException.class,
                () -> PersistentSettings.of(PersistentContract.config(ProcessContract.shell("x")),
                        Map.of("service.pid", "org.hearthd.process")));
    }

    @Test
    void thePauseBeforeARestartDoublesUpToItsMaximum() {
        PersistentSettings settings = PersistentSettings.of(PersistentContract.config(ProcessContract.shell("x"),
                "restart_delay_min_ms", 100L, "restart_delay_max_ms", 1000L), House.PID);
        assertEquals(List.of(100L, 200L, 400L, 800L, 1000L, 1000L),
                IntStream.rangeClosed(1, 6).mapToObj(settings::delayMs).toList());
        for (int failures : new int[] {30, 31, 32, 33, 64, 65, Integer.MAX_VALUE}) {
            assertEquals(1000, settings.delayMs(failures));
        }
    }

    @Test
    void environmentWordsSetAndRemove() {
        PersistentSettings settings = PersistentSettings
                .of(PersistentContract.config(ProcessContract.shell("x"), "environment", new String[] {"A='b c' -D E="},
                        "environment_inherit", false), House.PID);
        assertEquals("b c", settings.program().environment().changes().get("A"));
        assertEquals("", settings.program().environment().changes().get("E"));
        assertTrue(settings.program().environment().changes().containsKey("D"));
        assertFalse(settings.program().environment().inherit());
        for (String bad : List.of("=x", "x", "-")) {
            assertThrows(IllegalArgumentException.class,
                    () -> PersistentSettings.of(
                            PersistentContract.config(ProcessContract.shell("x"), "environment", new String[] {bad}), House.PID));
        }
    }
}
