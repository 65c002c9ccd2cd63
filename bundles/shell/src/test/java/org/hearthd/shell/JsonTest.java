package org.hearthd.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jakarta.json.JsonArray;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.io.StringReader;
import java.lang.annotation.RetentionPolicy;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A real parser reads what is written. */
final class JsonTest {
    private static JsonValue parsed(Object value) {
        String json = Json.of(value);
        assertTrue(json.chars().noneMatch(Character::isISOControl), json);
        return jakarta.json.Json.createReader(new StringReader(json)).readValue();
    }

    private static String parsedString(String text) {
        return ((JsonArray) parsed(List.of(text))).getString(0);
    }

    @Test
    void everyCharacterComesBackAsItWas() {
        for (char c = 0; c < Character.MAX_VALUE; c++) {
            String text = "a" + c + "b";
            if (!Character.isSurrogate(c)) {
                assertEquals(text, parsedString(text), () -> "character " + (int) text.charAt(1));
            }
        }
        assertEquals("a \ud83d\ude00 b", parsedString("a \ud83d\ude00 b"));
    }

    @Test
    void halfASurrogatePairIsEscapedSoThatUtf8CanHoldIt() {
        for (String text : List.of("\ud83d", "a\ud83db", "\ude00", "\ude00\ud83d")) {
            String json = Json.of(text);
            assertEquals(json, new String(json.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8));
            assertEquals(text, parsedString(text));
        }
    }

    @Test
    void mapsKeepTheirOrderAndNestAsDeepAsTheyAre() {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("z\"", 1L);
        row.put("a", Map.of("deep", List.of(List.of(), Map.of())));
        row.put("nothing", null);
        JsonObject object = (JsonObject) parsed(row);
        assertEquals(List.of("z\"", "a", "nothing"), List.copyOf(object.keySet()));
        assertEquals(1, object.getJsonNumber("z\"").longValueExact());
        assertEquals("{\"deep\":[[],{}]}", object.getJsonObject("a").toString());
        assertEquals(JsonValue.NULL, object.get("nothing"));
    }

    @Test
    void numbersAndBooleansAreNoStrings() {
        assertEquals("[9223372036854775807,-1,0.5,true,false,null]",
                parsed(Arrays.asList(Long.MAX_VALUE, -1, 0.5, true, false, null)).toString());
        assertEquals("[null,null]", parsed(List.of(Double.NaN, Float.POSITIVE_INFINITY)).toString());
    }

    @Test
    void whateverElseThereIsBecomesItsText() {
        assertEquals("\"RUNTIME\"", Json.of(RetentionPolicy.RUNTIME));
    }
}
