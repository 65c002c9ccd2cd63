package org.hearthd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class HeadersTest {
    private static final Headers FOUR = Headers.of("Host", "h", "Cookie", "a", "X-A", "1", "cookie", "b");

    @Test
    void keepsOrderCaseAndDuplicates() {
        List<String> seen = new ArrayList<>();
        FOUR.forEach(f -> seen.add(f.name() + "=" + f.value()));
        assertEquals(List.of("Host=h", "Cookie=a", "X-A=1", "cookie=b"), seen);
        assertEquals(4, FOUR.size());
        assertEquals("cookie", FOUR.name(3));
        assertEquals("b", FOUR.value(3));
    }

    @Test
    void findsTheFirstOfANameAndAllOfThemInOrder() {
        assertEquals("a", FOUR.get("COOKIE"));
        assertEquals(Optional.of("a"), FOUR.first("cOOKIE"));
        assertEquals(List.of("a", "b"), FOUR.all("cookie"));
        assertNull(FOUR.get("Cooki"));
        assertEquals(List.of(), FOUR.all("none"));
        assertTrue(FOUR.contains("x-a"));
        assertFalse(FOUR.contains("x-b"));
    }

    @Test
    void comparesNamesWithoutRegardToAsciiCaseOnly() {
        Headers latin = Headers.of("X-\u00c4", "1", "X-[", "2");
        assertEquals("1", latin.get("x-\u00c4"));
        assertNull(latin.get("x-\u00e4"));
        assertNull(latin.get("x-{"));
        assertNull(Headers.of("K", "1").get("\u212a"));
    }

    @Test
    void takesEveryByteThatDoesNotEndALineAndNoOther() {
        for (char c = 0; c < 0x120; c++) {
            String text = "a" + c + "b";
            boolean inValue = c != 0 && c != '\r' && c != '\n' && c <= 0xff;
            if (inValue) {
                assertEquals(text, Headers.of("X", text).get("X"));
                assertEquals(text, Headers.EMPTY.with("X", text).value(0));
            } else {
                assertThrows(IllegalArgumentException.class, () -> Headers.of("X", text), "value with " + (int) c);
                assertThrows(IllegalArgumentException.class, () -> FOUR.with("X", text), "value with " + (int) c);
            }
            if (inValue && c != ':') {
                assertEquals(text, Headers.of(text, "v").name(0));
            } else {
                assertThrows(IllegalArgumentException.class, () -> Headers.of(text, "v"), "name with " + (int) c);
            }
        }
    }

    @Test
    void refusalsNameTheFieldAndThePlace() {
        assertEquals("header X-A has an illegal character at 2 of its value",
                assertThrows(IllegalArgumentException.class, () -> Headers.of("X-A", "ab\n")).getMessage());
        assertEquals("header name a:b has an illegal character at 1",
                assertThrows(IllegalArgumentException.class, () -> Headers.of("a:b", "")).getMessage());
        assertEquals("header with an empty name, value v",
                assertThrows(IllegalArgumentException.class, () -> Headers.of("", "v")).getMessage());
        assertEquals("header X-B has no value",
                assertThrows(IllegalArgumentException.class, () -> Headers.of("X-A", "1", "X-B")).getMessage());
        assertThrows(IllegalArgumentException.class, () -> FOUR.set("Host", "a\rb"));
    }

    @Test
    void anEmptyValueIsAValue() {
        assertEquals("", Headers.of("X-Empty", "").get("x-empty"));
    }

    @Test
    void settingRemovesTheFirstMatchAndAppends() {
        assertEquals(Headers.of("Host", "h", "X-A", "1", "cookie", "b", "COOKIE", "c"), FOUR.set("COOKIE", "c"));
        assertEquals(Headers.of("A", "1"), Headers.EMPTY.set("A", "1"));
        assertEquals(Headers.of("A", "2"), Headers.of("a", "1").set("A", "2"));
    }

    @Test
    void removingTakesEveryFieldOfThatNameAndLeavesTheOriginalAlone() {
        assertEquals(Headers.of("Host", "h", "X-A", "1"), FOUR.without("cookie"));
        assertSame(FOUR, FOUR.without("none"));
        assertEquals(4, FOUR.size());
    }

    @Test
    void theArrayItWasMadeOfCanNotChangeIt() {
        String[] fields = {"A", "1"};
        Headers headers = Headers.of(fields);
        fields[1] = "2";
        assertEquals("1", headers.get("A"));
    }

    @Test
    void equalHeadersHaveTheSameFieldsInTheSameOrder() {
        assertEquals(Headers.of("A", "1", "B", "2"), Headers.of("A", "1").with("B", "2"));
        assertEquals(Headers.of("A", "1").hashCode(), Headers.EMPTY.with("A", "1").hashCode());
        assertFalse(Headers.of("A", "1", "B", "2").equals(Headers.of("B", "2", "A", "1")));
        assertEquals("A: 1\nB: 2\n", Headers.of("A", "1", "B", "2").toString());
    }

    @Test
    void anIteratorEnds() {
        Iterator<Headers.Field> fields = Headers.of("A", "1").iterator();
        assertEquals(new Headers.Field("A", "1"), fields.next());
        assertFalse(fields.hasNext());
        assertThrows(NoSuchElementException.class, fields::next);
    }
}
