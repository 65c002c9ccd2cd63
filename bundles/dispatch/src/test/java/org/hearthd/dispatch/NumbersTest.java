package org.hearthd.dispatch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The numbers of generations over several runtimes. */
class NumbersTest {
    @TempDir
    Path home;
    private Path file;

    @BeforeEach
    void place() {
        file = home.resolve("state/generations");
    }

    @Test
    void theyGrowByNameInThisRuntimeAndInTheNext() {
        Numbers first = new Numbers(file);
        assertEquals(List.of(1L, 2L, 1L, 3L), List.of(first.next("a"), first.next("a"), first.next("b c"), first.next("a")));
        Numbers second = new Numbers(file);
        assertEquals(List.of(4L, 2L), List.of(second.next("a"), second.next("b c")));
        assertEquals(5, new Numbers(file).next("a"));
    }

    @Test
    void whatCanBeReadOfADamagedFileCounts() throws IOException {
        Files.createDirectories(file.getParent());
        Files.write(file, "7 a\nnonsense\n\n-1 a\n99999999999999999999 a\n5 a\n3 b\n\0\u00ff\n4 ".getBytes("ISO-8859-1"));
        Numbers numbers = new Numbers(file);
        assertEquals(8, numbers.next("a"));
        assertEquals(4, numbers.next("b"));
        assertEquals(9, new Numbers(file).next("a"));
    }

    @Test
    void theyGoOnWithoutAFileAndWithoutAPlaceForOne() throws IOException {
        Numbers homeless = new Numbers(null);
        assertEquals(List.of(1L, 2L), List.of(homeless.next("a"), homeless.next("a")));
        Numbers numbers = new Numbers(file);
        try (LogRecords log = new LogRecords(Numbers.class)) {
            Files.writeString(home.resolve("state"), "no directory");
            assertEquals(List.of(1L, 2L), List.of(numbers.next("a"), numbers.next("a")));
            assertEquals(2, log.messages().size(), () -> log.messages().toString());
            Files.delete(home.resolve("state"));
            assertEquals(3, numbers.next("a"));
        }
        assertEquals(4, new Numbers(file).next("a"));
    }

    @Test
    void theFileStaysSmallAndComesBackWhenSomebodyHasDeletedIt() throws IOException {
        Numbers numbers = new Numbers(file);
        for (int i = 0; i < 2500; i++) {
            numbers.next("a");
        }
        assertTrue(Files.readAllLines(file).size() <= 1001, () -> "too many lines");
        Files.delete(file);
        numbers.next("a");
        numbers.next("a");
        assertEquals(2503, new Numbers(file).next("a"));
    }
}
