package org.hearthd.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.hearthd.itests.handlers.Mirror;
import org.junit.Before;
import org.junit.Test;

/** curl as the client: what it asks for, and how it frames it, without our own idea of HTTP on both sides. */
public class CurlPeerIT extends WithHearth {
    private static final int BIG = 48 * 1024 * 1024;
    /** For every transfer: status, connections made for it, bytes sent. */
    private static final String FACTS = "%{stderr}%{http_code} %{num_connects} %{size_upload}\n";

    private Path got;

    @Before
    public void start() throws Exception {
        got = dir.resolve("got");
        hearth = HearthProcess.ready(home);
        hearth.deploy(HandlerBundles.pack(dir, "mirror", "1.0.0", Mirror.class), "mirror.jar");
        hearth.awaitAnswer("/mirror?log", 200, "");
    }

    @Test
    public void asksThreeTimesOnOneConnection() throws Exception {
        Peer.Result asked = curl(url("url=1"), url("url=2"), url("url=3"));
        assertEquals(asked.toString(), "/mirror?url=1/mirror?url=2/mirror?url=3", asked.output());
        assertEquals(asked.toString(), List.of("200 1 0", "200 0 0", "200 0 0"), facts(asked));
    }

    @Test
    public void headTellsTheLengthSendsNothingElseAndKeepsTheConnection() throws Exception {
        Peer.Result asked = curl("-I", url("url=x"), "--next", "-s", "-w", FACTS, url("url=x"));
        assertTrue(asked.toString(), asked.output().toLowerCase(java.util.Locale.ROOT).contains("content-length: 13\r\n"));
        assertTrue(asked.toString(), asked.output().endsWith("\r\n\r\n/mirror?url=x"));
        assertEquals(asked.toString(), List.of("200 1 0", "200 0 0"), facts(asked));
    }

    @Test
    public void sendsABodyOnlyAfter100ContinueAndTheConnectionStays() throws Exception {
        Path body = file("body", 100_000);
        Peer.Result sent = curl("-v", "-H", "Expect: 100-continue", "--expect100-timeout", "60", "-T",
                "{" + body + "," + body + "}", url("digest"));
        assertEquals(sent.toString(), 2, lines(sent, "< HTTP/1.1 100 Continue").count());
        assertEquals(sent.toString(), digest(body) + digest(body), sent.output());
        assertEquals(sent.toString(), List.of("200 1 100000", "200 0 100000"), facts(sent));
    }

    @Test
    public void sendsChunksOfUnknownLength() throws Exception {
        Path body = file("body", 300_000);
        Peer.Result sent = curl("-H", "Transfer-Encoding: chunked", "-H", "Expect:", "-v", "-T", body.toString(), url(""));
        assertTrue(sent.toString(), sent.errors().contains("> Transfer-Encoding: chunked"));
        assertFalse(sent.toString(), sent.errors().contains("> Content-Length:"));
        assertTrue(sent.toString(), Arrays.equals(Files.readAllBytes(body), sent.bytes()));
    }

    @Test
    public void speaksHttp10() throws Exception {
        Path body = file("body", 100_000);
        Peer.Result sent = curl("-0", "-v", "--data-binary", "@" + body, url(""));
        assertTrue(sent.toString(), sent.errors().contains("> POST /mirror? HTTP/1.0"));
        assertEquals("no chunks for HTTP/1.0: " + sent.errors(), 0, lines(sent, "< Transfer-Encoding:").count());
        assertTrue(sent.toString(), Arrays.equals(Files.readAllBytes(body), sent.bytes()));
    }

    @Test
    public void comesThroughAUnixSocket() throws Exception {
        Path socket = dir.resolve("front.sock");
        hearth.configure("org.hearthd.http-local.cfg", "address = unix:" + socket + "\n");
        Await.until(socket + " is there", () -> Files.exists(socket));
        Peer.Result asked = curl("--unix-socket", socket.toString(), "http://h/mirror?url=1", "http://h/mirror?url=2");
        assertEquals(asked.toString(), "/mirror?url=1/mirror?url=2", asked.output());
        assertEquals(asked.toString(), List.of("200 1 0", "200 0 0"), facts(asked));
    }

    @Test
    public void movesABigBodyBothWaysAtOnce() throws Exception {
        Path body = file("body", BIG);
        Peer.Result sent = curl("-H", "Expect:", "-T", body.toString(), "-o", got.toString(), url(""));
        assertEquals(sent.toString(), 0, sent.status());
        assertEquals(sent.toString(), -1, Files.mismatch(body, got));
    }

    @Test
    public void aBodyThatIsTooLongIsRefusedBeforeItIsSent() throws Exception {
        limit();
        Path body = file("body", BIG);
        Peer.Result asked = curl("-H", "Expect: 100-continue", "--expect100-timeout", "60", "-T", body.toString(), url("digest"));
        assertEquals(asked.toString(), List.of("413 1 0"), facts(asked));
        assertEquals(asked.toString(), 0, asked.status());
    }

    @Test
    public void aClientThatSendsATooLongBodyAllTheSameReadsTheRefusal() throws Exception {
        limit();
        Path body = file("body", BIG);
        Peer.Result sent = curl("-H", "Expect:", "-T", body.toString(), url("digest"));
        assertTrue(sent.toString(), facts(sent).get(0).startsWith("413 1 "));
        assertTrue(sent.toString(), sent.output().contains("413"));
    }

    private void limit() throws Exception {
        String address = hearth.url("").substring("http://".length());
        hearth.configure("org.hearthd.http-main.cfg", "address = " + address + "\nmax.body.bytes = 1000\n");
        Path small = file("small", 2000);
        Await.until("the limit is in force", () -> curl("-T", small.toString(), url("digest")).errors().startsWith("413 "));
    }

    private String url(String query) throws Exception {
        return hearth.url("/mirror?" + query);
    }

    private Peer.Result curl(String... arguments) throws Exception {
        String[] command = Stream.concat(Stream.of("curl", "-q", "-s", "--max-time", "60", "-w", FACTS), Stream.of(arguments))
                .toArray(String[]::new);
        return Peer.run(dir, command);
    }

    private static List<String> facts(Peer.Result result) {
        return result.errors().lines().filter(line -> line.matches("[0-9]{3} [0-9]+ [0-9]+")).toList();
    }

    private static Stream<String> lines(Peer.Result result, String start) {
        return result.errors().lines().filter(line -> line.startsWith(start));
    }

    /** What the mirror says about the body: by another program. */
    private String digest(Path body) throws Exception {
        return Files.size(body) + " " + Peer.output(dir, "sha256sum", body.toString()).substring(0, 64);
    }

    private Path file(String name, int length) throws Exception {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return Files.write(dir.resolve(name), bytes);
    }
}
