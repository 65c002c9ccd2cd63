package org.hearthd.ashd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import org.hearthd.Headers;
import org.hearthd.Request;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The bytes of datagrams; in texts {@code ~} stands for NUL, {@code ^} for LF and {@code `} for CR. */
final class DatagramTest {
    private static final byte[] FIXTURE = HexFormat.of()
            .parseHex("47 45 54 00 2f 66 3f 71 00 48 54 54 50 2f 31 2e 31 00 66 00 48 6f 73 74 00 68 00 00".replace(" ", ""));

    @Test
    void readsTheExampleOfTheSpecification() throws Exception {
        assertEquals(28, FIXTURE.length);
        Request request = Datagram.decode(ByteBuffer.wrap(FIXTURE));
        assertEquals("GET", request.method());
        assertEquals("/f?q", request.url());
        assertEquals("HTTP/1.1", request.version());
        assertEquals("f", request.rest());
        assertEquals(Headers.of("Host", "h"), request.headers());
    }

    @Test
    void writesTheExampleOfTheSpecification() throws Exception {
        Request request = Request.of("GET", "/f?q", "HTTP/1.1", "f", Headers.of("Host", "h"));
        assertArrayEquals(FIXTURE, encoded(request));
    }

    @Test
    void doesNotMoveTheBufferItReads() throws Exception {
        ByteBuffer data = ByteBuffer.allocate(40).put(5, FIXTURE).position(5).limit(33);
        assertEquals("h", Datagram.decode(data).headers().get("host"));
        assertEquals(5, data.position());
    }

    @Test
    void keepsItsOwnCopyOfTheBytes() throws Exception {
        byte[] reused = FIXTURE.clone();
        Request request = Datagram.decode(ByteBuffer.wrap(reused));
        Arrays.fill(reused, (byte) 'x');
        assertEquals("/f?q", request.url());
    }

    @Test
    void sendsAnUnchangedRequestOnByteForByteWithWhatFollowsItsEnd() throws Exception {
        byte[] wire = octets("GET~/~HTTP/1.1~~A~1~a~~B~\u00e4\u00ff~~trailing");
        Request request = Datagram.decode(ByteBuffer.wrap(wire));
        assertEquals(Headers.of("A", "1", "a", "", "B", "\u00e4\u00ff"), request.headers());
        assertArrayEquals(wire, encoded(request));
    }

    @Test
    void replacesOnlyTheRestString() throws Exception {
        byte[] wire = octets("GET~/\u00fc?q~HTTP/1.1~blog/a~Host~h~X~~~ignored");
        Request request = Datagram.decode(ByteBuffer.wrap(wire));
        Request shorter = request.withRest("a");
        assertArrayEquals(octets("GET~/\u00fc?q~HTTP/1.1~a~Host~h~X~~~"), encoded(shorter));
        assertEquals("a", shorter.rest());
        assertEquals("h", shorter.headers().get("Host"));
        Request longer = shorter.withRest("blog/2/\u00e9");
        assertArrayEquals(octets("GET~/\u00fc?q~HTTP/1.1~blog/2/\u00e9~Host~h~X~~~"), encoded(longer));
        assertEquals("blog/a", request.rest());
        assertArrayEquals(octets("GET~/\u00fc?q~HTTP/1.1~~Host~h~X~~~"), encoded(longer.withRest("")));
    }

    @Test
    void replacesOnlyTheHeaders() throws Exception {
        Request request = Datagram.decode(ByteBuffer.wrap(FIXTURE));
        Request changed = request.withHeaders(request.headers().set("host", "other").with("X-Ash-File", "f"));
        assertArrayEquals(octets("GET~/f?q~HTTP/1.1~f~host~other~X-Ash-File~f~~"), encoded(changed));
        assertArrayEquals(octets("GET~/f?q~HTTP/1.1~r~~"), encoded(changed.withHeaders(Headers.EMPTY).withRest("r")));
        assertArrayEquals(FIXTURE, encoded(request));
    }

    @Test
    void acceptsEmptyStrings() throws Exception {
        Request request = Datagram.decode(ByteBuffer.wrap(octets("~~~~~")));
        assertEquals("", request.method() + request.url() + request.version() + request.rest());
        assertEquals(Headers.EMPTY, request.headers());
    }

    @ParameterizedTest
    @CsvSource(nullValues = "none", value = {
        // text, offset, part of the message
        "'',0,no bytes", "GET,3,no NUL after the method", "GET~,4,no URL", "GET~/,5,no NUL after the URL", "GET~/~,6,no version",
        "GET~/~H,7,no NUL after the version", "GET~/~H~,8,no rest", "GET~/~H~r,9,no NUL after the rest string",
        "GET~/~H~r~,10,no header name or end", "GET~/~H~r~N,11,no NUL after the header name",
        "GET~/~H~r~N~,12,no header value", "GET~/~H~r~N~v,13,no NUL after the header value",
        "GET~/~H~r~N~v~,14,no header name or end", "GET~/~H~r~~,none,none", "GET~/~H~r~N~~,13,no header name or end",
        "GET~/~H~r~a:b~v~~,11,illegal character in a header name", "GET~/~H~r~N~a^X: y~~,13,illegal character in a header value",
        "GET~/~H~r~N~a`b~~,13,illegal character in a header value",
        "GET~/~H~r~A~1~N^~a~~,15,illegal character in a header name"})
    void refusesWhatIsNoRequestNamingTheByte(String text, Integer offset, String message) throws Exception {
        ByteBuffer data = ByteBuffer.wrap(octets(text));
        if (offset == null) {
            assertEquals("r", Datagram.decode(data).rest());
            return;
        }
        MalformedDatagramException e = assertThrows(MalformedDatagramException.class, () -> Datagram.decode(data));
        assertEquals(offset, e.offset(), e.getMessage());
        assertTrue(e.getMessage().contains(message), e.getMessage());
        assertTrue(e.getMessage().contains("at byte " + offset), e.getMessage());
    }

    @Test
    void everyPrefixOfADatagramIsRefused() throws Exception {
        for (int length = 0; length < FIXTURE.length; length++) {
            ByteBuffer data = ByteBuffer.wrap(FIXTURE, 0, length);
            assertEquals(length, assertThrows(MalformedDatagramException.class, () -> Datagram.decode(data)).offset());
        }
    }

    @Test
    void writesAsManyBytesAsTheReceiverTakesAndNotOneMore() throws Exception {
        for (int limit : new int[] {Datagram.C_LIMIT, Datagram.KERNEL_LIMIT}) {
            Request fits = Request.of("GET", "/" + "u".repeat(limit - 19), "HTTP/1.1", "rr", Headers.EMPTY);
            assertEquals(limit, Datagram.encode(fits, limit).remaining());
            IOException e = assertThrows(IOException.class, () -> Datagram.encode(fits.withRest("rrr"), limit));
            assertEquals("the request needs a datagram of " + (limit + 1) + " bytes, its receiver takes " + limit,
                    e.getMessage());
            Request wire = Datagram.decode(Datagram.encode(fits, limit));
            assertThrows(IOException.class, () -> Datagram.encode(wire.withRest("rrr"), limit));
        }
    }

    @ParameterizedTest
    @CsvSource({"0,0", "0,256", "1,0", "1,8364", "2,0", "2,256", "3,0", "3,256"})
    void refusesToWriteNulAndWhatIsNoOctet(int part, int illegal) {
        String[] parts = {"GET", "/", "HTTP/1.1", "rest"};
        parts[part] += (char) illegal;
        Request careless = new Careless(parts);
        String message = assertThrows(IOException.class, () -> Datagram.encode(careless, Datagram.C_LIMIT)).getMessage();
        assertTrue(message.contains("illegal character at " + (parts[part].length() - 1)), message);
    }

    @Test
    void refusesARestStringThatCannotBeWritten() throws Exception {
        Request request = Datagram.decode(ByteBuffer.wrap(FIXTURE));
        assertThrows(IllegalArgumentException.class, () -> request.withRest("a\0b"));
        assertThrows(IllegalArgumentException.class, () -> request.withRest("\u20ac"));
    }

    @Test
    void headersThatCannotBeWrittenCannotBeMade() {
        assertThrows(IllegalArgumentException.class, () -> Headers.of("", "v"));
        assertThrows(IllegalArgumentException.class, () -> Headers.of("N", "a\0"));
        assertThrows(IllegalArgumentException.class, () -> Headers.of("N", "\u0100"));
    }

    private static byte[] encoded(Request request) throws IOException {
        ByteBuffer data = Datagram.encode(request, Datagram.KERNEL_LIMIT);
        byte[] bytes = new byte[data.remaining()];
        data.get(bytes);
        return bytes;
    }

    private static byte[] octets(String text) {
        return text.replace('~', '\0').replace('^', '\n').replace('`', '\r').getBytes(StandardCharsets.ISO_8859_1);
    }

    /** A request that checks nothing. */
    private record Careless(String... parts) implements Request {
        @Override
        public String method() {
            return parts[0];
        }

        @Override
        public String url() {
            return parts[1];
        }

        @Override
        public String version() {
            return parts[2];
        }

        @Override
        public String rest() {
            return parts[3];
        }

        @Override
        public Headers headers() {
            return Headers.EMPTY;
        }

        @Override
        public Request withRest(String rest) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Request withHeaders(Headers headers) {
            throw new UnsupportedOperationException();
        }
    }
}
