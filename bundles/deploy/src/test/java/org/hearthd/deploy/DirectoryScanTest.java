package org.hearthd.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import java.util.Set;
import org.hearthd.deploy.DirectoryScan.Changes;
import org.hearthd.deploy.DirectoryScan.Stamp;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectoryScanTest {
    private static final Stamp ONE = new Stamp(1, FileTime.fromMillis(1), "a");
    private static final Stamp TWO = new Stamp(2, FileTime.fromMillis(1), "a");
    private static final Stamp MOVED = new Stamp(1, FileTime.fromMillis(1), "b");
    private final DirectoryScan scan = new DirectoryScan();

    @TempDir
    Path directory;

    @Test
    void reportsANewJarWhenTwoLooksHaveFoundItTheSame() {
        look(Map.of("x.jar", ONE));
        look(Map.of("x.jar", TWO));
        look(Map.of("x.jar", TWO), "x.jar");
        look(Map.of("x.jar", TWO));
    }

    @Test
    void reportsAReplacedJarEvenWhenOnlyTheInodeTells() {
        deployed();
        look(Map.of("x.jar", MOVED));
        look(Map.of("x.jar", MOVED), "x.jar");
    }

    @Test
    void reportsARemovedJarAfterTwoLooks() {
        deployed();
        look(Map.of());
        assertEquals(new Changes(Set.of(), Set.of("x.jar")), scan.next(Map.of()));
        look(Map.of());
    }

    @Test
    void takesDeletingAndRewritingForAReplacement() {
        deployed();
        look(Map.of());
        look(Map.of("x.jar", TWO));
        look(Map.of("x.jar", TWO), "x.jar");
    }

    @Test
    void saysNothingWhenAJarOnlyFlickers() {
        deployed();
        look(Map.of());
        look(Map.of("x.jar", ONE));
        look(Map.of("x.jar", ONE));
    }

    @Test
    void forgetsAJarThatWentBeforeItWasComplete() {
        look(Map.of("x.jar", ONE));
        look(Map.of());
        look(Map.of());
        look(Map.of("x.jar", ONE));
        look(Map.of("x.jar", ONE), "x.jar");
    }

    @Test
    void takesWhatHasSettledAtTheFirstLook() {
        Changes first = scan.first(Map.of("old.jar", ONE, "fresh.jar", TWO), ONE::equals);
        assertEquals(new Changes(Set.of("old.jar"), Set.of()), first);
        look(Map.of("old.jar", ONE, "fresh.jar", TWO), "fresh.jar");
    }

    @Test
    void looksOnlyAtJarsThatAreFiles() throws IOException {
        for (String name : Set.of("x.jar", ".hidden.jar", "x.jar.tmp", "x.jar.part", "notes.txt")) {
            Files.writeString(directory.resolve(name), name);
        }
        Files.createDirectory(directory.resolve("folder.jar"));
        assertEquals(Set.of("x.jar"), DirectoryScan.look(directory).keySet());
    }

    @Test
    void tellsAFileThatWasRenamedOverAnotherFromIt() throws IOException {
        Path jar = Files.writeString(directory.resolve("x.jar"), "one");
        Path other = Files.writeString(directory.resolve("other"), "two");
        Files.setLastModifiedTime(other, Files.getLastModifiedTime(jar));
        Stamp before = DirectoryScan.stamp(jar);
        Files.move(other, jar, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        assertEquals(before.size(), DirectoryScan.stamp(jar).size());
        assertEquals(false, before.equals(DirectoryScan.stamp(jar)));
    }

    @Test
    void hasNoStampForWhatIsNotThere() throws IOException {
        assertNull(DirectoryScan.stamp(directory.resolve("x.jar")));
    }

    private void deployed() {
        look(Map.of("x.jar", ONE));
        look(Map.of("x.jar", ONE), "x.jar");
    }

    private void look(Map<String, Stamp> found, String... changed) {
        assertEquals(new Changes(Set.of(changed), Set.of()), scan.next(found));
    }
}
