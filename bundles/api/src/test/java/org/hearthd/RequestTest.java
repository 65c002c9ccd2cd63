package org.hearthd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

final class RequestTest {
    private static Request of(String url) {
        return Request.of("GET", url, "HTTP/1.1", "rest", Headers.EMPTY);
    }

    @Test
    void changesOnePartOnly() {
        Headers headers = Headers.of("Host", "h");
        Request request = of("/a/rest?q").withHeaders(headers).withRest("st");
        assertEquals(Request.of("GET", "/a/rest?q", "HTTP/1.1", "st", headers), request);
        assertEquals("", request.withRest("").rest());
        assertEquals(Headers.EMPTY, request.withHeaders(Headers.EMPTY).headers());
    }

    @Test
    void splitsTheUrlAtTheFirstQuestionMark() {
        assertEquals("/a%20b", of("/a%20b?x=1?y").path());
        assertEquals("x=1?y", of("/a%20b?x=1?y").query());
        assertEquals("/a", of("/a").path());
        assertEquals("", of("/a").query());
        assertEquals("", of("?q").path());
    }

    @Test
    void refusesWhatIsNotAnOctetString() {
        assertEquals("the URL of a request has an illegal character at 1",
                assertThrows(IllegalArgumentException.class, () -> of("/\u20ac")).getMessage());
        assertThrows(IllegalArgumentException.class, () -> of("/\0"));
        assertThrows(IllegalArgumentException.class, () -> of("/").withRest("\0"));
        assertThrows(IllegalArgumentException.class, () -> Request.of("G\0T", "/", "", "", Headers.EMPTY));
        assertThrows(IllegalArgumentException.class, () -> Request.of("GET", "/", "\u0100", "", Headers.EMPTY));
        assertThrows(NullPointerException.class, () -> Request.of("GET", "/", "HTTP/1.1", "", null));
        assertEquals("/\u00ff", of("/\u00ff").url());
    }
}
