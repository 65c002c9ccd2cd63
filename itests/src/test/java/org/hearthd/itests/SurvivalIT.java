package org.hearthd.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.hearthd.itests.handlers.Gate;
import org.hearthd.itests.handlers.GreetOne;
import org.junit.After;
import org.junit.Before;
import org.junit.Test;

/**
 * The README's table "what survives what": each change is made while one request runs and another connection is idle. The rows of the
 * transport and of SIGTERM are in TransportSwapIT and LifecycleIT, the idle connection at SIGTERM is here.
 */
public class SurvivalIT extends WithHearth {
    private Path gate;
    private KeepAlive running;
    private KeepAlive idle;

    @Before
    public void oneRequestRunsAndOneConnectionIsIdle() throws Exception {
        gate = dir.resolve("open");
        hearth = HearthProcess.ready(home);
        hearth.deploy(HandlerBundles.pack(dir, "gate", "1.0.0", Gate.class), "gate.jar");
        hearth.awaitAnswer("/gate?" + dir.resolve("no/such/directory"), 500, "");
        idle = new KeepAlive(hearth.url("/"));
        assertAnswers(idle, "/hello", 200, "Hello from hello 1.0.0");
        running = new KeepAlive(hearth.url("/"));
        running.send("GET /gate?" + gate + " HTTP/1.1\r\nHost: h\r\n\r\n");
        Await.until("the request is being handled", () -> Files.exists(dir.resolve("open.begun")));
    }

    @After
    public void end() throws Exception {
        for (KeepAlive client : new KeepAlive[] {running, idle}) {
            if (client != null) {
                client.close();
            }
        }
    }

    @Test
    public void aNewHandlerJarDisturbsNobody() throws Exception {
        hearth.deploy(HandlerBundles.pack(dir, "greet", "1.0.0", GreetOne.class), "greet.jar");
        hearth.awaitAnswer("/greet", 200, "one");
        assertBothGoOn();
    }

    @Test
    public void aReplacedHandlerFinishesItsRequestOnTheOldCodeWhileTheNewOneAnswers() throws Exception {
        hearth.deploy(HandlerBundles.pack(dir, "gate", "2.0.0", Gate.class), "gate.jar");
        hearth.awaitLog("gate\\.jar \\(org\\.example\\.gate 2\\.0\\.0\\) has replaced org\\.example\\.gate 1\\.0\\.0");
        Path second = Files.createFile(dir.resolve("second"));
        String answer = idle.get("/gate?" + second);
        assertTrue(answer, answer.startsWith("HTTP/1.1 200 ") && answer.endsWith("\nthrough"));
        assertBothGoOn();
        hearth.awaitLog("org\\.example\\.gate 1\\.0\\.0 was drained in [0-9]+ ms and uninstalled; old class loader collected");
    }

    @Test
    public void aReplacedHandlerWithoutRequestsAnswersWithItsNewCodeOnTheSameConnection() throws Exception {
        hearth.deploy(HearthProcess.DIST.resolve("demo/hello-2.0.0.jar"), "hello.jar");
        Await.until("the new version answers " + hearth.errors(), () -> idle.get("/hello").contains("Hello from hello 2.0.0"));
        assertEquals("through", answerOfTheRunning());
    }

    @Test
    public void aBrokenJarOverAGoodOneChangesNothing() throws Exception {
        Path broken = Files.writeString(dir.resolve("broken.jar"), "this is no jar");
        hearth.deploy(broken, "hello.jar");
        hearth.awaitLog("hello\\.jar cannot be deployed");
        assertBothGoOn();
    }

    @Test
    public void aRemovedHandlerFinishesItsRequestAndIsGone() throws Exception {
        hearth.configure("org.hearthd.route-named.cfg", "path = /named\nhandler = gate\n");
        hearth.awaitAnswer("/named?" + dir.resolve("no/such/directory"), 500, "");
        Files.delete(hearth.home.resolve("deploy/gate.jar"));
        Await.until("new requests do not arrive " + hearth.errors(),
                () -> !idle.get("/gate?" + dir.resolve("no/x")).contains(" 500 "));
        assertBothGoOn();
        hearth.awaitAnswer("/gate?x", 404, "");
        hearth.awaitAnswer("/named?x", 503, "");
    }

    @Test
    public void routesTyposAndLimitsDisturbNobody() throws Exception {
        hearth.configure("org.hearthd.route-r.cfg", "path = /first\nhandler = hello\n");
        hearth.awaitAnswer("/first", 200, "");
        hearth.configure("org.hearthd.route-r.cfg", "path = /second\nhandler = hello\n");
        hearth.awaitAnswer("/second", 200, "");
        hearth.configure("org.hearthd.route-r.cfg", "pth = /third\nhandler = hello\n");
        hearth.awaitLog("org\\.hearthd\\.route-r\\.cfg.*pth.*path");
        assertAnswers(idle, "/second", 200, "Hello");
        Files.delete(hearth.home.resolve("config/org.hearthd.route-r.cfg"));
        hearth.awaitAnswer("/second", 404, "");
        hearth.configure("org.hearthd.http-main.cfg", "address = " + address() + "\nmax.url.bytes = 100\n");
        hearth.awaitAnswer("/" + "a".repeat(200), 414, "");
        hearth.configure("org.hearthd.http-main.cfg", "address = " + address() + "\nmax.url.bytes = 70000\n");
        hearth.awaitLog("org\\.hearthd\\.http-main\\.cfg:2: org\\.hearthd\\.http: key 'max\\.url\\.bytes': value '70000'");
        hearth.awaitAnswer("/" + "a".repeat(200), 414, "");
        assertBothGoOn();
    }

    @Test
    public void aChangedAddressIsForNewConnectionsOnlyAndTheOldOnesStay() throws Exception {
        String old = hearth.url("/");
        Path socket = dir.resolve("front.sock");
        hearth.configure("org.hearthd.http-main.cfg", "address = unix:" + socket + "\n");
        Await.until("nobody listens at the old address " + hearth.errors(), () -> refused(old));
        assertTrue("the new one was bound before", unixAnswer(socket).contains("Hello from hello 1.0.0"));
        assertBothGoOn();
    }

    @Test
    public void anAddressThatIsTakenIsRefusedAndTheOldOneGoesOn() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            hearth.configure("org.hearthd.http-main.cfg", "address = 127.0.0.1:" + taken.getLocalPort() + "\n");
            hearth.awaitLog("127\\.0\\.0\\.1:" + taken.getLocalPort());
        }
        assertEquals(200, hearth.get("/hello").statusCode());
        hearth.configure("org.hearthd.http-main.cfg", "address = *:" + address().split(":")[1] + "\n");
        String everywhere = hearth.url("/").replace("127.0.0.1", "127.0.0.2");
        Await.until("every address is listened on " + hearth.errors(), () -> !refused(everywhere));
        assertEquals(200, hearth.get("/hello").statusCode());
        assertBothGoOn();
    }

    @Test
    public void sigtermClosesIdleConnectionsAtOnceAndTheOthersAfterTheirAnswer() throws Exception {
        hearth.signal("TERM");
        assertEquals("", idle.rest());
        Files.createFile(gate);
        String answer = running.answer();
        assertTrue(answer, answer.endsWith("\nthrough"));
        assertEquals("", running.rest());
        assertEquals(0, hearth.awaitExit());
    }

    @Test
    public void killedItLosesItsRequestsAndStartsAgainOnTheSameHomeAndSocket() throws Exception {
        Path socket = dir.resolve("front.sock");
        hearth.configure("org.hearthd.http-local.cfg", "address = unix:" + socket + "\n");
        Await.until(socket + " is there", () -> Files.exists(socket));
        hearth.signal("KILL");
        assertEquals(128 + 9, hearth.awaitExit());
        String end = running.rest();
        assertFalse("no answer, and nothing that looks like one: " + end, end.contains("HTTP/"));
        assertFalse(idle.rest().contains("HTTP/"));
        assertTrue("nobody listens", refused(hearth.url("/")));
        assertTrue("a dead runtime leaves its socket file", Files.exists(socket));
        assertThrows(ConnectException.class, () -> unixAnswer(socket));
        try (HearthProcess again = HearthProcess.ready(hearth.home)) {
            assertEquals(200, again.get("/hello").statusCode());
            assertTrue("the stale socket file is replaced", unixAnswer(socket).contains("Hello from hello 1.0.0"));
            try (var left = Files.list(hearth.home.resolve("run"))) {
                assertEquals("only the storage of the new runtime", 1,
                        left.filter(p -> p.toString().contains("storage-")).count());
            }
        }
    }

    private String address() throws Exception {
        return hearth.url("").substring("http://".length());
    }

    private static void assertAnswers(KeepAlive client, String path, int status, String text) throws Exception {
        String answer = client.get(path);
        assertTrue(answer, answer.startsWith("HTTP/1.1 " + status + " ") && answer.contains(text));
    }

    /** The running request ends well, and both connections carry another one. */
    private void assertBothGoOn() throws Exception {
        assertAnswers(idle, "/hello", 200, "Hello from hello 1.0.0");
        assertEquals("through", answerOfTheRunning());
        assertAnswers(running, "/hello", 200, "Hello from hello 1.0.0");
    }

    private String answerOfTheRunning() throws Exception {
        Files.createFile(gate);
        String answer = running.answer();
        assertTrue(answer + hearth.errors(), answer.startsWith("HTTP/1.1 200 "));
        return answer.substring(answer.indexOf("\n\n") + 2);
    }

    private static boolean refused(String url) throws Exception {
        try (KeepAlive client = new KeepAlive(url)) {
            return false;
        } catch (ConnectException e) {
            return true;
        }
    }

    private static String unixAnswer(Path socket) throws Exception {
        try (SocketChannel client = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            client.write(ByteBuffer.wrap("GET /hello HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII)));
            return new String(Channels.newInputStream(client).readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }
}
