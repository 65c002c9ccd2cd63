package org.hearthd.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.hearthd.Headers;
import org.hearthd.Request;
import org.junit.jupiter.api.Test;

final class RequestVariablesTest {
    @Test
    void namesAreUpperCaseWithUnderscoresAndTheLastDuplicateWins() {
        assertEquals(Map.of("HTTP_VERSION", "HTTP/1.0", "REQ_X_A_B_C__9", "2", "REQ_HOST", "h"),
                variables("x-a.b c_-9", "1", "Host", "h", "X_A-B.C-+9", "2"));
    }

    @Test
    void aHeaderThatOnlyTheMappingWouldMakeAnAshVariableIsLeftOut() {
        assertEquals(Map.of("HTTP_VERSION", "HTTP/1.0", "REQ_X_ASH_ADDRESS", "192.0.2.1", "REQ_X_ASHTRAY", "1"),
                variables("X-Ash-Address", "192.0.2.1", "X_Ash_Address", "forged", "x.ash.remote-user", "root", "X_ASH-FILE",
                        "/etc",
                        "X-Ashtray", "1"));
    }

    @Test
    void octetsAreTextInTheEncodingOfTheLocaleOrRefused() {
        assertEquals("\u00e9\u20ac", Octets.text("\u00c3\u00a9\u00e2\u0082\u00ac", "URL", StandardCharsets.UTF_8));
        assertEquals("\u00c3", Octets.text("\u00c3", "URL", StandardCharsets.ISO_8859_1));
        for (String bad : new String[] {"\u00e9", "a\u0000b", "\u00c3("}) {
            String message = assertThrows(IllegalArgumentException.class, () -> Octets.text(bad, "URL", StandardCharsets.UTF_8))
                    .getMessage();
            assertTrue(message.startsWith("the URL "), message);
        }
        assertThrows(IllegalArgumentException.class, () -> Octets.text("\u00e9", "URL", StandardCharsets.US_ASCII));
    }

    private static Map<String, String> variables(String... headers) {
        return RequestVariables.of(Request.of("GET", "/", "HTTP/1.0", "", Headers.of(headers)));
    }
}
