package org.hearthd.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FeaturesTest {
    private static final String HEAD = "{\"feature-resource-version\": \"1.0\", \"id\": \"g:f:json:1\"";
    @TempDir
    Path dist;

    @BeforeEach
    void directories() throws Exception {
        Files.createDirectories(dist.resolve("features"));
        Files.createDirectories(dist.resolve("bundles/g/a/1"));
        Files.writeString(dist.resolve("bundles/g/a/1/a-1.jar"), "");
    }

    private void feature(String rest) throws Exception {
        Files.writeString(dist.resolve("features/f.json"), HEAD + rest + "}");
    }

    @Test
    void bundlesConfigurationsAndPropertiesAreReadWithTheirVariables() throws Exception {
        feature(", \"variables\": {\"port\": \"1\", \"name\": \"n\"}, \"bundles\": [{\"id\": \"g:a:1\", \"bundleStartLevel\": 3}],"
                + "\"configurations\": {\"p~main\": {\"port\": \"${port}\", \"other\": \"${unknown}\"}},"
                + "\"extensions\": {\"framework-launching-properties\": {\"kind\": \"mandatory\", \"type\": \"json\","
                + "\"json\": {\"k\": \"${name}/x\"}}}");
        Features features = Features.read(dist, Features.ofHearth(dist), Map.of("port", "2"));
        assertEquals(dist.resolve("bundles/g/a/1/a-1.jar"), features.bundles().get(0).path());
        assertEquals(3, features.bundles().get(0).startLevel());
        assertEquals("2", features.configurations().get("p~main").get("port"));
        assertEquals("${unknown}", features.configurations().get("p~main").get("other"));
        assertEquals(Map.of("k", "n/x", "port", "2"), features.properties());
    }

    @Test
    void badFeaturesAreNamed() throws Exception {
        refused(", \"bundles\": [", "f.json");
        refused(", \"bundles\": [{\"id\": \"g:missing:1\", \"bundleStartLevel\": 3}]", "g:missing:1");
        refused(", \"bundles\": [{\"id\": \"g:a:1\"}]", "no bundleStartLevel");
        refused(", \"extensions\": {\"framework-launching-properties\": {\"kind\": \"mandatory\", \"type\": \"json\","
                + "\"json\": {\"k\": 1}}}", "object of strings");
    }

    private void refused(String rest, String expected) throws Exception {
        feature(rest);
        LaunchException e = assertThrows(LaunchException.class, () -> Features.read(dist, Features.ofHearth(dist), Map.of()));
        assertTrue(e.getMessage().contains(expected) && e.getMessage().contains("f.json"), e.getMessage());
    }
}
