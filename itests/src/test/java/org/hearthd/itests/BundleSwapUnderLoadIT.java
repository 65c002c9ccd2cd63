package org.hearthd.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.LongStream;
import org.hearthd.itests.handlers.Stamp;
import org.hearthd.itests.handlers.Stamped;
import org.hearthd.itests.handlers.Sticky;
import org.hearthd.itests.handlers.Twin;
import org.hearthd.launcher.load.Inspection;
import org.hearthd.launcher.load.LoadFailure;
import org.hearthd.launcher.load.Tally;
import org.hearthd.launcher.load.Version;
import org.junit.Before;
import org.junit.Test;

/** Jars are replaced while every request is counted. */
public class BundleSwapUnderLoadIT extends WithHearth {
    private Path stamped;

    @Before
    public void start() throws Exception {
        // in the end every connection of the load has time for one more request
        HearthProcess.home(home, "org.hearthd.http-main.cfg",
                "address = 127.0.0.1:${hearth.port}\ndrain.idle.ms = 4000\n");
        // a swap that waits for a self-check waits as long as its test
        Files.writeString(home.resolve("config/org.hearthd.dispatch.cfg"), "check.timeout.ms = 600000\n");
        Files.writeString(home.resolve("config/org.hearthd.deploy.cfg"), "ready.timeout.ms = 600000\n");
        hearth = HearthProcess.ready(home);
        stamped = HandlerBundles.pack(dir, "stamped", "1.0.1", Stamp.class, Stamped.class);
        hearth.deploy(stamped, "stamped.jar");
        hearth.awaitAnswer("/stamped?1", 200, "\u0001");
    }

    @Test
    public void updatesFailNoRequestMixNoAnswerParkNothingAndLeaveNoLoaderBehind() throws Exception {
        int updates = Scale.of(10, 200);
        try (UnderLoad load = UnderLoad.of(hearth.url(""), UnderLoad.mixture("/stamped"))) {
            for (int i = 2; i <= updates + 1; i++) {
                hearth.deploy(version(stamped, i), "stamped.jar");
                load.awaitStamp("stamped", i);
            }
            Tally tally = load.end();
            assertEquals(LongStream.rangeClosed(1, updates + 1).boxed().toList(),
                    tally.versions().stream().map(Version::number).toList());
        }
        assertEquals("parked", 0, hearth.ctl.parkedEver("stamped"));
        awaitCollectedLoaders(updates);
    }

    @Test
    public void twoHandlersAreSwappedAtTheSameTime() throws Exception {
        Path twin = HandlerBundles.pack(dir, "twin", "1.0.1", Stamp.class, Twin.class);
        hearth.deploy(twin, "twin.jar");
        hearth.awaitAnswer("/twin?1", 200, "\u0001");
        try (UnderLoad load = UnderLoad.of(hearth.url(""), UnderLoad.mixture("/stamped", "/twin"))) {
            for (int i = 2; i <= Scale.of(4, 51); i++) {
                Path first = version(stamped, i);
                Path second = version(twin, i);
                hearth.deploy(first, "stamped.jar");
                hearth.deploy(second, "twin.jar");
                load.awaitStamp("stamped", i);
                load.awaitStamp("twin", i);
            }
            load.end();
        }
    }

    @Test
    public void aSwapDuringShutdownFailsNoRequestOnAConnectionThatIsThereAndRefusesNewOnes() throws Exception {
        Set<Inspection> unanswered = ConcurrentHashMap.newKeySet();
        try (UnderLoad load = UnderLoad.start(() -> new Awaited(unanswered), hearth.url(""), UnderLoad.mixture("/stamped"))) {
            hearth.deploy(version(stamped, 2), "stamped.jar");
            load.awaitStamp("stamped", 2);
            hearth.deploy(HandlerBundles.pack(dir, "stamped", "1.0.3", Stamp.class, Sticky.class),
                    "stamped.jar");
            Await.until("the swap has begun",
                    () -> hearth.ctl.row("deployments", "file", "stamped.jar").getString("state").equals("swapping"));
            List<Inspection> left = List.copyOf(unanswered);
            hearth.signal("TERM");
            assertEquals(hearth.errors(), 0, hearth.awaitExit());
            Tally tally = load.stopped();
            assertTrue(tally.toString(), Set.of("refused").containsAll(tally.failures().keySet()));
            assertTrue(tally.toString(), Collections.disjoint(left, unanswered));
            assertEquals("1.0.3 was never in service", List.of(1L, 2L), tally.versions().stream().map(Version::number).toList());
            assertFalse(hearth.errors(), hearth.errors().contains("1.0.3) has replaced"));
        }
    }

    /** Told apart from others of its kind; leaves a set when the whole answer has come. */
    private static final class Awaited implements Inspection {
        private final StampInspection stamp = new StampInspection();
        private final Set<Inspection> unanswered;

        Awaited(Set<Inspection> unanswered) {
            this.unanswered = unanswered;
            unanswered.add(this);
        }

        @Override
        public void head(Map<String, String> headers) throws LoadFailure {
            stamp.head(headers);
        }

        @Override
        public void body(ByteBuffer piece) throws LoadFailure {
            stamp.body(piece);
        }

        @Override
        public Optional<Version> end() throws LoadFailure {
            Optional<Version> version = stamp.end();
            unanswered.remove(this);
            return version;
        }
    }

    @Test
    public void aJarThatIsRemovedAndPutBackAtOnceIsNotMissed() throws Exception {
        try (UnderLoad load = UnderLoad.of(hearth.url(""), UnderLoad.mixture("/stamped"))) {
            Path jar = hearth.home.resolve("deploy/stamped.jar");
            for (int i = 0; i < Scale.of(5, 50); i++) {
                Path copy = Files.copy(stamped, hearth.home.resolve("stamped.part"));
                Files.delete(jar);
                Files.move(copy, jar);
                load.awaitMore();
            }
            Tally tally = load.end();
            assertEquals(1, tally.versions().size());
        }
    }

    @Test
    public void theSameJarAgainOrUnderAnotherNameChangesNothing() throws Exception {
        try (UnderLoad load = UnderLoad.of(hearth.url(""), "/stamped?100")) {
            hearth.deploy(stamped, "stamped.jar");
            hearth.deploy(stamped, "copy.jar");
            hearth.awaitLog("copy\\.jar is not deployed: .*stamped\\.jar");
            load.awaitMore();
            hearth.deploy(version(stamped, 2), "stamped.jar");
            load.awaitStamp("stamped", 2);
            Files.delete(hearth.home.resolve("deploy/copy.jar"));
            load.awaitMore();
            load.end();
        }
    }

    @Test
    public void anOlderVersionIsAllowedAndLogged() throws Exception {
        hearth.deploy(version(stamped, 5), "stamped.jar");
        hearth.awaitAnswer("/stamped?1", 200, "\u0005");
        try (UnderLoad load = UnderLoad.start(() -> new StampInspection(false), hearth.url(""), "/stamped?100")) {
            hearth.deploy(version(stamped, 3), "stamped.jar");
            load.awaitStamp("stamped", 3);
            load.awaitMore();
            load.end();
        }
        hearth.awaitLog("org\\.example\\.stamped 1\\.0\\.3\\) has replaced org\\.example\\.stamped 1\\.0\\.5.*older");
        assertEquals(200, hearth.get("/stamped?1").statusCode());
    }

    private static Path version(Path jar, int number) throws Exception {
        return HandlerBundles.with(jar, jar.getFileName() + "." + number, "Bundle-Version", StampInspection.version(number));
    }

    /** The log says of each replaced bundle what has become of its class loader. */
    private void awaitCollectedLoaders(int number) throws Exception {
        hearth.awaitLog("old class loader (collected|leaking)", number);
        assertFalse(hearth.errors(), hearth.errors().contains("old class loader leaking"));
    }
}
