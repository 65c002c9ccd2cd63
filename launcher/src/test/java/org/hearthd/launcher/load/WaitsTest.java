package org.hearthd.launcher.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class WaitsTest {
    @Test
    void quantilesAreExactToASixteenthAndTheLongestIsExact() {
        Waits waits = new Waits();
        for (int i = 1; i <= 100_000; i++) {
            waits.add(i * 1000L);
        }
        assertEquals(100_000_000L, waits.longest());
        assertEquals(100_000_000L, waits.quantile(1));
        for (double share : new double[] {0.01, 0.5, 0.9, 0.99}) {
            double ratio = waits.quantile(share) / (share * 100_000_000L);
            assertTrue(ratio >= 1 && ratio < 1.0 + 1.0 / 16, share + ": " + ratio);
        }
    }

    @Test
    void everyLongHasAPlace() {
        Waits waits = new Waits();
        waits.add(Long.MAX_VALUE);
        waits.add(0);
        waits.add(-5);
        assertEquals(0, waits.quantile(0.5));
        assertEquals(Long.MAX_VALUE, waits.quantile(1));
        assertEquals(0, new Waits().quantile(0.5));
    }
}
