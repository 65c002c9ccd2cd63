package org.hearthd.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HeadParserTest {
    private static RequestHead parse(String text) throws Refusal {
        byte[] bytes = text.replace("|", "\r\n").getBytes(StandardCharsets.ISO_8859_1);
        return HeadParser.parse(bytes, bytes.length, 100);
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', value = {"/;''", "/a/b?c;a/b", "//a//b;/a//b", "/a%20b#f;a%20b#f", "/?x;''", "/f?q?r;f"})
    void theRestStringIsTheUrlWithoutFirstSlashAndQuery(String url, String rest) throws Refusal {
        assertEquals(rest, parse("GET " + url + " HTTP/1.1|Host: h||").rest());
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', value = {"http://e.org/p?q;/p?q;e.org", "HTTP://e.org:81;/;e.org:81",
        "https://e.org?q;/?q;e.org"})
    void anAbsoluteUrlBecomesItsPathAndReplacesHost(String target, String url, String host) throws Refusal {
        RequestHead head = parse("GET " + target + " HTTP/1.1|A: b|Host: other||");
        assertEquals(url, head.url());
        assertEquals(List.of("A", "b", "Host", host), List.of(head.fields()));
    }

    @Test
    void headersKeepOrderCaseDuplicatesAndBytes() throws Refusal {
        RequestHead head = parse("GET / HTTP/1.1|hOST: h|B:  x \t|b:|C: \u00e9\t\u00ff||");
        assertEquals(List.of("hOST", "h", "B", "x", "b", "", "C", "\u00e9\t\u00ff"), List.of(head.fields()));
    }

    @Test
    void everythingThatMapsToXAshIsStripped() throws Refusal {
        RequestHead head = parse("GET / HTTP/1.1|Host: h|X-Ash-Address: 1|x_ash_file: 2|X.ASH!x: 3|X-Ash: 4|XAsh-: 5||");
        assertEquals(List.of("Host", "h", "X-Ash", "4", "XAsh-", "5"), List.of(head.fields()));
    }

    @Test
    void bodyLengthAndConnectionAreUnderstood() throws Refusal {
        assertEquals(RequestHead.CHUNKED, parse("POST / HTTP/1.1|Host: h|Transfer-Encoding: Chunked||").length());
        assertEquals(RequestHead.CHUNKED, parse("POST / HTTP/1.1|Host: h|Transfer-Encoding: , chunked ,||").length());
        assertEquals(7, parse("POST / HTTP/1.1|Host: h|content-length: 007||").length());
        assertTrue(parse("GET / HTTP/1.1|Host: h||").keepAlive());
        assertFalse(parse("GET / HTTP/1.1|Host: h|Connection: x, Close||").keepAlive());
        assertFalse(parse("GET / HTTP/1.0||").keepAlive());
        assertTrue(parse("GET / HTTP/1.0|Connection: Keep-Alive||").keepAlive());
        assertTrue(parse("PUT / HTTP/1.1|Host: h|Content-Length: 1|Expect: 100-Continue||").expectsContinue());
        assertEquals("*", parse("OPTIONS * HTTP/1.1|Host: h||").url());
    }

    @Test
    void connectionIdsAreLettersWithTheLeastSignificantFirst() {
        assertEquals("A", AshHeaders.id(0));
        assertEquals("Z", AshHeaders.id(25));
        assertEquals("AA", AshHeaders.id(26));
        assertEquals("BA", AshHeaders.id(27));
        assertEquals("ZA", AshHeaders.id(51));
        assertEquals("AB", AshHeaders.id(52));
        assertEquals("AAA", AshHeaders.id(26 + 26 * 26));
    }

    @Test
    void aHeadOf65536DatagramBytesPassesAndOneMoreIsRefused() throws Refusal {
        RequestHead base = parse("GET /u HTTP/1.1|Host: h||");
        int used = base.lineBytes() + RequestHead.fieldBytes(base.fields());
        AshHeaders.checkDatagram(base, AshHeaders.MAX_DATAGRAM - used);
        assertEquals(431, assertThrows(Refusal.class, () -> AshHeaders.checkDatagram(base, AshHeaders.MAX_DATAGRAM - used + 1))
                .status());
        assertEquals(414, assertThrows(Refusal.class,
                () -> AshHeaders.checkDatagram(base, AshHeaders.MAX_DATAGRAM - base.lineBytes() + 1)).status());
    }
}
