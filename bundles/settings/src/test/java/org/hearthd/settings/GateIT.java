package org.hearthd.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Hashtable;
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
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;

/** The gate in a real framework, with the real File Install, the real ConfigAdmin and the bundle that the build has made. */
class GateIT {
    private static final String FRONT = "org.example.front-main.cfg";
    private static final String FRONT_PID = "org.example.front~main";
    private static final Logger LOGGER = Logger.getLogger(ConfigurationGate.class.getName());

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
    private Path config;
    private TestFramework framework;
    private Bundle fileInstall;

    @BeforeEach
    void start() throws Exception {
        LOGGER.addHandler(capture);
        LOGGER.setUseParentHandlers(false);
        config = Files.createDirectory(home.resolve("config"));
        framework = new TestFramework(home.resolve("storage"), Samples.CM, Map.of("felix.fileinstall.dir", config.toString(),
                "felix.fileinstall.poll", "50", "felix.fileinstall.noInitialDelay", "true", "felix.fileinstall.enableConfigSave",
                "false", "felix.fileinstall.configEncoding", "UTF-8", "felix.fileinstall.tmpdir", home.resolve("tmp").toString(),
                "felix.fileinstall.subdir.mode", "skip", "hearth.home", home.toString()));
        for (String name : List.of("org.osgi.util.function", "org.osgi.util.promise", "org.osgi.service.component",
                "org.osgi.service.log", "org.apache.felix.metatype", "org.apache.felix.configadmin", "org.apache.felix.scr")) {
            framework.install(name).start();
        }
        fileInstall = framework.install("org.apache.felix.fileinstall");
        install("front", Samples.FACTORY);
        framework.context().installBundle(Path.of(System.getProperty("bundle")).toUri().toString()).start();
    }

    @AfterEach
    void stop() throws Exception {
        Flawed.forget();
        framework.close();
        LOGGER.removeHandler(capture);
    }

    @Test
    void keepsWhatRanThroughGoodBadGoodAndDelete() throws Exception {
        write(FRONT, "address=one\n");
        fileInstall.start();
        assertEquals("one", address(), "the first scan is synchronous");

        write(FRONT, "addres=two\n");
        until(() -> logged("addres"), "the unknown key is reported");
        assertTrue(log.stream()
                .anyMatch(line -> line.contains(config.resolve(FRONT) + ":1: org.example.front: unknown key 'addres'; "
                        + "the nearest known key is 'address'")),
                log::toString);
        assertTrue(logged("the configuration from before goes on"), log::toString);
        assertEquals("one", address());

        write(FRONT, "address=three\n");
        until(() -> "three".equals(address()), "the corrected file is applied");

        Files.delete(config.resolve(FRONT));
        until(() -> address() == null, "the configuration goes with the file");
    }

    @Test
    void refusesABadFileInTheFirstScanToo() throws Exception {
        write(FRONT, "address=one\nport=70000\n");
        write("org.example.front-other.cfg", "address=other\n");
        fileInstall.start();
        assertNull(address());
        assertTrue(logged("value '70000' is greater than the maximum"), log::toString);
        assertTrue(logged("nothing is configured by it"), log::toString);
        assertEquals("other", property("org.example.front~other", "address"), "a good file beside a bad one is applied");

        write(FRONT, "address=one\nport=7000\n");
        until(() -> "one".equals(address()), "the corrected file is applied");
    }

    @Test
    void removesTheConfigurationOfADeletedFileWhoseLastContentWasBad() throws Exception {
        write(FRONT, "address=one\n");
        fileInstall.start();
        write(FRONT, "nonsense=two\n");
        until(() -> logged("nonsense"), "the bad content is reported");
        assertEquals("one", address());
        Files.delete(config.resolve(FRONT));
        until(() -> address() == null, "the configuration goes with the file");
    }

    @Test
    void leavesAForeignConfigurationAloneWhenANeverGoodFileIsDeleted() throws Exception {
        install("pool", Samples.SINGLE);
        admin().getConfiguration("org.example.pool", "?").update(new Hashtable<>(Map.of("size", "9")));
        write("org.example.pool.cfg", "size=0\n");
        fileInstall.start();
        assertTrue(logged("value '0' is less than the minimum"), log::toString);
        Files.delete(config.resolve("org.example.pool.cfg"));
        write(FRONT, "address=later\n");
        until(() -> "later".equals(address()), "a later change is seen, so the deletion was too");
        assertEquals("9", property("org.example.pool", "size"));
    }

    @Test
    void takesAFileUpWhenTheBundleThatKnowsItsPidIsInstalled() throws Exception {
        write("org.example.pool.cfg", "size=7\n");
        fileInstall.start();
        assertTrue(logged("no installed bundle knows the PID 'org.example.pool'"), log::toString);
        install("pool", Samples.SINGLE);
        until(() -> "7".equals(property("org.example.pool", "size")), "the file is looked at again");
    }

    private void installFlawed(String policy, String pid) throws Exception {
        Path flawed = Samples.flawed(home.resolve("flawed.jar"), policy, pid);
        framework.context().installBundle(flawed.toUri().toString()).start();
    }

    @ParameterizedTest
    @ValueSource(strings = {"require", "optional"})
    void startsASingleComponentAgainThatCouldNotBeStartedWithWhatWasThereBefore(String policy) throws Exception {
        install("pool", Samples.SINGLE);
        write("org.example.pool.cfg", "size=9\n");
        fileInstall.start();
        installFlawed(policy, "org.example.pool");
        until(() -> Flawed.refused("org.example.pool") != null, "it fails");
        write("org.example.pool.cfg", "size=3\n");
        until(() -> "3 null".equals(Flawed.told("org.example.pool")), "it works with the next");
        assertTrue(logged("pool.cfg: what could not be started with it before is started again"), log::toString);
    }

    @Test
    void startsOneOfSeveralComponentsAgainThatCouldNotBeStartedWithWhatWasThereBefore() throws Exception {
        write(FRONT, "address=x\nport=9\n");
        write("org.example.front-other.cfg", "address=x\nport=7\n");
        fileInstall.start();
        installFlawed("require", "org.example.front");
        until(() -> "null 7".equals(Flawed.told("org.example.front~other")), "one that takes its configuration works");
        until(() -> "x".equals(Flawed.refused(FRONT_PID)), "the other fails");
        write(FRONT, "address=y\nport=9\n");
        until(() -> "y".equals(Flawed.refused(FRONT_PID)), "the next change is no better");
        Flawed.forget();
        write(FRONT, "address=x\nport=8\n");
        until(() -> "null 8".equals(Flawed.told(FRONT_PID)), "it works with the next");
        assertTrue(logged(FRONT + ": what could not be started with it before is started again"), log::toString);
        assertNull(Flawed.told("org.example.front~other"), "the others notice nothing");
    }

    @Test
    void losesNoFileWhileFileInstallHasNoConfigAdmin() throws Exception {
        Bundle admin = List.of(framework.context().getBundles()).stream()
                .filter(bundle -> bundle.getSymbolicName().equals("org.apache.felix.configadmin")).findFirst().orElseThrow();
        admin.stop();
        write(FRONT, "address=one\n");
        fileInstall.start();
        admin.start();
        until(() -> "one".equals(address()), "the file is applied when its installer has come");
    }

    @Test
    void ignoresEverythingElseAndInstallsNoBundleFromThere() throws Exception {
        Samples.bundle(config.resolve("stray.jar"), "org.example.stray");
        write("org.example.front-b.config", "address=\"x\"\n");
        write(".org.example.front-c.cfg", "address=x\n");
        write("org.example.front-d.cfg.example", "address=x\n");
        fileInstall.start();
        assertTrue(logged("stray.jar: ignored"), log::toString);
        assertTrue(logged(".config: ignored"), log::toString);
        assertEquals(2, log.size(), log::toString);
        assertNull(admin().listConfigurations(null));
        assertTrue(List.of(framework.context().getBundles()).stream()
                .noneMatch(b -> "org.example.stray".equals(b.getSymbolicName())));
    }

    @Test
    void neverTouchesAFileThatIsBeingWrittenDuringTheFirstScan() throws Exception {
        Path file = config.resolve(FRONT);
        Files.writeString(file, "addr");
        Thread starter = new Thread(() -> {
            try {
                fileInstall.start();
            } catch (BundleException failed) {
                log.add(failed.toString());
            }
        });
        starter.start();
        until(() -> {
            Files.writeString(file, "e", StandardOpenOption.APPEND);
            return isWaitedFor();
        }, "the gate waits for the end of the writing");
        Files.writeString(file, "address=one\n");
        starter.join();
        until(() -> "one".equals(address()), "the whole file is applied");
        assertEquals(List.of(), log);
    }

    /** Whether a thread of the framework waits for a file to come to rest. */
    private static boolean isWaitedFor() {
        return Thread.getAllStackTraces().values().stream().flatMap(Stream::of)
                .anyMatch(frame -> frame.getClassName().equals(QuietFile.class.getName()));
    }

    private void install(String name, String document) throws Exception {
        Path jar = Samples.bundle(home.resolve(name + ".jar"), "org.example." + name, document);
        framework.context().installBundle(jar.toUri().toString());
    }

    /** Writes beside the directory and renames, as one should. */
    private void write(String name, String text) throws IOException {
        Path whole = Files.writeString(home.resolve("new"), text);
        Files.move(whole, config.resolve(name), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private boolean logged(String part) {
        return log.stream().anyMatch(line -> line.contains(part));
    }

    private String address() throws Exception {
        return property(FRONT_PID, "address");
    }

    private String property(String pid, String key) throws Exception {
        Configuration[] found = admin().listConfigurations("(service.pid=" + pid + ")");
        try {
            return found == null ? null : (String) found[0].getProperties().get(key);
        } catch (IllegalStateException deletedSince) {
            return null;
        }
    }

    private ConfigurationAdmin admin() {
        var reference = framework.context().getServiceReference(ConfigurationAdmin.class);
        return framework.context().getService(reference);
    }

    private void until(Callable<Boolean> condition, String what) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!condition.call()) {
            assertTrue(System.nanoTime() < deadline, () -> what + "; log: " + log);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
        }
    }
}
