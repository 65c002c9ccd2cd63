package org.hearthd.ashd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.hearthd.Headers;
import org.hearthd.Request;
import org.junit.jupiter.api.Test;

final class DatagramTest {
    /** GET /f?q HTTP/1.1 with Host: h and the rest string f. */
    private static final byte[] EXAMPLE = HexFormat.ofDelimiter(" ")
            .parseHex("47 45 54 00 2f 66 3f 71 00 48 54 54 50 2f 31 2e 31 00 66 00 48 6f 73 74 00 68 00 00");

    private static byte[] latin(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static Request decode(String text) throws IOException {
        return Datagram.decode(ByteBuffer.wrap(latin(text)));
    }

    private static String encode(Request request) throws IOException {
        return StandardCharsets.ISO_8859_1.decode(Datagram.encode(request, Datagram.C_LIMIT)).toString();
    }

    private static void assertMalformed(int offset, String text) {
        MalformedDatagramException e = assertThrows(MalformedDatagramException.class, () -> decode(text), text);
        assertEquals(offset, e.offset(), e.getMessage());
        assertTrue(e.getMessage().startsWith("malformed datagram at byte " + offset + ": "), e.getMessage());
    }

    @Test
    void theExampleHasTwentyEightBytesAndGoesBothWays() throws IOException {
        assertEquals(28, EXAMPLE.length);
        Request made = Request.of("GET", "/f?q", "HTTP/1.1", "f", Headers.of("Host", "h"));
        ByteBuffer encoded = Datagram.encode(made, 28);
        assertEquals(ByteBuffer.wrap(EXAMPLE), encoded);
        assertTrue(encoded.isReadOnly());
        Request read = Datagram.decode(ByteBuffer.wrap(EXAMPLE));
        assertEquals(made, Request.of(read.method(), read.url(), read.version(), read.rest(), read.headers()));
    }

    @Test
    void readsFromThePositionAndLeavesItThere() throws IOException {
        ByteBuffer data = ByteBuffer.allocateDirect(100).put(latin("xx")).put(EXAMPLE);
        data.flip().position(2);
        assertEquals("/f?q", Datagram.decode(data).url());
        assertEquals(2, data.position());
    }

    @Test
    void keepsItsOwnCopyOfTheBytes() throws IOException {
        byte[] received = EXAMPLE.clone();
        Request request = Datagram.decode(ByteBuffer.wrap(received));
        received[0] = 'X';
        assertEquals("GET", request.method());
    }

    @Test
    void keepsOrderDuplicatesCaseAndEveryByte() throws IOException {
        StringBuilder all = new StringBuilder();
        for (char c = 1; c <= 0xff; c++) {
            if (c != '\r' && c != '\n') {
                all.append(c);
            }
        }
        Headers headers = Headers.of("B", "1", "a", "", "b", all.toString(), all.toString().replace(":", ""), "x");
        Request request = Request.of("M\u00e4", "/" + all, "v\r\n", all.toString(), headers);
        Request read = decode(encode(request));
        assertEquals(request, Request.of(read.method(), read.url(), read.version(), read.rest(), read.headers()));
        assertEquals(encode(request), encode(read));
    }

    @Test
    void emptyPartsArePossible() throws IOException {
        Request request = decode("\0\0\0\0\0");
        assertEquals("", request.method() + request.url() + request.version() + request.rest());
        assertEquals(0, request.headers().size());
        assertEquals("\0\0\0\0\0", encode(request));
    }

    @Test
    void bytesBehindTheEndAreIgnoredAndNotSentOn() throws IOException {
        Request request = decode("GET\0/\0v\0r\0A\0001\0\0rubbish\0\0");
        assertEquals(Headers.of("A", "1"), request.headers());
        assertEquals("GET\0/\0v\0r\0A\0001\0\0", encode(request));
    }

    @Test
    void refusesWhatIsNoRequestWithTheOffset() {
        assertMalformed(0, "");
        assertMalformed(3, "GET");
        assertMalformed(4, "GET\0");
        assertMalformed(6, "GET\0/f");
        assertMalformed(6, "GET\0/\0");
        assertMalformed(7, "GET\0/\0v");
        assertMalformed(8, "GET\0/\0v\0");
        assertMalformed(9, "GET\0/\0v\0r");
        assertMalformed(10, "GET\0/\0v\0r\0");
        assertMalformed(11, "GET\0/\0v\0r\0A");
        assertMalformed(12, "GET\0/\0v\0r\0A\0");
        assertMalformed(13, "GET\0/\0v\0r\0A\0001");
        assertMalformed(14, "GET\0/\0v\0r\0A\0001\0");
        assertMalformed(13, "GET\0/\0v\0r\0A\0\0");
    }

    @Test
    void everyCutOfAGoodDatagramIsRefusedAtItsEnd() {
        for (int length = 0; length < EXAMPLE.length; length++) {
            ByteBuffer cut = ByteBuffer.wrap(EXAMPLE, 0, length);
            assertEquals(length, assertThrows(MalformedDatagramException.class, () -> Datagram.decode(cut)).offset());
        }
    }

    @Test
    void refusesHeadersThatWouldBreakTheirLine() {
        assertMalformed(11, "GET\0/\0v\0r\0A:\0001\0\0");
        assertMalformed(11, "GET\0/\0v\0r\0A\r\0001\0\0");
        assertMalformed(10, "GET\0/\0v\0r\0\nA\0001\0\0");
        assertMalformed(13, "GET\0/\0v\0r\0A\0001\nB: 2\0\0");
        assertMalformed(12, "GET\0/\0v\0r\0A\0\r\0\0");
    }

    @Test
    void anotherRestStringChangesNothingElse() throws IOException {
        for (boolean decoded : new boolean[] {false, true}) {
            Request request = Datagram.decode(ByteBuffer.wrap(EXAMPLE));
            if (decoded) {
                assertEquals("GET /f?q f h",
                        request.method() + " " + request.url() + " " + request.rest() + " " + request.headers().get("host"));
            }
            assertEquals("GET\0/f?q\0HTTP/1.1\0longer\0Host\0h\0\0", encode(request.withRest("longer")));
            Request shorter = request.withRest("longer").withRest("");
            assertEquals("GET\0/f?q\0HTTP/1.1\0\0Host\0h\0\0", encode(shorter));
            assertEquals("", shorter.rest());
            assertEquals("h", shorter.headers().get("Host"));
            assertEquals("f", request.rest());
            assertArrayEquals(EXAMPLE, latin(encode(request)));
        }
        assertThrows(IllegalArgumentException.class, () -> Datagram.decode(ByteBuffer.wrap(EXAMPLE)).withRest("a\0b"));
        assertThrows(IllegalArgumentException.class, () -> Datagram.decode(ByteBuffer.wrap(EXAMPLE)).withRest("\u20ac"));
    }

    @Test
    void otherHeadersChangeNothingElse() throws IOException {
        Request request = Datagram.decode(ByteBuffer.wrap(EXAMPLE));
        Request more = request.withHeaders(request.headers().with("X", "\u00ff").with("Y", ""));
        assertEquals("GET\0/f?q\0HTTP/1.1\0f\0Host\0h\0X\0\u00ff\0Y\0\0\0", encode(more));
        assertEquals("\u00ff", more.headers().get("x"));
        assertEquals("f", more.rest());
        Request none = more.withHeaders(Headers.EMPTY);
        assertEquals("GET\0/f?q\0HTTP/1.1\0f\0\0", encode(none));
        assertEquals("GET\0/f?q\0HTTP/1.1\0g\0A\0001\0\0", encode(none.withRest("g").withHeaders(Headers.of("A", "1"))));
        assertArrayEquals(EXAMPLE, latin(encode(request)));
    }

    @Test
    void theLimitIsExact() throws IOException {
        Request request = Request.of("GET", "/" + "x".repeat(Datagram.C_LIMIT - 15), "v", "r", Headers.of("A", "1"));
        assertEquals(Datagram.C_LIMIT, Datagram.encode(request, Datagram.C_LIMIT).remaining());
        Request longer = request.withRest("rr");
        assertEquals("a datagram of 65537 bytes where 65536 are possible",
                assertThrows(IOException.class, () -> Datagram.encode(longer, Datagram.C_LIMIT)).getMessage());
        Request wire = Datagram.decode(Datagram.encode(longer, Datagram.LIMIT));
        assertThrows(IOException.class, () -> Datagram.encode(wire, Datagram.C_LIMIT));
        assertEquals(Datagram.C_LIMIT, Datagram.encode(wire.withRest("s"), Datagram.C_LIMIT).remaining());
    }

    @Test
    void refusesToEncodeWhatIsNoOctetString() {
        for (String bad : new String[] {"a\0b", "\u0100"}) {
            for (int part = 0; part < 4; part++) {
                Request foreign = new ForeignRequest(part, bad);
                String message = assertThrows(IOException.class, () -> Datagram.encode(foreign, 1000)).getMessage();
                assertTrue(message.startsWith("no datagram can be made of this request: character "), message);
            }
        }
    }

    /** A request whose maker checks nothing. */
    private record ForeignRequest(int part, String bad) implements Request {
        private String part(int number) {
            return number == part ? bad : "x";
        }

        @Override
        public String method() {
            return part(0);
        }

        @Override
        public String url() {
            return part(1);
        }

        @Override
        public String version() {
            return part(2);
        }

        @Override
        public String rest() {
            return part(3);
        }

        @Override
        public Headers headers() {
            return Headers.EMPTY;
        }

        @Override
        public Request withRest(String rest) {
            return this;
        }

        @Override
        public Request withHeaders(Headers headers) {
            return this;
        }
    }
}
