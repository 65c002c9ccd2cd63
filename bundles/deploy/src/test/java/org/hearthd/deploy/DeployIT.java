package org.hearthd.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Bundle;

/** The deploy directory in a real framework: what comes and goes. */
class DeployIT extends InRoom {
    @Test
    void installsBeforeItsActivationReturnsAndThenReplacesAndUninstalls() throws Exception {
        room.put("hello.jar", Jars.bundle("org.example.hello", "1.0.0"));
        room.start();
        Bundle hello = room.active("hello.jar");
        assertNotNull(hello, room.log::toString);
        assertEquals("deploy:hello.jar#1", hello.getLocation());

        room.put("hello.jar", Jars.bundle("org.example.hello", "2.0.0"));
        room.until(() -> room.runs("hello.jar", "2.0.0"), "the new version runs, the old one is uninstalled");
        room.until(() -> hello.getState() == Bundle.UNINSTALLED, "which the framework says a moment after it is gone");

        room.delete("hello.jar");
        room.until(() -> room.bundles("hello.jar").isEmpty(), "the bundle goes with its jar");
    }

    @Test
    void installsWhatIsDroppedLater() throws Exception {
        room.start();
        room.put("hello.jar", Jars.bundle("org.example.hello", "1.0.0"));
        room.until(() -> room.runs("hello.jar", "1.0.0"), "it runs");
    }

    @Test
    void leavesAHalfCopiedJarAloneAndReportsItOnce() throws Exception {
        room.start();
        byte[] bytes = Files.readAllBytes(Jars.bundle("org.example.hello", "1.0.0").write(home.resolve("whole")));
        Files.write(room.deploy.resolve("hello.jar"), Arrays.copyOf(bytes, bytes.length / 2));
        room.until(() -> room.logged("hello.jar cannot be deployed"), "it is reported");
        room.put("other.jar", Jars.bundle("org.example.other", "1.0.0"));
        room.until(() -> room.runs("other.jar", "1.0.0"), "later looks go on");
        assertEquals(1, room.count("hello.jar"), room.log::toString);
        Files.write(room.deploy.resolve("hello.jar"), bytes);
        room.until(() -> room.runs("hello.jar", "1.0.0"), "the whole jar runs");
        room.until(() -> room.mark("hello.jar").isEmpty(), "and its mark is gone");
    }

    @Test
    void triesAgainWhenItsOwnStorageCouldNotTakeTheCopy() throws Exception {
        room.start();
        Path state = Files.createDirectories(home.resolve("state"));
        Files.deleteIfExists(state.resolve("deploy"));
        Files.writeString(state.resolve("deploy"), "not a directory");
        room.put("hello.jar", Jars.bundle("org.example.hello", "1.0.0"));
        room.until(() -> room.logged("hello.jar cannot be deployed now: the runtime's storage cannot take its copy"),
                "it is reported");
        assertEquals("", room.mark("hello.jar"), "nothing is wrong with the jar");
        Files.delete(state.resolve("deploy"));
        room.until(() -> room.runs("hello.jar", "1.0.0"), "it is deployed as soon as there is storage");
        assertEquals(1, room.count("storage"), room.log::toString);
    }

    @Test
    void saysWhichPackageIsMissingAndStartsWhenItHasCome() throws Exception {
        room.put("hello.jar",
                Jars.bundle("org.example.hello", "1.0.0").header("Import-Package", "org.example.lib;version=\"[2,3)\""));
        room.put("lib.jar", Jars.bundle("org.example.lib", "1.0.0").header("Export-Package", "org.example.lib;version=1.5"));
        room.start();
        room.until(() -> room.logged("no bundle offers the package org.example.lib in the version it wants"), "it is reported");
        assertTrue(room.logged("(there is only 1.5.0 of org.example.lib)"), room.log::toString);
        room.until(() -> room.mark("hello.jar").contains("there is only 1.5.0"), "so does the mark");
        assertTrue(room.state("hello.jar").startsWith("failed: no bundle offers"), () -> room.log.toString());
        room.put("lib2.jar", Jars.bundle("org.example.lib", "2.0.0").header("Export-Package", "org.example.lib;version=2.0"));
        room.until(() -> room.runs("hello.jar", "1.0.0"), "it runs with the new library");
        room.until(() -> room.mark("hello.jar").isEmpty(), "and its mark is gone");
    }

    @Test
    void startsInTheFirstLookWhateverTheOrderOfTheNames() throws Exception {
        room.put("a.jar", Jars.bundle("org.example.a", "1.0.0").header("Import-Package", "org.example.lib"));
        room.put("z.jar", Jars.bundle("org.example.z", "1.0.0").header("Export-Package", "org.example.lib"));
        room.start();
        assertTrue(room.runs("a.jar", "1.0.0"), room.log::toString);
        assertFalse(room.logged("cannot be deployed"), room.log::toString);
    }

    @Test
    void ofTwoJarsWithTheSameBundleTheLaterOneWinsAndTheOtherReturnsWhenItGoes() throws Exception {
        room.put("a.jar", Jars.bundle("org.example.hello", "1.0.0").header("Bundle-Name", "a"));
        room.put("b.jar", Jars.bundle("org.example.hello", "1.0.0").header("Bundle-Name", "b"));
        room.start();
        assertTrue(room.logged("a.jar is not deployed: org.example.hello 1.0.0 superseded by b.jar"), room.log::toString);
        assertTrue(room.runs("b.jar", "1.0.0"), room.log::toString);
        room.delete("b.jar");
        room.until(() -> room.runs("a.jar", "1.0.0") && room.bundles("b.jar").isEmpty(), "the first takes its place");
        room.put("c.jar", Jars.bundle("org.example.hello", "0.9.0"));
        room.until(() -> room.runs("c.jar", "0.9.0") && room.bundles("a.jar").isEmpty(), "so does a third");
        assertEquals("superseded by c.jar", room.state("a.jar"));
        assertTrue(room.logged("an older version a newer one"), room.log::toString);
    }

    @Test
    void explainsWhatAComponentWaitsFor() throws Exception {
        room.put("hello.jar", Jars.bundle("org.example.hello", "1.0.0").component("org.example.Hello", "",
                "<reference name='Pool' interface='org.example.Pool' target='(size=4)'/>"));
        room.put("conf.jar", Jars.bundle("org.example.conf", "1.0.0").component("org.example.Conf",
                "configuration-policy='require' configuration-pid='org.example.conf'", ""));
        room.start();
        room.until(() -> room.logged(
                "hello.jar: component org.example.Hello waits for reference Pool: a service org.example.Pool with (size=4)"),
                "the reference is named");
        room.until(() -> room.logged("conf.jar: component org.example.Conf waits for configuration org.example.conf"),
                "the PID is named");
        assertTrue(room.state("conf.jar").startsWith("waiting: component org.example.Conf waits for configuration"));
    }

    @Test
    void marksAFirstJarWhoseHandlerDoesNotWorkUntilItDoes() throws Exception {
        Path disk = home.resolve("disk");
        room.put("hello.jar",
                Jars.bundle("org.example.hello", "1.0.0").greets("hello").header("Failing", disk.toString()));
        room.start();
        room.until(() -> room.mark("hello.jar").contains("handler hello: its self-check failed: " + disk), "it is marked");
        assertTrue(room.mark("hello.jar").lines().count() <= 10, room.mark("hello.jar"));
        assertTrue(room.state("hello.jar").startsWith("failed: handler hello: its self-check failed"), room.state("hello.jar"));
        assertEquals(1, room.count("hello.jar"), room.log::toString);
        assertFalse(Files.exists(home.resolve("state/deploy/hello.jar")), "no good one");
        Files.createFile(disk);
        room.until(() -> room.state("hello.jar").equals("active") && room.mark("hello.jar").isEmpty(), "it works now");
        room.until(() -> Files.exists(home.resolve("state/deploy/hello.jar")), "which makes it a good one");
    }

    @Test
    void marksAFirstJarWhoseActivationThrowsAndTakesTheNextOne() throws Exception {
        room.start();
        room.put("hello.jar", Jars.bundle("org.example.hello", "1.0.0").broken("org.example.Hello"));
        room.until(
                () -> room.mark("hello.jar")
                        .contains("component org.example.Hello failed: java.lang.IllegalStateException: the licence has expired"),
                "it is marked");
        assertTrue(room.state("hello.jar").startsWith("failed: component org.example.Hello failed"), room.state("hello.jar"));
        room.put("hello.jar", Jars.bundle("org.example.hello", "1.0.1").greets("hello"));
        room.until(() -> room.runs("hello.jar", "1.0.1") && room.mark("hello.jar").isEmpty(), "a good one takes its place");
        room.until(() -> room.state("hello.jar").equals("active"), "and that is all");
    }

    @Test
    void marksAFirstJarThatDoesNotStart() throws Exception {
        room.start();
        room.put("hello.jar", Jars.bundle("org.example.hello", "1.0.0").activator(Thrower.class));
        room.until(() -> room.mark("hello.jar").contains("no database here"), "it is marked");
        assertTrue(room.mark("hello.jar").contains("serving: nothing is served"), room.mark("hello.jar"));
        assertTrue(room.bundles("hello.jar").isEmpty(), "nothing is left of it");
    }

    @Test
    void takesALibraryAndSaysThatItIsOne() throws Exception {
        room.put("lib.jar", Jars.bundle("org.example.lib", "1.0.0").header("Export-Package", "org.example.lib"));
        room.start();
        room.until(() -> room.state("lib.jar").equals("active (a library: no handlers)"), "it is in service");
        assertEquals("", room.mark("lib.jar"));
    }

    @Test
    void leavesHandlersRunningWhenItIsRestartedAndNoticesWhatHappenedMeanwhile() throws Exception {
        room.put("hello.jar", Jars.bundle("org.example.hello", "1.0.0"));
        room.put("gone.jar", Jars.bundle("org.example.gone", "1.0.0"));
        room.put("kept.jar", Jars.bundle("org.example.kept", "1.0.0"));
        room.start();
        Bundle kept = room.active("kept.jar");
        room.bundle.stop();
        assertNotNull(room.active("hello.jar"));
        room.put("hello.jar", Jars.bundle("org.example.hello", "2.0.0"));
        room.delete("gone.jar");
        room.bundle.start();
        room.until(() -> room.runs("hello.jar", "2.0.0"), "the new version is noticed");
        room.until(() -> room.bundles("gone.jar").isEmpty(), "the removal is noticed");
        assertEquals(List.of(kept), room.bundles("kept.jar"));
        assertEquals(Bundle.ACTIVE, kept.getState());
    }
}
