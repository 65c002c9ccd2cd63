package org.hearthd.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import org.hearthd.itests.handlers.Mirror;
import org.junit.After;
import org.junit.AfterClass;
import org.junit.Before;
import org.junit.BeforeClass;
import org.junit.ClassRule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;
import org.junit.runner.RunWith;
import org.junit.runners.Parameterized;
import org.junit.runners.Parameterized.Parameters;

/** Every reverse proxy in front of Hearth, over TCP and over a Unix socket. */
@RunWith(Parameterized.class)
public class ProxyPeerIT extends InDirectory {
    private static final int BIG = 32 * 1024 * 1024;

    @ClassRule
    public static final TemporaryFolder SHARED = new TemporaryFolder();
    private static HearthProcess hearth;
    private static Path socket;

    private final Proxy.Program program;
    private final boolean unix;
    private Proxy proxy;

    /** A proxy, and how it reaches Hearth. */
    public ProxyPeerIT(Proxy.Program program, boolean unix) {
        this.program = program;
        this.unix = unix;
    }

    @Parameters(name = "{0}, Unix socket: {1}")
    public static List<Object[]> proxies() {
        List<Object[]> all = new ArrayList<>();
        for (Proxy.Program program : Proxy.HTTP) {
            all.add(new Object[] {program, false});
            all.add(new Object[] {program, true});
        }
        return all;
    }

    @BeforeClass
    public static void startHearth() throws Exception {
        Path shared = SHARED.getRoot().toPath();
        // the workers of apache2 are another user
        Files.setPosixFilePermissions(shared, PosixFilePermissions.fromString("rwx--x--x"));
        hearth = HearthProcess.ready(shared.resolve("home"));
        hearth.deploy(HandlerBundles.pack(shared, "mirror", "1.0.0", Mirror.class), "mirror.jar");
        hearth.awaitAnswer("/mirror?log", 200, "");
        socket = shared.resolve("front.sock");
        hearth.configure("org.hearthd.http-local.cfg", "address = unix:" + socket + "\nmode = 0666\n");
        Await.until(socket + " is there", () -> Files.exists(socket));
    }

    @AfterClass
    public static void stopHearth() throws Exception {
        if (hearth != null) {
            hearth.close();
        }
    }

    @Before
    public void startProxy() throws Exception {
        String upstream = unix ? socket.toString() : hearth.url("").substring("http://".length());
        proxy = Proxy.start(program, dir, upstream);
    }

    @After
    public void stopProxy() throws Exception {
        if (proxy != null) {
            proxy.close();
        }
    }

    @Test
    public void requestsOfOneConnectionGetTheirOwnAnswers() throws Exception {
        try (KeepAlive client = new KeepAlive(proxy.url("/"))) {
            for (int i = 0; i < 50; i++) {
                String answer = client.get("/mirror?url=" + i);
                assertTrue(answer + proxy, answer.startsWith("HTTP/1.1 200 ") && answer.endsWith("\n/mirror?url=" + i));
            }
            client.send("HEAD /mirror?url=x HTTP/1.1\r\nHost: h\r\n\r\nGET /mirror?url=y HTTP/1.1\r\nHost: h\r\n\r\n");
            String head = client.head();
            assertTrue(head + proxy, head.startsWith("HTTP/1.1 200 "));
            String answer = client.answer();
            assertTrue(answer + proxy, answer.endsWith("\n/mirror?url=y"));
        }
    }

    @Test
    public void aBigBodyArrivesWholeWithItsLengthAndInChunks() throws Exception {
        Path body = body();
        String digest = BIG + " " + Peer.output(dir, "sha256sum", body.toString()).substring(0, 64);
        assertEquals(proxy.toString(), digest, curl("-T", body.toString(), proxy.url("/mirror?digest")));
        assertEquals(proxy.toString(), digest,
                curl("-H", "Transfer-Encoding: chunked", "-T", body.toString(), proxy.url("/mirror?digest")));
    }

    @Test
    public void aBigAnswerArrivesWhole() throws Exception {
        Path got = dir.resolve("got");
        curl("-o", got.toString(), proxy.url("/mirror?bytes=" + BIG));
        assertEquals(proxy.toString(), BIG, Files.size(got));
    }

    @Test
    public void anAnswerOfUnknownLengthArrivesWhole() throws Exception {
        Path body = Files.write(dir.resolve("small"), "0\r\n\r\nGET /mirror?url=no HTTP/1.1\r\n\r\n".getBytes());
        assertEquals(proxy.toString(), Files.readString(body), curl("--data-binary", "@" + body, proxy.url("/mirror?")));
        assertEquals(proxy.toString(), Files.readString(body),
                curl("-H", "Transfer-Encoding: chunked", "--data-binary", "@" + body, proxy.url("/mirror?")));
    }

    /** Proxy and Hearth must agree on where a request ends, whatever the client makes of it. */
    @Test
    public void noRequestIsSmuggledThrough() throws Exception {
        String inner = "GET /mirror?url=smuggled HTTP/1.1\r\nHost: h\r\n\r\n";
        String chunk = Integer.toHexString(inner.length()) + "\r\n" + inner + "\r\n";
        int length = inner.length();
        List<String> good = List.of("Transfer-Encoding: chunked\r\n\r\n" + chunk + "0\r\n\r\n",
                "Transfer-Encoding: chunked\r\n\r\n" + chunk.replaceFirst("\r\n", ";x=\"1\"\r\n") + "0\r\nTrailer: 1\r\n\r\n");
        for (String one : good) {
            assertEquals("the body and the request behind it: " + one, 2,
                    attack("POST /mirror?digest HTTP/1.1\r\nHost: h\r\n" + one));
        }
        List<String> doubtful = List.of("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n" + inner,
                "Content-Length: " + (length + 5) + "\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + inner,
                "Content-Length: " + length + "\r\nTransfer-Encoding: xchunked\r\n\r\n" + inner,
                "Content-Length: " + length + "\r\nTransfer-Encoding : chunked\r\n\r\n" + inner,
                "Content-Length: 0\r\nContent-Length: " + length + "\r\n\r\n" + inner,
                "Content-Length: +" + length + "\r\n\r\n" + inner,
                "X: a\r\n Content-Length: " + length + "\r\nContent-Length: " + length + "\r\n\r\n" + inner,
                "Content-Length: " + length + "\r\nConnection: Content-Length\r\n\r\n" + inner);
        for (String one : doubtful) {
            attack("POST /mirror?digest HTTP/1.1\r\nHost: h\r\n" + one);
        }
    }

    /** What the proxy takes for one request is one for Hearth too: as many requests arrive as the client gets answers. */
    private long attack(String bytes) throws Exception {
        long before = requests();
        try (KeepAlive attacker = new KeepAlive(proxy.url("/")); KeepAlive next = new KeepAlive(proxy.url("/"))) {
            attacker.send(bytes + "GET /mirror?url=last HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
            String answers = attacker.rest();
            long answered = Pattern.compile("HTTP/1\\.[01] 200 ").matcher(answers).results().count();
            assertEquals(bytes + "\n---\n" + answers + proxy + hearth.errors(), answered, requests() - before);
            for (int i = 0; i < 3; i++) {
                String answer = next.get("/mirror?url=next" + i);
                assertTrue(bytes + "\n---\n" + answer + proxy, answer.endsWith("\n/mirror?url=next" + i));
            }
            return answered;
        }
    }

    /** Requests so far that arrived whole, as the handler tells without a proxy. */
    private static long requests() throws Exception {
        List<String> log = hearth.get("/mirror?log").body().lines().toList();
        return log.size() - 2 * log.stream().filter(line -> line.endsWith(" broken")).count();
    }

    private Path body() throws Exception {
        byte[] bytes = new byte[BIG];
        new Random(BIG).nextBytes(bytes);
        return Files.write(dir.resolve("body"), bytes);
    }

    private String curl(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("curl", "-q", "-s", "-S", "-f", "--max-time", "60"));
        command.addAll(List.of(arguments));
        return Peer.output(dir, command.toArray(String[]::new));
    }
}
