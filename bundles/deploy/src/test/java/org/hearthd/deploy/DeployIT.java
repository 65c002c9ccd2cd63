package org.hearthd.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;

/** The deploy directory in a real framework, with the real Declarative Services and the bundle that the build has made. */
class DeployIT {
    private static final Logger LOGGER = Logger.getLogger("org.hearthd.deploy");

    @TempDir
    Path home;
    private final List<String> log = new CopyOnWriteArrayList<>();
    private final Handler capture = new Handler() {
        @Override
        public void publish(LogRecord line) {
            log.add(new SimpleFormatter().formatMessage(line));
        }

        @Override
        public void flush() {
            // nothing is buffered
        }

        @Override
        public void close() {
            // nothing is open
        }
    };
    private Path deploy;
    private TestFramework framework;
    private Bundle room;

    @BeforeEach
    void start() throws Exception {
        LOGGER.addHandler(capture);
        LOGGER.setUseParentHandlers(false);
        deploy = Files.createDirectory(home.resolve("deploy"));
        framework = new TestFramework(home.resolve("storage"), Map.of("hearth.home", home.toString()));
        for (String name : List.of("org.osgi.util.function", "org.osgi.util.promise", "org.osgi.service.component",
                "org.apache.felix.configadmin", "org.apache.felix.scr")) {
            framework.install(name).start();
        }
        room = framework.context().installBundle(Path.of(System.getProperty("bundle")).toUri().toString());
    }

    @AfterEach
    void stop() throws Exception {
        framework.close();
        LOGGER.removeHandler(capture);
    }

    @Test
    void installsBeforeItsActivationReturnsAndThenUpdatesAndUninstalls() throws Exception {
        put("hello.jar", Jars.bundle("org.example.hello", "1.0.0"));
        room.start();
        Bundle hello = bundle("hello.jar");
        assertEquals(Bundle.ACTIVE, hello.getState());
        assertEquals("deploy:hello.jar", hello.getLocation());

        put("hello.jar", Jars.bundle("org.example.hello", "2.0.0"));
        until(() -> version("hello.jar").equals("2.0.0") && hello.getState() == Bundle.ACTIVE, "the new version runs");
        assertEquals(hello.getBundleId(), bundle("hello.jar").getBundleId());

        Files.delete(deploy.resolve("hello.jar"));
        until(() -> bundle("hello.jar") == null, "the bundle goes with its jar");
    }

    @Test
    void installsWhatIsDroppedLater() throws Exception {
        room.start();
        put("hello.jar", Jars.bundle("org.example.hello", "1.0.0"));
        until(() -> active("hello.jar"), "it runs");
    }

    @Test
    void leavesAHalfCopiedJarAloneAndReportsItOnce() throws Exception {
        room.start();
        Path whole = Jars.bundle("org.example.hello", "1.0.0").write(home.resolve("whole"));
        byte[] bytes = Files.readAllBytes(whole);
        Files.write(deploy.resolve("hello.jar"), Arrays.copyOf(bytes, bytes.length / 2));
        until(() -> logged("hello.jar cannot be deployed and is left alone until it changes"), "it is reported");
        put("other.jar", Jars.bundle("org.example.other", "1.0.0"));
        until(() -> active("other.jar"), "later looks go on");
        assertEquals(1, log.stream().filter(line -> line.contains("hello.jar")).count(), log::toString);
        Files.write(deploy.resolve("hello.jar"), bytes);
        until(() -> active("hello.jar"), "the whole jar runs");
    }

    @Test
    void triesAgainWhenItsOwnStorageCouldNotTakeTheCopy() throws Exception {
        room.start();
        Path staging = room.getBundleContext().getDataFile("jars").toPath();
        Files.deleteIfExists(staging);
        Files.writeString(staging, "not a directory");
        put("hello.jar", Jars.bundle("org.example.hello", "1.0.0"));
        until(() -> logged("hello.jar cannot be deployed now: the runtime's storage cannot take its copy"), "it is reported");
        assertFalse(logged("left alone"), log::toString);
        Files.delete(staging);
        until(() -> active("hello.jar"), "it is deployed as soon as there is storage");
        assertEquals(1, log.stream().filter(line -> line.contains("storage")).count(), log::toString);
    }

    @Test
    void keepsTheOldVersionWhenTheNewJarIsBroken() throws Exception {
        put("hello.jar", Jars.bundle("org.example.hello", "1.0.0"));
        room.start();
        Files.writeString(deploy.resolve("hello.jar"), "no jar");
        until(() -> logged("what ran before goes on"), "it is reported");
        assertTrue(active("hello.jar"));
        assertEquals("1.0.0", version("hello.jar"));
    }

    @Test
    void rollsBackWhenTheNewVersionDoesNotStart() throws Exception {
        put("hello.jar", Jars.bundle("org.example.hello", "1.0.0"));
        room.start();
        put("hello.jar", Jars.bundle("org.example.hello", "2.0.0").header("Bundle-Activator", "org.example.Missing"));
        until(() -> logged("org.example.hello 2.0.0 is not taken: it cannot be started: "), "the failure is reported");
        assertTrue(logged("org.example.Missing"), log::toString);
        assertTrue(logged("org.example.hello 1.0.0 runs again"), log::toString);
        assertTrue(active("hello.jar"));
        assertEquals("1.0.0", version("hello.jar"));

        put("hello.jar", Jars.bundle("org.example.hello", "3.0.0").header("Import-Package", "org.example.none"));
        until(() -> logged("3.0.0 is not taken: no bundle offers the package org.example.none"), "a missing package too");
        assertTrue(active("hello.jar"));

        put("hello.jar", Jars.bundle("org.example.hello", "4.0.0"));
        until(() -> version("hello.jar").equals("4.0.0") && active("hello.jar"), "a good one is taken after that");
    }

    @Test
    void saysWhichPackageIsMissingAndStartsWhenItHasCome() throws Exception {
        put("hello.jar", Jars.bundle("org.example.hello", "1.0.0").header("Import-Package", "org.example.lib;version=\"[2,3)\""));
        put("lib.jar", Jars.bundle("org.example.lib", "1.0.0").header("Export-Package", "org.example.lib;version=1.5"));
        room.start();
        assertTrue(logged("hello.jar: no bundle offers the package org.example.lib in the version it wants"), log::toString);
        assertTrue(logged("(there is only 1.5.0 of org.example.lib)"), log::toString);
        put("lib2.jar", Jars.bundle("org.example.lib", "2.0.0").header("Export-Package", "org.example.lib;version=2.0"));
        until(() -> active("hello.jar"), "it runs with the new library");
    }

    @Test
    void startsInTheFirstLookWhateverTheOrderOfTheNames() throws Exception {
        put("a.jar", Jars.bundle("org.example.a", "1.0.0").header("Import-Package", "org.example.lib"));
        put("z.jar", Jars.bundle("org.example.z", "1.0.0").header("Export-Package", "org.example.lib"));
        room.start();
        assertTrue(active("a.jar"));
    }

    @Test
    void refusesASecondJarWithTheSameBundleUntilTheFirstIsGone() throws Exception {
        put("a.jar", Jars.bundle("org.example.hello", "1.0.0"));
        put("b.jar", Jars.bundle("org.example.hello", "1.0.0").header("Bundle-Name", "b"));
        room.start();
        assertTrue(logged("b.jar is not deployed: it holds org.example.hello 1.0.0, which a.jar has brought already"),
                log::toString);
        assertNull(bundle("b.jar"));
        Files.delete(deploy.resolve("a.jar"));
        until(() -> active("b.jar"), "the second takes its place");
    }

    @Test
    void explainsWhatAComponentWaitsFor() throws Exception {
        put("hello.jar", Jars.bundle("org.example.hello", "1.0.0").component("org.example.Hello", "",
                "<reference name='Pool' interface='org.example.Pool' target='(size=4)'/>"));
        put("conf.jar", Jars.bundle("org.example.conf", "1.0.0").component("org.example.Conf",
                "configuration-policy='require' configuration-pid='org.example.conf'", ""));
        room.start();
        until(() -> logged(
                "hello.jar: component org.example.Hello waits for reference Pool: a service org.example.Pool with (size=4)"),
                "the reference is named");
        until(() -> logged("conf.jar: component org.example.Conf waits for configuration org.example.conf"), "the PID is named");
    }

    @Test
    void leavesHandlersRunningWhenItIsRestartedAndNoticesWhatHappenedMeanwhile() throws Exception {
        put("hello.jar", Jars.bundle("org.example.hello", "1.0.0"));
        put("gone.jar", Jars.bundle("org.example.gone", "1.0.0"));
        put("kept.jar", Jars.bundle("org.example.kept", "1.0.0"));
        room.start();
        room.stop();
        assertTrue(active("hello.jar"));
        put("hello.jar", Jars.bundle("org.example.hello", "2.0.0"));
        Files.delete(deploy.resolve("gone.jar"));
        room.start();
        until(() -> version("hello.jar").equals("2.0.0") && active("hello.jar"), "the new version is noticed");
        until(() -> bundle("gone.jar") == null, "the removal is noticed");
        assertTrue(active("kept.jar"), () -> bundle("kept.jar") + " " + log);
    }

    @Test
    void namesTheBundlesThatHaveToBeRestartedWithALibrary() throws Exception {
        put("a.jar", Jars.bundle("org.example.a", "1.0.0").header("Import-Package", "org.example.lib"));
        put("lib.jar", Jars.bundle("org.example.lib", "1.0.0").header("Export-Package", "org.example.lib"));
        room.start();
        put("lib.jar", Jars.bundle("org.example.lib", "1.1.0").header("Export-Package", "org.example.lib"));
        until(() -> logged("org.example.lib is used by org.example.a, which has to be restarted with it"), "it is said");
        until(() -> active("a.jar") && active("lib.jar") && version("lib.jar").equals("1.1.0"), "both run again");
    }

    private void put(String name, Jars jar) throws IOException {
        Files.move(jar.write(home.resolve("new")), deploy.resolve(name), StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
    }

    private Bundle bundle(String name) {
        return framework.context().getBundle("deploy:" + name);
    }

    private boolean active(String name) {
        return bundle(name) != null && bundle(name).getState() == Bundle.ACTIVE;
    }

    private String version(String name) {
        return bundle(name).getVersion().toString();
    }

    private boolean logged(String part) {
        return log.stream().anyMatch(line -> line.contains(part));
    }

    private void until(Callable<Boolean> condition, String what) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!condition.call()) {
            assertTrue(System.nanoTime() < deadline, () -> what + "; log: " + log);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
        }
    }
}
