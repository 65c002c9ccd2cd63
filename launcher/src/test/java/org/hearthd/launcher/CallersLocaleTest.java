package org.hearthd.launcher;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CallersLocaleTest {
    private static Map<String, String> restored(String was) {
        Map<String, String> environment = new HashMap<>(Map.of("LC_ALL", "C.UTF-8"));
        new CallersLocale(was).restore(environment);
        return environment;
    }

    @Test
    void aLocaleThatWasNotChangedStays() {
        assertEquals(Map.of("LC_ALL", "C.UTF-8"), restored(null));
        assertEquals(0, new CallersLocale(null).words().length);
    }

    @Test
    void aChangedLocaleIsAgainWhatItWas() {
        assertEquals(Map.of("LC_ALL", "C"), restored("=C"));
        assertEquals(Map.of("LC_ALL", ""), restored("="));
        assertEquals(Map.of(), restored(""));
        assertArrayEquals(new String[] {"\\L\\C\\_\\A\\L\\L\\=\\C"}, new CallersLocale("=C").words());
        assertArrayEquals(new String[] {"\\-\\L\\C\\_\\A\\L\\L"}, new CallersLocale("").words());
    }
}
