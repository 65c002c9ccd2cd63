package org.hearthd.launcher.load;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class VerdictTest {
    @Test
    void versionsOfEachHandlerStandInOrder() {
        assertEquals("a 1.0.0 -> 2.0.0, b 1.0.0", Verdict.names(
                List.of(new Version("a", "1.0.0", -1), new Version("b", "1.0.0", -1), new Version("a", "2.0.0", -1))));
    }

    @Test
    void generationsOfOneVersionAreToldApartByNumber() {
        assertEquals("a 1.0.0#3 -> 1.0.0#4", Verdict.names(List.of(new Version("a", "1.0.0", 3), new Version("a", "1.0.0", 4))));
    }

    @Test
    void ofManyVersionsTheFirstAndTheLastAreNamed() {
        List<Version> many = IntStream.range(0, 200).mapToObj(i -> new Version("a", "1.0." + i, -1)).toList();
        assertEquals("a 1.0.0 -> ... 198 others ... -> 1.0.199", Verdict.names(many));
    }

    @Test
    void failuresAreCountedByKindWithTheirReasons() {
        Tally tally = new Tally(line -> {});
        for (int i = 0; i < 1234; i++) {
            tally.failed(new LoadFailure("reset", "gone"), 2_500_000);
        }
        tally.failed(new LoadFailure("status 503", "busy"), 1);
        tally.ok(Optional.empty(), 1);
        assertEquals("1,235 failed (reset: 1,234, status 503: 1) of 1,236, longest wait 3 ms", tally.verdict());
        assertEquals(10, tally.examples().size());
    }
}
