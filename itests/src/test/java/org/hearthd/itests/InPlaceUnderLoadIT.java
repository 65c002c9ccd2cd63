package org.hearthd.itests;

import static org.ops4j.pax.exam.CoreOptions.bundle;
import static org.ops4j.pax.exam.CoreOptions.systemPackage;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import javax.inject.Inject;
import org.hearthd.itests.handlers.SocketTaker;
import org.hearthd.itests.handlers.Stamp;
import org.hearthd.itests.handlers.Stamped;
import org.hearthd.launcher.load.ToldVersion;
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
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;

/** Inside Felix, somebody who knows nothing of handlers starts, stops and updates bundles while every request is counted. */
@RunWith(PaxExam.class)
@ExamReactorStrategy(PerClass.class)
public class InPlaceUnderLoadIT {
    private static final String FIRST = "org.hearthd.transport.junixsocket";
    private static final String SECOND = "org.hearthd.itest.transport.jna";

    @Inject
    private BundleContext context;
    private Container container;

    /** The distribution, a second transport, and the load's package from the test's class path. */
    @Configuration
    public Option[] configuration() throws Exception {
        Path home = Dist.home("InPlaceUnderLoadIT");
        HandlerBundles.pack(home, "taker", "1.0.0", SocketTaker.class);
        Path stamped = HandlerBundles.pack(home, "stamped", "1.0.1", Stamp.class, Stamped.class);
        for (int i = 2; i <= Scale.of(5, 50) + 1; i++) {
            HandlerBundles.with(stamped, "stamped-1.0." + i + ".jar", "Bundle-Version", StampInspection.version(i));
        }
        return OptionUtils.combine(Dist.options(home), systemPackage("org.hearthd.launcher.load"),
                bundle(jar("jna-").toUri().toString()),
                bundle(jar("hearth-itest-transport-jna-").toUri().toString()).noStart());
    }

    /** From the test class path. */
    private static Path jar(String prefix) {
        return Stream.of(System.getProperty("java.class.path").split(":")).map(Path::of)
                .filter(p -> p.getFileName().toString().startsWith(prefix)).filter(Files::isRegularFile).findFirst()
                .orElseThrow();
    }

    @Before
    public void up() throws Exception {
        container = new Container(context);
        container.awaitSource();
    }

    @After
    public void clean() throws Exception {
        installed(FIRST).start();
        installed(SECOND).stop();
        container.close();
    }

    @Test
    public void theTransportIsSwitched() throws Exception {
        container.deploy("taker-1.0.0.jar", "taker.jar");
        container.awaitAnswer("/taker", 200, FIRST);
        try (UnderLoad load = UnderLoad.start(ToldVersion::new, url(), "/taker")) {
            for (int i = 0; i < Scale.of(2, 5); i++) {
                installed(SECOND).start();
                installed(FIRST).stop();
                container.awaitAnswer("/taker", 200, SECOND);
                load.awaitMore();
                installed(FIRST).start();
                installed(SECOND).stop();
                container.awaitAnswer("/taker", 200, FIRST);
                load.awaitMore();
            }
            load.end();
        }
    }

    @Test
    public void aBundleThatSomebodyUpdatesInPlaceIsParkedForAndDrained() throws Exception {
        container.deploy("stamped-1.0.1.jar", "stamped.jar");
        container.awaitAnswer("/stamped?1", 200, "\u0001");
        try (UnderLoad load = UnderLoad.of(url(), UnderLoad.mixture("/stamped"))) {
            for (int i = 2; i <= Scale.of(5, 50) + 1; i++) {
                try (InputStream in = Files.newInputStream(container.home().resolve("stamped-1.0." + i + ".jar"))) {
                    installed("org.example.stamped").update(in);
                }
                load.awaitStamp("stamped", i);
            }
            load.end();
        }
    }

    private String url() throws Exception {
        return "http://127.0.0.1:" + container.port();
    }

    private Bundle installed(String symbolicName) {
        return Arrays.stream(context.getBundles()).filter(b -> symbolicName.equals(b.getSymbolicName())).findFirst()
                .orElseThrow();
    }
}
