package org.hearthd.transport;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class UnixAddressTest {
    @TempDir
    private Path dir;

    private static String octets(Path path) {
        return new String(new UnixAddress(path).octets(), StandardCharsets.ISO_8859_1);
    }

    @Test
    void theOctetsAreThoseOfTheFileSystem() throws Exception {
        Path absolute = Path.of(URI.create("file:///a+b%20%25/%E9"));
        assertEquals("/a+b %/\u00e9", octets(absolute));
        assertEquals("b %/\u00e9".substring(4), octets(absolute.getFileName()));
        assertEquals("@x", octets(Path.of("@x")));
        Path directory = Files.createDirectory(Path.of(URI.create(dir.toUri() + "%E9")));
        assertEquals(dir + "/\u00e9", octets(directory));
        assertArrayEquals("/plain".getBytes(StandardCharsets.UTF_8), UnixAddress.of("/plain").octets());
    }

    @Test
    void octetsCountAndNotCharacters() {
        Path longest = Path.of(URI.create("file:///" + "%E9".repeat(106)));
        assertEquals(107, new UnixAddress(longest).octets().length);
        assertThrows(IllegalArgumentException.class, () -> new UnixAddress(longest.resolveSibling(longest.getFileName() + "x")));
    }
}
