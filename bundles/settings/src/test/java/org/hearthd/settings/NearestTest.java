package org.hearthd.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class NearestTest {
    @Test
    void countsInsertionsDeletionsReplacementsAndSwaps() {
        assertEquals(0, Nearest.distance("port", "port"));
        assertEquals(1, Nearest.distance("port", "prot"));
        assertEquals(1, Nearest.distance("prt", "port"));
        assertEquals(1, Nearest.distance("portt", "port"));
        assertEquals(1, Nearest.distance("pord", "port"));
        assertEquals(4, Nearest.distance("", "port"));
    }

    @Test
    void findsTheWordThatWasMeant() {
        assertEquals("idle.timeout.ms", Nearest.to("idel.timeout", List.of("address", "idle.timeout.ms", "port")).orElseThrow());
    }

    @Test
    void findsNothingAmongNothing() {
        assertEquals(true, Nearest.to("port", List.of()).isEmpty());
    }
}
