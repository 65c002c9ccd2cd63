package org.hearthd.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.hearthd.launcher.load.Plan;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LoadArgumentsTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    @Test
    void withoutOptionsItAsksTheDemoHandlerTwelveThousandTimes() throws Exception {
        Plan plan = new Plan(List.of(URI.create("http://127.0.0.1:8080/hello")), 1000, 32, Duration.ofSeconds(12), TIMEOUT);
        assertEquals(new LoadArguments(plan, Path.of("hearth-home").toAbsolutePath()), LoadArguments.parse());
    }

    @Test
    void urlsAddUp() throws Exception {
        LoadArguments arguments = LoadArguments.parse("--url", "http://h:1/a", "--url=http://h:1/b?c=d", "--rate", "5",
                "--connections=6",
                "--for", "7", "--home", "/h");
        Plan plan = new Plan(List.of(URI.create("http://h:1/a"), URI.create("http://h:1/b?c=d")), 5, 6, Duration.ofSeconds(7),
                TIMEOUT);
        assertEquals(new LoadArguments(plan, Path.of("/h")), arguments);
    }

    @ParameterizedTest
    @CsvSource({"--rat 1,--rate", "--rate 0,makes no load", "--rate x,is not a number", "--for,needs a value",
        "--url ftp://h/,is not http", "--url :,:", "more,unknown option more"})
    void usageErrorsAreNamed(String line, String expected) {
        LaunchException e = assertThrows(LaunchException.class, () -> LoadArguments.parse(line.split(" ")));
        assertEquals(LaunchException.USAGE, e.exitCode());
        assertTrue(e.getMessage().contains(expected), e.getMessage());
    }

    @Test
    void loadIsTheFirstWord() {
        LaunchException e = assertThrows(LaunchException.class, () -> Arguments.parse("--verbose", "load"));
        assertTrue(e.getMessage().contains("first word"), e.getMessage());
    }
}
