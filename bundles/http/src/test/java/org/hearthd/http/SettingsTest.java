package org.hearthd.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Proxy;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettingsTest {
    /** A configuration of defaults but for some keys, as the component runtime makes one. */
    private static HttpFrontConfig config(Map<String, Object> values) {
        return (HttpFrontConfig) Proxy.newProxyInstance(HttpFrontConfig.class.getClassLoader(),
                new Class<?>[] {HttpFrontConfig.class},
                (proxy, method, args) -> values.getOrDefault(method.getName(), method.getDefaultValue()));
    }

    @Test
    void theDefaultsAreSoundAndTheNameIsTheInstances() {
        Settings settings = Settings.of("org.hearthd.http~main", config(Map.of()));
        assertEquals("main", settings.request().name());
        assertEquals("127.0.0.1:8080", settings.request().address().toString());
        assertEquals(0660, settings.request().mode());
    }

    @ParameterizedTest
    @CsvSource({"max_url_bytes,0,max.url.bytes", "max_head_bytes,70000,max.head.bytes", "max_head_bytes,8192,max.url.bytes",
        "backlog,0,backlog", "max_connections,0,max.connections"})
    void whatContradictsIsRefusedByPidAndKey(String method, int value, String key) {
        String message = assertThrows(IllegalArgumentException.class,
                () -> Settings.of("org.hearthd.http~main", config(Map.of(method, value)))).getMessage();
        assertTrue(message.startsWith("org.hearthd.http~main: " + key + " "), message);
    }

    @ParameterizedTest
    @CsvSource({"address,nowhere", "mode,999", "server_header,a\u0001b"})
    void badTextsAreRefused(String method, String value) {
        String message = assertThrows(IllegalArgumentException.class,
                () -> Settings.of("org.hearthd.http~main", config(Map.of(method, value)))).getMessage();
        assertTrue(message.contains(value), message);
    }
}
