package org.hearthd.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HomeTest {
    @TempDir
    Path dir;
    private Path dist;
    private Path path;

    @BeforeEach
    void distribution() throws Exception {
        dist = dir.resolve("dist");
        path = dir.resolve("home");
        Files.createDirectories(dist.resolve("demo"));
        Files.createDirectories(dist.resolve("config"));
        Files.writeString(dist.resolve("demo/hello-1.0.0.jar"), "jar");
        Files.writeString(dist.resolve("config/a.cfg"), "x = 1\n");
    }

    @Test
    void theFirstStartFillsHomeAndLaterOnesTouchNothing() throws Exception {
        Home.open(path, dist).close();
        assertEquals("jar", Files.readString(path.resolve("deploy/hello.jar")));
        Files.delete(path.resolve("deploy/hello.jar"));
        Files.writeString(path.resolve("config/a.cfg"), "x = 2\n");
        Home.open(path, dist).close();
        assertFalse(Files.exists(path.resolve("deploy/hello.jar")));
        assertEquals("x = 2\n", Files.readString(path.resolve("config/a.cfg")));
    }

    @Test
    void aReadOnlyDistributionMakesAWritableHome() throws Exception {
        Path file = dist.resolve("config/a.cfg");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--r--r--"));
        Files.setLastModifiedTime(file, FileTime.fromMillis(1_000_000));
        Home.open(path, dist).close();
        Path copy = path.resolve("config/a.cfg");
        assertTrue(Files.getPosixFilePermissions(copy).contains(PosixFilePermission.OWNER_WRITE));
        assertEquals(FileTime.fromMillis(1_000_000), Files.getLastModifiedTime(copy));
    }

    @Test
    void storageOfDeadRuntimesIsRemovedAndOwnStorageAtTheEnd() throws Exception {
        Files.createDirectories(path.resolve("run/storage-1/bundle0"));
        try (Home home = Home.open(path, dist)) {
            assertFalse(Files.exists(path.resolve("run/storage-1")));
            Files.createDirectories(home.storage().resolve("bundle0"));
        }
        try (var left = Files.list(path.resolve("run"))) {
            assertEquals(1, left.count(), "only the lock file is left");
        }
    }

    @Test
    void aHomeThatCanNotBeCreatedIsNamed() throws Exception {
        Files.writeString(path, "a file");
        LaunchException e = assertThrows(LaunchException.class, () -> Home.open(path, dist));
        assertEquals(LaunchException.SYSTEM, e.exitCode());
        assertTrue(e.getMessage().contains(path.toString()), e.getMessage());
    }
}
