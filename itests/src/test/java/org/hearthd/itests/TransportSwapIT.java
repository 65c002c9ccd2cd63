package org.hearthd.itests;

import static org.hearthd.itests.Transports.FIRST;
import static org.hearthd.itests.Transports.SECOND;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
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
import org.ops4j.pax.exam.junit.PaxExam;
import org.ops4j.pax.exam.spi.reactors.ExamReactorStrategy;
import org.ops4j.pax.exam.spi.reactors.PerClass;
import org.osgi.framework.BundleContext;

/** The transport is stopped and another implementation takes over, while the front goes on. */
@RunWith(PaxExam.class)
@ExamReactorStrategy(PerClass.class)
public class TransportSwapIT {
    @Inject
    private BundleContext context;
    private Container container;
    private Transports transports;

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
        return Transports.options(home);
    }

    private static void configure(Path home, String name, String text) throws Exception {
        Files.writeString(home.resolve("config/org.hearthd." + name + ".cfg"), text);
    }

    @Before
    public void up() throws Exception {
        container = new Container(context);
        transports = new Transports(container);
        container.awaitSource();
        container.deploy("taker-1.0.0.jar", "taker.jar");
        container.awaitAnswer("/taker", 200, FIRST);
    }

    @After
    public void clean() throws Exception {
        transports.to(FIRST);
        container.close();
    }

    @Test
    public void newConnectionsMoveOverToTheOtherImplementation() throws Exception {
        int port = container.port();
        assertEquals(FIRST + " body", container.post("/taker", "body").body());
        transports.to(SECOND);
        container.awaitAnswer("/taker", 200, SECOND);
        assertEquals(SECOND + " body", container.post("/taker", "body").body());
        assertEquals("the front kept its socket", port, container.port());
        transports.to(FIRST);
        container.awaitAnswer("/taker", 200, FIRST);
    }

    @Test
    public void aRunningRequestEndsOnTheImplementationItBeganWithAndItsConnectionStays() throws Exception {
        try (KeepAlive client = new KeepAlive("http://127.0.0.1:" + container.port())) {
            assertTrue(client.get("/nothing").startsWith("HTTP/1.1 404 "));
            long before = descriptors();
            client.send("POST /taker HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbo");
            Await.until("the handler has the socket and waits for the rest", () -> descriptors() > before);
            transports.to(SECOND);
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
        transports.stop(FIRST);
        assertEquals(404, container.get("/nothing").statusCode());
        transports.start(SECOND);
        container.awaitAnswer("/taker", 200, SECOND);
        assertEquals(port, container.port());
    }

    @Test
    public void swapsLeaveNoDescriptorBehind() throws Exception {
        long before = descriptors();
        for (int i = 0; i < 5; i++) {
            transports.to(SECOND);
            container.awaitAnswer("/taker", 200, SECOND);
            transports.to(FIRST);
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
                transports.to(SECOND);
                awaitAll(all);
                container.awaitAnswer("/taker", 200, SECOND);
                transports.to(FIRST);
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
                transports.stop(FIRST);
                all.get(0).await("one");
                transports.start(SECOND);
                awaitAll(all);
                transports.stop(SECOND);
                all.get(0).await("one");
                transports.start(FIRST);
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
}
