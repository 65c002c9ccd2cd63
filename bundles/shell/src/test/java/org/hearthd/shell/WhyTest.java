package org.hearthd.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class WhyTest {
    private static final Function<String, Map<String, String>> NO_ROUTES = what -> Map.of();

    private static Map<String, String> blog() {
        Map<String, String> found = new LinkedHashMap<>();
        found.put("route", "blog");
        found.put("handler", "b");
        found.put("state", "absent");
        return found;
    }

    @Test
    void theRootCauseComesFirstAndNothingTwice() {
        Why why = new Why(what -> blog(), List.of(h -> List.of("far", "same"), h -> List.of("near " + h, "same")));
        Map<String, Object> answer = why.why("/blog/x");
        assertEquals(List.of("because", "route", "handler", "state"), List.copyOf(answer.keySet()));
        assertEquals(List.of("near b", "same", "far"), answer.get("because"));
    }

    @Test
    void aHandlerThatWorksNeedsNoReason() {
        assertEquals(blog(), new Why(what -> blog(), List.of(h -> List.of())).why("/blog"));
    }

    @Test
    void aNameThatNoRouteKnowsMayBeAHandlerThatNeverCame() {
        assertEquals(Map.of("because", List.of("pipe waits"), "handler", "pipe"),
                new Why(NO_ROUTES, List.of(h -> List.of(h + " waits"))).why("pipe"));
    }

    @Test
    void aPathMayHaveNoRouteBecauseItsFileIsRefused() {
        assertEquals(Map.of("because", List.of("route-x.cfg:2: unknown key"), "route", "none matches /x"),
                new Why(NO_ROUTES, List.of(h -> List.of("route-x.cfg:2: unknown key"))).why("/x"));
    }

    @Test
    void whatNobodyKnowsIsAFailure() {
        Why why = new Why(NO_ROUTES, List.of());
        assertTrue(
                assertThrows(IllegalArgumentException.class, () -> why.why("/x")).getMessage().contains("no route matches /x"));
        assertTrue(assertThrows(IllegalArgumentException.class, () -> why.why("x")).getMessage().contains("name x"));
    }

    @Test
    void theAnswerHasTenLinesAtMost() {
        List<String> many = IntStream.range(0, 50).mapToObj(i -> "reason " + i).toList();
        String text = Text.of(new Why(what -> blog(), List.of(h -> many)).why("/blog"));
        assertTrue(text.lines().count() <= 10, text);
        assertTrue(text.contains("because  reason 0\n") && text.contains("and 45 more"), text);
    }
}
