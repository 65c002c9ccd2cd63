package org.hearthd.itests;

import static org.hearthd.itests.Transports.FIRST;
import static org.hearthd.itests.Transports.SECOND;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;
import static org.ops4j.pax.exam.CoreOptions.systemPackage;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.LongStream;
import javax.inject.Inject;
import org.hearthd.itests.handlers.Stamp;
import org.hearthd.itests.handlers.Stamped;
import org.hearthd.itests.handlers.StampedTaker;
import org.hearthd.launcher.load.Tally;
import org.hearthd.launcher.load.Version;
import org.junit.After;
import org.junit.Before;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.OptionUtils;
import org.ops4j.pax.exam.junit.PaxExam;
import org.ops4j.pax.exam.spi.reactors.ExamReactorStrategy;
import org.ops4j.pax.exam.spi.reactors.PerClass;
import org.osgi.framework.BundleContext;

/** Inside Felix, somebody who knows nothing of handlers starts, stops and updates bundles while every request is counted. */
@RunWith(PaxExam.class)
@ExamReactorStrategy(PerClass.class)
public class InPlaceUnderLoadIT {
    @Inject
    private BundleContext context;
    private Container container;
    private Transports transports;

    /** The distribution, a second transport, and the load's package from the test's class path. */
    @Configuration
    public Option[] configuration() throws Exception {
        Path home = Dist.home("InPlaceUnderLoadIT");
        HandlerBundles.pack(home, "taker", "1.0.0", Stamp.class, StampedTaker.class);
        Files.writeString(home.resolve("config/org.hearthd.process-child.cfg"),
                "command = '" + String.join("' '", StampedChild.command(1)) + "'\n");
        Files.writeString(home.resolve("config/org.hearthd.route-child.cfg"), "path = /child\nhandler = child\n");
        Path stamped = HandlerBundles.pack(home, "stamped", "1.0.1", Stamp.class, Stamped.class);
        for (int i = 2; i <= Scale.of(5, 50) + 1; i++) {
            HandlerBundles.with(stamped, "stamped-1.0." + i + ".jar", "Bundle-Version", StampInspection.version(i));
        }
        return OptionUtils.combine(Transports.options(home), systemPackage("org.hearthd.launcher.load"));
    }

    @Before
    public void up() throws Exception {
        container = new Container(context);
        transports = new Transports(container);
        container.awaitSource();
    }

    @After
    public void clean() throws Exception {
        transports.to(FIRST);
        container.close();
    }

    /** Response sockets and a connection to another process, of which the implementation that made them has gone meanwhile. */
    @Test
    public void theTransportIsSwitched() throws Exception {
        container.deploy("taker-1.0.0.jar", "taker.jar");
        container.awaitAnswer("/taker?1", 200, "\u0001");
        container.awaitAnswer("/child?1", 200, "\u0001");
        long parked = container.parkedEver("taker") + container.parkedEver("child");
        try (UnderLoad load = UnderLoad.of(url(), UnderLoad.mixture("/taker", "/child"))) {
            int switches = 2 * Scale.of(2, 5);
            for (int i = 2; i <= switches + 1; i++) {
                String next = i % 2 == 0 ? SECOND : FIRST;
                transports.to(next);
                load.awaitStamp("taker", i);
                assertEquals(next, container.get("/taker").headers().firstValue("X-Transport").orElseThrow());
                load.awaitMore();
            }
            Tally tally = load.end();
            assertEquals(LongStream.rangeClosed(1, switches + 1).boxed().toList(), numbers(tally, "taker"));
            assertEquals("the process stays", List.of(1L), numbers(tally, "child"));
        }
        assertEquals("parked", parked, container.parkedEver("taker") + container.parkedEver("child"));
    }

    private static List<Long> numbers(Tally tally, String handler) {
        return tally.versions().stream().filter(v -> v.name().equals(handler)).map(Version::number).toList();
    }

    @Test
    public void aBundleThatSomebodyUpdatesInPlaceIsParkedForAndDrained() throws Exception {
        container.deploy("stamped-1.0.1.jar", "stamped.jar");
        container.awaitAnswer("/stamped?1", 200, "\u0001");
        try (UnderLoad load = UnderLoad.of(url(), UnderLoad.mixture("/stamped"))) {
            for (int i = 2; i <= Scale.of(5, 50) + 1; i++) {
                long parked = container.parkedEver("stamped");
                try (InputStream in = Files.newInputStream(container.home().resolve("stamped-1.0." + i + ".jar"))) {
                    container.bundle("org.example.stamped").update(in);
                }
                load.awaitStamp("stamped", i);
                assertTrue("parked", container.parkedEver("stamped") > parked);
            }
            load.end();
        }
    }

    private String url() throws Exception {
        return "http://127.0.0.1:" + container.port();
    }
}
