package org.hearthd.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class TextTest {
    private static Map<String, Object> row(Object... pairs) {
        Map<String, Object> row = new LinkedHashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            row.put((String) pairs[i], pairs[i + 1]);
        }
        return row;
    }

    @Test
    void rowsBecomeAnAlignedTableWithTheColumnsOfAll() {
        assertEquals("""
                NAME         LEASES  AGE
                hello        3       12 ms
                a long name  -       -
                """, Text.of(List.of(row("name", "hello", "leases", 3, "age.ms", 12L), row("name", "a long name"))));
    }

    @Test
    void aVeryLongValueMovesOnlyItsOwnLine() {
        String reason = "r".repeat(100);
        String[] lines = Text.of(List.of(row("why", reason, "n", 1), row("why", "short", "n", 2))).split("\n");
        assertEquals(reason + "  1", lines[1]);
        assertEquals("short" + " ".repeat(35) + "  2", lines[2]);
    }

    @Test
    void aMapBecomesLinesAndAListInItLinesOfTheirOwn() {
        assertEquals("""
                uptime     1 h 1 min
                ready      no
                waits for  one
                           two
                rest       -
                more       a=1 b=-
                """, Text.of(row("uptime.ms", 3_660_000, "ready", false, "waits for", List.of("one", "two"), "rest", List.of(),
                "more", row("a", 1, "b", ""))));
    }

    @Test
    void textIsPrintedAsItIsWithOneEndOfLine() {
        assertEquals("one\ntwo\n", Text.of("one\ntwo"));
        assertEquals("", Text.of(null));
        assertEquals("none\n", Text.of(List.of()));
        assertEquals("a\nb\n", Text.of(List.of("a", "b")));
    }

    @Test
    void whatATerminalWouldActOnIsMadeVisible() {
        String text = Text.of(List.of(row("url", "/\u001b[2J\u009b1m\r\nX\u0000")));
        assertTrue(text.contains("/\\x1b[2J\\x9b1m\\x0d\\nX\\x00\n"), text);
        assertEquals("\\x1b[31mred\n", Text.of("\u001b[31mred"));
    }

    @Test
    void aTimeIsToldAsItsAge() {
        String since = Instant.now().minusSeconds(7200 + 30).truncatedTo(ChronoUnit.SECONDS).toString();
        assertEquals("since  2 h 0 min ago\n", Text.of(row("since", since)));
        assertEquals("url  2026-13-45T99:99:99Z\n", Text.of(row("url", "2026-13-45T99:99:99Z")));
    }

    @Test
    void timesAreShortAndNotRoundedUp() {
        assertEquals("0 ms", Text.duration(0));
        assertEquals("999 ms", Text.duration(999));
        assertEquals("1.0 s", Text.duration(1000));
        assertEquals("59.9 s", Text.duration(59_999));
        assertEquals("1 min 0 s", Text.duration(60_000));
        assertEquals("59 min 59 s", Text.duration(3_599_999));
        assertEquals("23 h 59 min", Text.duration(86_399_999));
        assertEquals("2 d 1 h", Text.duration(2 * 86_400_000L + 3_600_000));
    }
}
