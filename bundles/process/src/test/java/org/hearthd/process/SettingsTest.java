package org.hearthd.process;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.junit.jupiter.api.Test;

final class SettingsTest {
    @Test
    void aDirectoryThatIsNoPathIsReportedUnderItsOwnKey() {
        PersistentConfig config = House.config(PersistentConfig.class,
                Map.of("command", new String[] {"a", "b"}, "directory", "a\0b"));
        String message = assertThrows(IllegalArgumentException.class, () -> PersistentSettings.of(config, House.PID))
                .getMessage();
        assertTrue(message.startsWith("org.hearthd.process~test: key directory: is no path: "), message);
    }
}
