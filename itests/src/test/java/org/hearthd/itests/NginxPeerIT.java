package org.hearthd.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.hearthd.itests.handlers.Mirror;
import org.junit.After;
import org.junit.Before;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.junit.runners.Parameterized;
import org.junit.runners.Parameterized.Parameters;

/** nginx with kept connections in front of Hearth while handlers are replaced under the load of wrk, and when clients go away. */
@RunWith(Parameterized.class)
public class NginxPeerIT extends WithHearth {
    private static final long ENDLESS = 1L << 40;
    /** Counts the answers by status; makes a file when the first one has come. */
    private static final String SCRIPT = """
            local threads = {}
            function setup(thread) table.insert(threads, thread) end
            function init(args) counts = ""; seen = {} end
            function response(status)
              if next(seen) == nil then io.open(os.getenv("STARTED"), "w"):close() end
              seen[status] = (seen[status] or 0) + 1
              counts = ""
              for code, n in pairs(seen) do counts = counts .. "status-" .. code .. " " .. n .. "\\n" end
            end
            function done(summary, latency, requests)
              for _, thread in ipairs(threads) do io.write(thread:get("counts")) end
              for kind, n in pairs(summary.errors) do io.write("error-" .. kind .. " " .. n .. "\\n") end
            end
            """;

    private final boolean unix;
    private Proxy nginx;

    /** How nginx reaches Hearth. */
    public NginxPeerIT(boolean unix) {
        this.unix = unix;
    }

    @Parameters(name = "Unix socket: {0}")
    public static List<Boolean> upstreams() {
        return List.of(false, true);
    }

    @Before
    public void start() throws Exception {
        hearth = HearthProcess.ready(home);
        hearth.deploy(HandlerBundles.pack(dir, "mirror", "1.0.0", Mirror.class), "mirror.jar");
        hearth.awaitAnswer("/mirror?log", 200, "");
        Path socket = dir.resolve("front.sock");
        hearth.configure("org.hearthd.http-local.cfg", "address = unix:" + socket + "\n");
        Await.until(socket + " is there", () -> Files.exists(socket));
        String address = hearth.url("").substring("http://".length());
        nginx = Proxy.start(Proxy.Program.NGINX, dir, unix ? socket.toString() : address);
    }

    @After
    public void stop() throws Exception {
        if (nginx != null) {
            nginx.close();
        }
    }

    @Test
    public void underLoadAReplacedHandlerIsNotNoticed() throws Exception {
        try (Peer wrk = load("/hello")) {
            for (String version : List.of("2.0.0", "1.0.0", "2.0.0")) {
                hearth.deploy(HearthProcess.DIST.resolve("demo/hello-" + version + ".jar"), "hello.jar");
                hearth.awaitAnswer("/hello", 200, "Hello from hello " + version);
            }
            Map<String, Long> facts = end(wrk);
            assertTrue(wrk.toString(), facts.get("status-200") > 0);
            assertEquals(wrk + "\n" + nginx, List.of(), others(facts, "status-200"));
        }
    }

    @Test
    public void underLoadChangedLimitsAndRoutesAndOtherHandlersAreNotNoticed() throws Exception {
        try (Peer wrk = load("/hello")) {
            for (int i = 1; i <= 3; i++) {
                hearth.configure("org.hearthd.route-r.cfg", "path = /r" + i + "\nhandler = hello\n");
                hearth.awaitAnswer("/r" + i, 200, "");
                String address = hearth.url("").substring("http://".length());
                hearth.configure("org.hearthd.http-main.cfg", "address = " + address + "\nmax.url.bytes = " + (100 + i) + "\n");
                String longer = "/" + "a".repeat(100 + i);
                hearth.awaitAnswer(longer, 414, "");
                Files.delete(hearth.home.resolve("deploy/mirror.jar"));
                hearth.awaitAnswer("/mirror?log", 404, "");
                hearth.deploy(dir.resolve("mirror-1.0.0.jar"), "mirror.jar");
                hearth.awaitAnswer("/mirror?log", 200, "");
            }
            Map<String, Long> facts = end(wrk);
            assertTrue(wrk.toString(), facts.get("status-200") > 0);
            assertEquals(wrk + "\n" + nginx, List.of(), others(facts, "status-200"));
        }
    }

    @Test
    public void aClientThatGoesAwayInTheAnswerEndsItsHandler() throws Exception {
        try (KeepAlive client = new KeepAlive(nginx.url("/"))) {
            client.send("GET /mirror?bytes=" + ENDLESS + " HTTP/1.1\r\nHost: h\r\n\r\n");
            assertTrue(client.head().startsWith("HTTP/1.1 200 "));
        }
        hearth.awaitAnswer("/mirror?log", 200, "GET bytes=" + ENDLESS + " broken");
    }

    @Test
    public void aClientThatGoesAwayInItsBodyNeverLooksAsIfItHadSentItAll() throws Exception {
        try (KeepAlive client = new KeepAlive(nginx.url("/"))) {
            client.send("POST /mirror?digest HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000\r\n\r\n" + "x".repeat(500_000));
            hearth.awaitAnswer("/mirror?log", 200, "POST digest");
        }
        hearth.awaitAnswer("/mirror?log", 200, "POST digest broken");
    }

    @Test
    public void manyAbortedRequestsLeaveNoDescriptorBehind() throws Exception {
        hearth.get("/hello");
        long before = hearth.descriptors();
        for (int i = 0; i < 100; i++) {
            try (KeepAlive client = new KeepAlive(nginx.url("/"))) {
                client.send("GET /mirror?bytes=" + ENDLESS + " HTTP/1.1\r\nHost: h\r\n\r\n");
                client.head();
            }
        }
        nginx.close();
        Await.until("as many descriptors as before", () -> hearth.descriptors() <= before);
    }

    /** Starts wrk and waits until it has its first answer. */
    private Peer load(String path) throws Exception {
        Path script = Files.writeString(dir.resolve("count.lua"), SCRIPT);
        Path started = dir.resolve("started");
        ProcessBuilder builder = new ProcessBuilder("wrk", "-t1", "-c16", "-d600s", "--timeout", "60s", "-s", script.toString(),
                nginx.url(path));
        builder.environment().put("STARTED", started.toString());
        Peer wrk = Peer.start(dir, builder);
        try {
            Await.until("wrk has an answer " + wrk, () -> Files.exists(started));
        } catch (Exception | AssertionError e) {
            wrk.close();
            throw e;
        }
        return wrk;
    }

    /** Stops wrk; what it has counted. */
    private static Map<String, Long> end(Peer wrk) throws Exception {
        wrk.signal("INT");
        Peer.Result result = wrk.await();
        assertEquals(result.toString(), 0, result.status());
        return result.output().lines().filter(line -> line.matches("(status|error)-[a-z0-9]+ [0-9]+"))
                .map(line -> line.split(" "))
                .collect(Collectors.toMap(fact -> fact[0], fact -> Long.parseLong(fact[1])));
    }

    private static List<String> others(Map<String, Long> facts, String... expected) {
        return facts.keySet().stream().filter(fact -> facts.get(fact) > 0 && !Arrays.asList(expected).contains(fact)).toList();
    }
}
