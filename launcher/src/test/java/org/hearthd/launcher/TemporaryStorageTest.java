package org.hearthd.launcher;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TemporaryStorageTest {
    /** Above the largest process id there can be. */
    private static final String DEAD = "p-storage-4194305-1";
    @TempDir
    Path temporary;

    @Test
    void itIsForThisUserOnlyAndGoneAtTheEnd() throws Exception {
        Path directory;
        try (TemporaryStorage storage = TemporaryStorage.open(temporary, "p")) {
            directory = storage.path().getParent();
            Files.createDirectories(storage.path().resolve("bundle1"));
            assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(directory)));
        }
        assertFalse(Files.exists(directory));
    }

    @Test
    void itMayHaveBeenRemovedBySomebodyElse() throws Exception {
        TemporaryStorage storage = TemporaryStorage.open(temporary, "p");
        Home.delete(storage.path().getParent());
        assertDoesNotThrow(storage::close);
    }

    @Test
    void whatTheDeadHaveLeftIsRemovedAndNothingElse() throws Exception {
        Path dead = Files.createDirectories(temporary.resolve(DEAD).resolve("bundle1")).getParent();
        Files.createFile(dead.resolve("lock"));
        Path unlocked = Files.createDirectory(temporary.resolve("p-storage-4194305-2"));
        Path other = Files.createDirectory(temporary.resolve("p-storages"));
        try (TemporaryStorage first = TemporaryStorage.open(temporary, "p");
                TemporaryStorage second = TemporaryStorage.open(temporary, "p")) {
            assertFalse(Files.exists(dead));
            assertTrue(Files.exists(unlocked) && Files.exists(other));
            assertTrue(Files.exists(first.path().getParent()) && Files.exists(second.path().getParent()));
        }
    }

    private Path place(Map<String, String> environment, String... mounts) throws Exception {
        Path file = Files.write(temporary.resolve("mounts"), List.of(mounts));
        return TemporaryStorage.place(environment, temporary, file);
    }

    @Test
    void itIsInMemoryWhereThereIsSome() throws Exception {
        Path otherwise = Path.of(System.getProperty("java.io.tmpdir"));
        String memory = "tmpfs " + temporary + " tmpfs rw,nosuid 0 0";
        String other = "proc /proc proc rw 0 0";
        assertEquals(temporary, place(Map.of(), other, memory, other));
        assertEquals(otherwise, place(Map.of(), memory, memory.replace(" tmpfs rw", " ext4 rw")));
        assertEquals(temporary, place(Map.of(), memory.replace("nosuid", "noexec")));
        assertEquals(otherwise, place(Map.of(), "/dev/sda " + temporary + " ext4 rw 0 0"));
        assertEquals(otherwise, place(Map.of(), other, ""));
        assertEquals(otherwise, TemporaryStorage.place(Map.of(), temporary, temporary.resolve("no")));
        assertEquals(Path.of("/given"), place(Map.of("TMPDIR", "/given"), memory));
    }

    @Test
    void aMissingDirectoryIsNamed() {
        LaunchException e = assertThrows(LaunchException.class, () -> TemporaryStorage.open(temporary.resolve("no"), "p"));
        assertTrue(e.getMessage().contains(temporary.resolve("no").toString()), e.getMessage());
    }
}
