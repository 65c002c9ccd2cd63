package org.hearthd.shell;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Both directions of the control socket, byte by byte. */
final class WireTest {
    private static List<String> read(String text) throws IOException {
        return Request.read(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void eachWordHasANulBehindIt() throws IOException {
        assertEquals(List.of("why", "/a b", "", "\u00e4\n", ""), read("why\0/a b\0\0\u00e4\n\0\0"));
        assertEquals(List.of(""), read("\0"));
        assertEquals(List.of(), read(""));
    }

    @Test
    void aRequestThatIsCutOrTooLongOrNoTextIsRefused() {
        assertThrows(ProtocolException.class, () -> read("handlers"));
        assertThrows(ProtocolException.class, () -> read("why\0/a"));
        assertThrows(ProtocolException.class, () -> read("x".repeat(64 * 1024) + "\0"));
        assertThrows(ProtocolException.class, () -> Request.read(new ByteArrayInputStream(new byte[] {(byte) 0xc3, 0})));
    }

    @Test
    void theLongestRequestIsTaken() throws IOException {
        String word = "x".repeat(64 * 1024 - 1);
        assertEquals(List.of(word), read(word + "\0"));
    }

    @Test
    void anAnswerIsThreeFramesAndTheExitCodeComesLast() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        new Answer("\u00e4", "no", 100).send(out);
        assertArrayEquals(new byte[] {1, 0, 0, 0, 2, (byte) 0xc3, (byte) 0xa4, 2, 0, 0, 0, 2, 'n', 'o', 0, 0, 0, 0, 1, 100},
                out.toByteArray());
    }
}
