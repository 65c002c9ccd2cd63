package org.hearthd.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FailedMarkTest {
    @TempDir
    Path directory;
    private FailedMark marks;

    @BeforeEach
    void make() {
        marks = new FailedMark(directory);
    }

    private void write(String reason) {
        marks.write("x.jar", "org.example.x 1.0.0", "installed", reason, "org.example.x 0.9.0 goes on", "replace it");
    }

    @Test
    void aLineIsOneLineAndNotTooLong() {
        assertEquals("", FailedMark.line(""));
        assertEquals("one two", FailedMark.line("one\n  two\n"));
        assertEquals(403, FailedMark.line(("x".repeat(300) + "\n").repeat(30)).length());
    }

    @Test
    void staysShortWhateverTheReason() throws IOException {
        write(("line " + "x".repeat(5000) + "\n").repeat(100));
        List<String> lines = Files.readAllLines(directory.resolve("x.jar.failed"));
        assertTrue(lines.size() <= 10, lines::toString);
        assertTrue(lines.stream().allMatch(line -> line.length() < 500), lines::toString);
    }

    @Test
    void isNoJarForTheDirectoryScan() throws IOException {
        write("why");
        assertEquals(Set.of(), DirectoryScan.look(directory).keySet());
        try (Stream<Path> files = Files.list(directory)) {
            assertEquals(1, files.count(), "nothing else is left");
        }
    }

    @Test
    void goesWithItsJarAlsoWhenThatWentWhileNobodyLooked() throws IOException {
        write("why");
        marks.clean(Set.of("x.jar"));
        assertTrue(Files.exists(directory.resolve("x.jar.failed")));
        marks.clean(Set.of("y.jar"));
        assertTrue(Files.notExists(directory.resolve("x.jar.failed")));
        marks.remove("x.jar");
    }

    @Test
    void doesNotStopADeploymentWhenItCanNotBeWritten() {
        new FailedMark(directory.resolve("missing")).write("x.jar", "it", "installed", "why", "nothing", "replace it");
        assertTrue(Files.notExists(directory.resolve("missing")));
    }
}
