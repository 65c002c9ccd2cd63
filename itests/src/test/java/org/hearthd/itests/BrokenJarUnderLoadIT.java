package org.hearthd.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.regex.Pattern;
import org.hearthd.itests.handlers.Idler;
import org.hearthd.itests.handlers.Stamp;
import org.hearthd.itests.handlers.Stamped;
import org.hearthd.itests.handlers.StampedFailing;
import org.hearthd.itests.handlers.StampedUnfit;
import org.hearthd.launcher.load.Tally;
import org.junit.AfterClass;
import org.junit.Before;
import org.junit.BeforeClass;
import org.junit.ClassRule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** A jar that is broken in one way or another is put over a good one, under load: the good one stays, and the cause is named. */
public class BrokenJarUnderLoadIT {
    private static final int LINES = 10;

    @ClassRule
    public static final TemporaryFolder FOLDER = new TemporaryFolder();
    private static Path dir;
    private static HearthProcess hearth;
    private static Path good;
    private static Path mark;

    @BeforeClass
    public static void start() throws Exception {
        dir = FOLDER.getRoot().toPath();
        // those without a handler are given up after this time
        Path home = HearthProcess.home(dir.resolve("home"), "org.hearthd.deploy.cfg", "ready.timeout.ms = 2000\n");
        hearth = HearthProcess.ready(home);
        mark = home.resolve("deploy/stamped.jar.failed");
        good = HandlerBundles.pack(dir, "stamped", "1.0.1", Stamp.class, Stamped.class);
        hearth.deploy(good, "stamped.jar");
        hearth.awaitAnswer("/stamped?1", 200, "\u0001");
    }

    @AfterClass
    public static void stop() throws Exception {
        if (hearth != null) {
            hearth.close();
        }
    }

    /** So that one test does not fail because another one has. */
    @Before
    public void theGoodOneIsThere() throws Exception {
        hearth.deploy(good, "stamped.jar");
        hearth.awaitAnswer("/stamped?1", 200, "\u0001");
        Await.until("no mark is left", () -> !Files.exists(mark));
    }

    @Test
    public void aFileThatIsNoZipIsRefused() throws Exception {
        assertRefused(Files.writeString(dir.resolve("text"), "this is no jar, but it is long enough"), "zip|jar");
    }

    @Test
    public void aJarThatIsCutOffIsRefused() throws Exception {
        byte[] bytes = Files.readAllBytes(good);
        assertRefused(Files.write(dir.resolve("cut"), java.util.Arrays.copyOf(bytes, bytes.length / 2)), "zip|jar");
    }

    @Test
    public void aJarThatIsNoBundleIsRefused() throws Exception {
        Path jar = dir.resolve("plain");
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar))) {
            out.putNextEntry(new JarEntry("some.txt"));
        }
        assertRefused(jar, "bundle|Bundle-SymbolicName|manifest");
    }

    @Test
    public void aBundleThatDoesNotResolveIsRefused() throws Exception {
        Path second = HandlerBundles.with(good, "second", "Bundle-Version", "1.0.2");
        assertRefused(HandlerBundles.with(second, "unresolved", "Import-Package", "org.nowhere,org.hearthd,org.osgi.framework"),
                "org\\.nowhere");
    }

    @Test
    public void aHandlerWhoseActivationThrowsIsRefused() throws Exception {
        assertRefused(HandlerBundles.pack(dir, "stamped", "1.0.3", Stamp.class, StampedFailing.class), "the licence has expired");
    }

    @Test
    public void aBundleWithoutAHandlerIsRefused() throws Exception {
        assertRefused(HandlerBundles.pack(dir, "stamped", "1.0.4", Idler.class), "handler stamped");
    }

    @Test
    public void aHandlerThatDoesNotPassItsOwnCheckIsRefused() throws Exception {
        assertRefused(HandlerBundles.pack(dir, "stamped", "1.0.5", Stamp.class, StampedUnfit.class),
                "the database does not answer");
    }

    private static void assertRefused(Path broken, String cause) throws Exception {
        try (UnderLoad load = UnderLoad.of(hearth.url(""), UnderLoad.mixture("/stamped"))) {
            int before = hearth.errors().length();
            hearth.deploy(broken, "stamped.jar");
            Await.until(mark + " is there\n" + hearth.errors(), () -> Files.exists(mark));
            String text = Files.readString(mark);
            assertTrue(text, Pattern.compile(cause).matcher(text).find() && text.contains("org.example.stamped 1.0.1"));
            assertTrue(text, text.lines().count() <= LINES);
            String log = hearth.errors().substring(before);
            assertTrue(log, Pattern.compile(cause).matcher(log).find());
            assertTrue(log, log.lines().count() <= LINES);
            load.awaitMore();
            hearth.deploy(good, "stamped.jar");
            Await.until(mark + " is gone", () -> !Files.exists(mark));
            load.awaitMore();
            Tally tally = load.end();
            assertEquals("the old one stays", 1, tally.versions().size());
        }
        assertFalse(Files.exists(mark));
    }
}
