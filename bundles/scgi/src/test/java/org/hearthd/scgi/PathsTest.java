package org.hearthd.scgi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** File names of the parent. */
class PathsTest {
    @TempDir
    private Path directory;

    @Test
    void aDirectorysNameIsTheOctetsOnDiskWhateverTheyAre() throws IOException {
        for (String name : new String[] {"plain", "a%20b%25", "%E6%97%A5", "%FF%E9"}) {
            Path made = Files.createDirectory(Path.of(URI.create(directory.toUri() + name)));
            assertEquals(directory + "/" + Paths.decoded(name), Paths.octets(made));
        }
        assertEquals("", Paths.octets(Path.of("/")));
    }

    @Test
    void whatIsRelativeBeginsWhereThisProcessWorks() {
        String here = new String(Path.of("").toAbsolutePath().toString().getBytes(StandardCharsets.UTF_8),
                StandardCharsets.ISO_8859_1);
        assertEquals(here + "/a/b", Paths.absolute("a/b"));
        assertEquals("/a/b", Paths.absolute("/a/b"));
        assertNull(Paths.absolute(null));
    }
}
