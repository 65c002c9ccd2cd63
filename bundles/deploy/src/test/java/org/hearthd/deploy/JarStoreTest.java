package org.hearthd.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JarStoreTest {
    @TempDir
    Path home;
    private Path deploy;
    private Path kept;
    private JarStore store;

    @BeforeEach
    void make() throws IOException {
        deploy = Files.createDirectory(home.resolve("deploy"));
        kept = home.resolve("state/deploy");
        store = new JarStore(deploy, kept);
    }

    private long copies() throws IOException {
        try (Stream<Path> files = Files.list(kept)) {
            return files.count();
        }
    }

    @Test
    void keepsTheLastGoodJarWhateverLiesInTheDirectoryLater() throws IOException {
        Jars.bundle("org.example.x", "1.0.0").write(deploy.resolve("x.jar"));
        BundleJar jar = store.stage("x.jar");
        assertFalse(store.isGood("x.jar"));
        store.keep("x.jar", jar);
        assertTrue(store.isGood("x.jar"));
        Files.writeString(deploy.resolve("x.jar"), "broken");
        assertFalse(store.isGood("x.jar"));
        assertTrue(store.good("x.jar").isSameAs(jar));
        assertThrows(IOException.class, () -> store.stage("x.jar"));
        assertEquals(1, copies(), "nothing is left of the broken one");
        store.forget("x.jar");
        assertNull(store.good("x.jar"));
    }

    @Test
    void hasNoGoodJarWhenItsCopyIsDamaged() throws IOException {
        Files.createDirectories(kept);
        Files.writeString(kept.resolve("x.jar"), "half");
        assertNull(store.good("x.jar"));
    }

    @Test
    void stagesNothingOfAJarThatIsGone() throws IOException {
        assertNull(store.stage("x.jar"));
    }

    @Test
    void keepsOnlyTheCopiesOfJarsThatAreThere() throws IOException {
        for (String name : Set.of("x.jar", "y.jar")) {
            Jars.bundle("org.example." + name, "1.0.0").write(deploy.resolve(name));
            store.keep(name, store.stage(name));
        }
        store.stage("x.jar");
        assertEquals(3, copies());
        store.clean(Set.of("x.jar"));
        assertEquals(1, copies());
        assertTrue(store.isGood("x.jar"));
    }
}
