package org.hearthd.spi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import org.hearthd.Headers;
import org.hearthd.Response;
import org.junit.jupiter.api.Test;

final class ResponseHeadTest {
    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static ResponseHead decode(String text) {
        return ResponseHead.decode(bytes(text)).orElseThrow();
    }

    private static String refusal(String text) {
        return assertThrows(IllegalArgumentException.class, () -> ResponseHead.decode(bytes(text)), text).getMessage();
    }

    @Test
    void isWrittenWithCrlf() {
        assertEquals("HTTP/1.1 404 Not Found\r\nA: 1\r\na: \u00ff\r\n\r\n",
                new String(ResponseHead.of(404, Headers.of("A", "1", "a", "\u00ff")).encode(), StandardCharsets.ISO_8859_1));
        assertEquals("HTTP/1.1 599 \r\n\r\n",
                new String(new ResponseHead(599, "", Headers.EMPTY).encode(), StandardCharsets.ISO_8859_1));
    }

    @Test
    void readsWhatItWrites() {
        ResponseHead head = new ResponseHead(206, "So it is", Headers.of("A", "1", "A", "", "b", "x y: z\u00e4"));
        assertEquals(Optional.of(head), ResponseHead.decode(ByteBuffer.wrap(head.encode())));
    }

    @Test
    void bothLineEndsAreUnderstoodEvenMixed() {
        ResponseHead expected = new ResponseHead(200, "OK", Headers.of("A", "1", "B", "2"));
        assertEquals(expected, decode("HTTP/1.1 200 OK\r\nA: 1\r\nB: 2\r\n\r\n"));
        assertEquals(expected, decode("HTTP/1.1 200 OK\nA: 1\nB: 2\n\n"));
        assertEquals(expected, decode("HTTP/1.1 200 OK\r\nA:1\nB:\t 2 \t\r\n\n"));
    }

    @Test
    void anyVersionAndAnyReasonWillDo() {
        assertEquals(new ResponseHead(200, "OK", Headers.EMPTY), decode("foo 200 OK\n\n"));
        assertEquals(new ResponseHead(200, "", Headers.EMPTY), decode("HTTP/1.1 200 \n\n"));
        assertEquals(new ResponseHead(200, "", Headers.EMPTY), decode("HTTP/1.1 200\r\n\r\n"));
        assertEquals(new ResponseHead(200, " a  b", Headers.EMPTY), decode("HTTP/1.1 200  a  b\n\n"));
    }

    @Test
    void leavesTheBodyInTheBuffer() {
        ByteBuffer in = bytes("..HTTP/1.1 200 OK\r\n\r\nbody");
        in.position(2);
        assertTrue(ResponseHead.decode(in).isPresent());
        assertEquals("body", StandardCharsets.ISO_8859_1.decode(in).toString());
    }

    @Test
    void waitsForTheRestWhereverTheBytesArePutApart() {
        byte[] whole = "HTTP/1.1 200 OK\r\nA: 1\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1);
        for (int length = 0; length < whole.length; length++) {
            ByteBuffer part = ByteBuffer.wrap(whole, 0, length);
            assertEquals(Optional.empty(), ResponseHead.decode(part), "after " + length + " bytes");
            assertEquals(0, part.position());
        }
        assertTrue(ResponseHead.decode(ByteBuffer.wrap(whole)).isPresent());
    }

    @Test
    void trimsBlanksOnlyNotOtherSeparators() {
        assertEquals("\u001cx\u00a0", decode("HTTP/1.1 200 OK\nA: \t\u001cx\u00a0\t \n\n").headers().get("A"));
    }

    @Test
    void refusesMalformedStatusLines() {
        for (String line : new String[] {"", "HTTP/1.1", "HTTP/1.1 ", "HTTP/1.1 20", "HTTP/1.1 2000 OK", "HTTP/1.1 2x0 OK",
            "HTTP/1.1 007 OK", "HTTP/1.1  200 OK", " 200 OK", "200 OK", "HTTP/1.1 -20 OK", "HTTP/1.1 200 O\rK", "HTTP/1.1 200 \0",
            "A: 1"}) {
            assertTrue(refusal(line + "\n\n").contains("(byte 0)"), line);
        }
    }

    @Test
    void refusesMalformedHeadersWithTheirOffset() {
        for (String line : new String[] {"nocolon", ": x", " : x", "\tA: folded", " folded", "A\rB: x", "A: x\ry", "A: \0",
            "A\0: x"}) {
            String message = refusal("HTTP/1.1 200 OK\nB: 1\n" + line + "\n\n");
            assertTrue(message.startsWith("response header at byte 21"), message);
        }
    }

    @Test
    void refusesWhatIsTooLongAndNothingShorter() {
        String start = "HTTP/1.1 200 OK\nA: ";
        String fits = start + "x".repeat(ResponseHead.LIMIT - start.length() - 2) + "\n\n";
        assertEquals(ResponseHead.LIMIT, fits.length());
        assertEquals(ResponseHead.LIMIT - start.length() - 2, decode(fits).headers().get("A").length());
        assertEquals("response head is longer than 65536 bytes",
                refusal(start + "x".repeat(ResponseHead.LIMIT - start.length() - 1) + "\n\n"));
        assertEquals(Optional.empty(), ResponseHead.decode(bytes("x".repeat(ResponseHead.LIMIT - 1))));
        refusal("x".repeat(ResponseHead.LIMIT));
    }

    @Test
    void aBodyOfAnySizeBehindTheHeadIsNoMatter() {
        assertEquals(200, decode("HTTP/1.1 200 OK\n\n" + "x".repeat(2 * ResponseHead.LIMIT)).status());
    }

    @Test
    void canNotBeMadeOfWhatWouldBreakItsLine() {
        assertThrows(IllegalArgumentException.class, () -> new ResponseHead(200, "O\nK", Headers.EMPTY));
        assertThrows(IllegalArgumentException.class, () -> new ResponseHead(200, "\u20ac", Headers.EMPTY));
        assertThrows(IllegalArgumentException.class, () -> new ResponseHead(99, "", Headers.EMPTY));
        assertThrows(IllegalArgumentException.class, () -> new ResponseHead(1000, "", Headers.EMPTY));
    }

    @Test
    void everyStatusHasAReason() {
        Map.of(100, "Continue", 204, "No Content", 418, "Status", 504, "Gateway Timeout")
                .forEach((status, reason) -> assertEquals(reason, ResponseHead.reason(status)));
    }

    @Test
    void errorPagesCarryTheRequestId() {
        Response page = ErrorPage.of("r-1", 502, "Why.");
        assertEquals("r-1", page.headers().get("X-Request-Id"));
        assertEquals("502 Bad Gateway\nWhy.\nRequest r-1\n", StandardCharsets.UTF_8.decode(page.body()).toString());
    }
}
