package org.hearthd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class ResponseTest {
    @Test
    void textIsUtf8AndSaysSo() {
        Response response = Response.text(200, "\u00e4\n");
        assertEquals("text/plain; charset=utf-8", response.headers().get("content-type"));
        assertEquals(3, response.length());
        assertEquals("\u00e4\n", StandardCharsets.UTF_8.decode(response.body()).toString());
    }

    @Test
    void oneMoreHeaderLeavesTheFirstAnswerAlone() {
        Response first = Response.of(201, Headers.of("A", "1"), new byte[] {1, 2});
        Response second = first.with("B", "2");
        assertEquals(Headers.of("A", "1"), first.headers());
        assertEquals(Headers.of("A", "1", "B", "2"), second.headers());
        assertEquals(201, second.status());
        assertEquals(2, second.length());
    }

    @Test
    void bodyIsAReadOnlyViewThatStartsAfresh() {
        Response response = Response.of(200, Headers.EMPTY, new byte[] {7});
        assertTrue(response.body().isReadOnly());
        byte[] one = new byte[1];
        response.body().get(one);
        response.body().get(one);
        assertArrayEquals(new byte[] {7}, one);
    }

    @Test
    void onlyFinalStatusesAreAnswers() {
        assertEquals(200, Response.empty(200).status());
        assertEquals(999, Response.empty(999).status());
        assertThrows(IllegalArgumentException.class, () -> Response.empty(199));
        assertThrows(IllegalArgumentException.class, () -> Response.empty(1000));
        assertThrows(NullPointerException.class, () -> Response.of(200, null, new byte[0]));
        assertThrows(NullPointerException.class, () -> Response.of(200, Headers.EMPTY, null));
    }
}
