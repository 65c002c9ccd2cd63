package org.hearthd.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.hearthd.launcher.HtpipeArguments.Mode;
import org.hearthd.launcher.HtpipeArguments.Purpose;
import org.junit.jupiter.api.Test;

class HtpipeArgumentsTest {
    private static HtpipeArguments parse(String... line) throws LaunchException {
        return HtpipeArguments.parse(line);
    }

    private static void refused(String expected, String... line) {
        LaunchException e = assertThrows(LaunchException.class, () -> HtpipeArguments.parse(line));
        assertTrue(e.getMessage().contains(expected), e.getMessage());
        assertEquals(1, e.exitCode());
    }

    @Test
    void flagsMayBeClusteredAndClientWins() throws Exception {
        assertEquals(Mode.CLIENT, parse("-CS", "s", "c").mode());
        assertEquals(Mode.CLIENT, parse("-S", "-C", "s").mode());
        assertEquals(Mode.SERVER, parse("-S", "s", "c").mode());
        assertEquals(Mode.AUTO, parse("s", "c").mode());
        assertEquals(Mode.HELP, parse("-Sh").mode());
    }

    @Test
    void optionsEndAtTheFirstOperandOrTheDoubleHyphen() throws Exception {
        assertEquals(List.of("c", "-C", "--", "-h"), parse("s", "c", "-C", "--", "-h").child());
        assertEquals("-s", parse("-S", "--", "-s", "c").socket());
        assertEquals("-", parse("-S", "-", "c").socket());
    }

    @Test
    void theProgramSaysItsPurposeFirst() throws Exception {
        assertEquals(Purpose.DETACHED, parse("--detached", "-S", "--", "s", "c").purpose());
        assertEquals(Purpose.NORMAL, parse("-S", "s", "c", "--detached").purpose());
    }

    @Test
    void whatIsMissingUnknownOrTooLongIsNamed() throws Exception {
        refused("no SOCKET-PATH");
        refused("no SOCKET-PATH", "-C");
        refused("no CHILD", "-S", "s");
        refused("no CHILD", "s");
        refused("unknown option -x", "-Cx", "s");
        refused("unknown option --detached", "-S", "--detached", "s", "c");
        refused("empty", "-C", "");
        refused("CHILD is empty", "-S", "s", "");
        refused("CHILD is empty", "s", "", "x");
        refused("108 bytes, at most 107", "-C", "é".repeat(54));
        assertEquals(107, parse("-C", "p".repeat(107)).socket().length());
    }
}
