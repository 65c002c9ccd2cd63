package org.hearthd.process;

import static org.junit.jupiter.api.Assertions.assertEquals;

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

    private static Map<String, String> variables(String... headers) {
        return RequestVariables.of(Request.of("GET", "/", "HTTP/1.0", "", Headers.of(headers)));
    }
}
