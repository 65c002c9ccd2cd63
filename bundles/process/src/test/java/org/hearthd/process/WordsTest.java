package org.hearthd.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

final class WordsTest {
    @Test
    void whiteSpaceSeparatesAndQuotesKeepTogether() {
        assertEquals(List.of("a", "b,c", "d e", "f\"g", "", "h i", "x\\y", "jk"),
                split(" a\tb,c  'd e' f\\\"g '' \"h i\" 'x\\y' j\"k\" "));
    }

    @Test
    void aBackslashTakesTheNextCharacterOutsideSingleQuotes() {
        assertEquals(List.of("a b", "\"", "\\n"), split("a\\ b \"\\\"\" '\\n'"));
    }

    @Test
    void severalValuesAreTheWordsAsTheyAre() {
        assertEquals(List.of("a b", "'c", ""), Words.of(new String[] {"a b", "'c", ""}));
        assertEquals(List.of(), Words.of(new String[0]));
        assertEquals(List.of(), split("  "));
    }

    @Test
    void whatHasNoEndIsRefusedWithTheText() {
        for (String text : List.of("a 'b", "a \"b", "a \"b\\", "a\\")) {
            String message = assertThrows(IllegalArgumentException.class, () -> split(text)).getMessage();
            assertTrue(message.endsWith(" is missing in: " + text), message);
        }
    }

    private static List<String> split(String text) {
        return Words.of(new String[] {text});
    }
}
