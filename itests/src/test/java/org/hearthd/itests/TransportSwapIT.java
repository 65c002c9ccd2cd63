package org.hearthd.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;
import static org.ops4j.pax.exam.CoreOptions.bundle;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import javax.inject.Inject;
import org.hearthd.itests.handlers.GreetOne;
import org.hearthd.itests.handlers.SocketTaker;
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

/** The transport is stopped and another implementation takes over, while the front goes on. */
@RunWith(PaxExam.class)
@ExamReactorStrategy(PerClass.class)
public class TransportSwapIT {
    private static final String FIRST = "org.hearthd.transport.junixsocket";
    private static final String SECOND = "org.hearthd.itest.transport.jna";

    @Inject
    private BundleContext context;
    private Container container;

    /** The distribution and, stopped, the second implementation on JNA. */
    @Configuration
    public Option[] configuration() throws Exception {
        Path home = Dist.home("TransportSwapIT");
        HandlerBundles.pack(home, "taker", "1.0.0", SocketTaker.class);
        HandlerBundles.pack(home, "greet", "1.0.0", GreetOne.class);
        configure(home, "process-p", "command = '" + String.join("' '", EchoHandler.command()) + "'\n");
        configure(home, "process.transient-t",
                "command = sh -c 'printf \"HTTP/1.1 200 OK\\\\r\\\\nContent-Length: 2\\\\r\\\\n\\\\r\\\\nok\"' sh\n");
        configure(home, "htpipe.server-near", "address = " + home.resolve("pipe") + "\nhandler = p\n");
        configure(home, "htpipe.client-far", "address = " + home.resolve("pipe") + "\n");
        for (String name : List.of("p", "t", "far")) {
            configure(home, "route-" + name, "path = /" + name + "\nhandler = " + name + "\n");
        }
        return OptionUtils.combine(Dist.options(home), bundle(jar("jna-").toUri().toString()),
                bundle(jar("hearth-itest-transport-jna-").toUri().toString()).noStart());
    }

    private static void configure(Path home, String name, String text) throws Exception {
        Files.writeString(home.resolve("config/org.hearthd." + name + ".cfg"), text);
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
        container.deploy("taker-1.0.0.jar", "taker.jar");
        container.awaitAnswer("/taker", 200, FIRST);
    }

    @After
    public void clean() throws Exception {
        installed(FIRST).start();
        installed(SECOND).stop();
        container.close();
    }

    @Test
    public void newConnectionsMoveOverToTheOtherImplementation() throws Exception {
        int port = container.port();
        assertEquals(FIRST + " body", container.post("/taker", "body").body());
        installed(SECOND).start();
        installed(FIRST).stop();
        container.awaitAnswer("/taker", 200, SECOND);
        assertEquals(SECOND + " body", container.post("/taker", "body").body());
        assertEquals("the front kept its socket", port, container.port());
        installed(FIRST).start();
        installed(SECOND).stop();
        container.awaitAnswer("/taker", 200, FIRST);
    }

    @Test
    public void aRunningRequestEndsOnTheImplementationItBeganWithAndItsConnectionStays() throws Exception {
        try (KeepAlive client = new KeepAlive("http://127.0.0.1:" + container.port())) {
            assertTrue(client.get("/nothing").startsWith("HTTP/1.1 404 "));
            long before = descriptors();
            client.send("POST /taker HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbo");
            Await.until("the handler has the socket and waits for the rest", () -> descriptors() > before);
            installed(SECOND).start();
            installed(FIRST).stop();
            client.send("dy");
            String answer = client.answer();
            assertTrue(answer, answer.endsWith("\n" + FIRST + " body"));
            container.awaitAnswer("/taker", 200, SECOND);
            answer = client.get("/taker");
            assertTrue(answer, answer.endsWith("\n" + SECOND + " "));
        }
    }

    @Test
    public void betweenTwoImplementationsTheFrontStaysAndTheTransportIsFoundAgain() throws Exception {
        int port = container.port();
        installed(FIRST).stop();
        assertEquals(404, container.get("/nothing").statusCode());
        installed(SECOND).start();
        container.awaitAnswer("/taker", 200, SECOND);
        assertEquals(port, container.port());
    }

    @Test
    public void swapsLeaveNoDescriptorBehind() throws Exception {
        long before = descriptors();
        for (int i = 0; i < 5; i++) {
            installed(SECOND).start();
            installed(FIRST).stop();
            container.awaitAnswer("/taker", 200, SECOND);
            installed(FIRST).start();
            installed(SECOND).stop();
            container.awaitAnswer("/taker", 200, FIRST);
        }
        Await.until("as many descriptors as before", () -> descriptors() <= before);
        assertTrue(descriptors() > 0);
    }

    @Test
    public void underLoadTheNewOneIsStartedAndTheOldOneStoppedAndNothingFails() throws Exception {
        List<Traffic> all = traffic("/greet", "/taker", "/p/x", "/t", "/far/x");
        try {
            for (int i = 0; i < 5; i++) {
                installed(SECOND).start();
                installed(FIRST).stop();
                awaitAll(all);
                container.awaitAnswer("/taker", 200, SECOND);
                installed(FIRST).start();
                installed(SECOND).stop();
                awaitAll(all);
                container.awaitAnswer("/taker", 200, FIRST);
            }
            for (Traffic each : all) {
                each.assertNothingFailed();
            }
            assertEquals("the process stays: " + all.get(2), 1, all.get(2).bodies());
        } finally {
            stop(all);
        }
    }

    @Test
    public void underLoadTheOldOneIsStoppedBeforeTheNewOneIsStartedAndRequestsWait() throws Exception {
        List<Traffic> all = traffic("/greet", "/p/x", "/t", "/far/x");
        try {
            for (int i = 0; i < 5; i++) {
                installed(FIRST).stop();
                all.get(0).await("one");
                installed(SECOND).start();
                awaitAll(all);
                installed(SECOND).stop();
                all.get(0).await("one");
                installed(FIRST).start();
                awaitAll(all);
            }
            for (Traffic each : all) {
                each.assertNothingFailed();
            }
            assertEquals("the process stays: " + all.get(1), 1, all.get(1).bodies());
        } finally {
            stop(all);
        }
    }

    private List<Traffic> traffic(String... paths) throws Exception {
        container.deploy("greet-1.0.0.jar", "greet.jar");
        List<Traffic> all = new ArrayList<>();
        for (String path : paths) {
            container.awaitAnswer(path, 200, "");
        }
        for (String path : paths) {
            all.add(new Traffic("http://127.0.0.1:" + container.port(), path));
        }
        awaitAll(all);
        return all;
    }

    private static void awaitAll(List<Traffic> all) throws Exception {
        for (Traffic each : all) {
            each.await("");
        }
    }

    private static void stop(List<Traffic> all) throws Exception {
        for (Traffic each : all) {
            each.close();
        }
    }

    private static long descriptors() throws Exception {
        try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
            return open.count();
        }
    }

    private Bundle installed(String symbolicName) {
        return Arrays.stream(context.getBundles()).filter(b -> symbolicName.equals(b.getSymbolicName())).findFirst()
                .orElseThrow();
    }
}
