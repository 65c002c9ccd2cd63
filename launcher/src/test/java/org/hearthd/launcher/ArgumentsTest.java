package org.hearthd.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ArgumentsTest {
    @Test
    void runHasSensibleDefaults() throws Exception {
        Arguments arguments = Arguments.parse("run");
        assertEquals(Path.of("hearth-home").toAbsolutePath(), arguments.home());
        assertEquals(8080, arguments.port());
        assertEquals(-1, arguments.notificationFd());
    }

    @Test
    void valuesAreAttachedOrFollow() throws Exception {
        Arguments arguments = Arguments.parse("run", "--port=0", "--home", "/h", "--notification-fd", "3", "--verbose");
        assertEquals(new Arguments("run", Path.of("/h"), 0, 3, true, Optional.empty()), arguments);
    }

    @Test
    void checkTakesADirectory() throws Exception {
        assertEquals(Optional.of(Path.of("/c")), Arguments.parse("check", "/c").directory());
    }

    @Test
    void helpAndVersionWinWhereverTheyStand() throws Exception {
        assertEquals("help", Arguments.parse("run", "--help").command());
        assertEquals("version", Arguments.parse("--version").command());
    }

    @ParameterizedTest
    @CsvSource({"run --prt 1,--port", "rnu,run", "run --port x,0 to 65535", "run --port 65536,0 to 65535",
        "run --port,needs a value",
        "run --home=,empty value", "run --verbose=no,takes no value", "run more,unexpected argument more", "chekc,check",
        "'',no command"})
    void usageErrorsNameTheWordAndTheNearestKnownOne(String line, String expected) {
        String[] words = line.isEmpty() ? new String[0] : line.split(" ");
        LaunchException e = assertThrows(LaunchException.class, () -> Arguments.parse(words));
        assertEquals(LaunchException.USAGE, e.exitCode());
        assertTrue(e.getMessage().contains(expected), e.getMessage());
    }
}
