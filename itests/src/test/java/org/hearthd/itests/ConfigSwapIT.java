package org.hearthd.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.net.ConnectException;
import java.net.ServerSocket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.After;
import org.junit.Before;
import org.junit.Test;

/** Configuration files of every kind are rewritten under load, well and badly; no request fails. */
public class ConfigSwapIT extends WithHearth {
    private static final int CHANGES = Integer.getInteger("hearth.it.changes", 5);

    private final List<ServerSocketChannel> servers = new ArrayList<>();

    @Before
    public void start() throws Exception {
        hearth = HearthProcess.ready(home);
    }

    @After
    public void stop() throws Exception {
        for (ServerSocketChannel server : servers) {
            server.close();
        }
        // an orderly end, or the SCGI programs stay
        hearth.signal("TERM");
        hearth.process.waitFor(60, TimeUnit.SECONDS);
    }

    private void route(String name) throws Exception {
        hearth.configure("org.hearthd.route-" + name + ".cfg", "path = /" + name + "\nhandler = " + name + "\n");
    }

    private Traffic traffic(String path) throws Exception {
        hearth.awaitAnswer(path, 200, "");
        return new Traffic(hearth.url(""), path);
    }

    private static String quoted(List<String> command) {
        return "command = '" + String.join("' '", command) + "'\n";
    }

    private String scgiServer(String word) throws IOException {
        Path path = dir.resolve(word);
        ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(path), 1000);
        servers.add(server);
        Thread thread = new Thread(() -> {
            try {
                ScgiChild.serve(server, word);
            } catch (IOException e) {
                assertTrue("the test has ended", !server.isOpen());
            }
        }, "scgi " + word);
        thread.setDaemon(true);
        thread.start();
        return "unix:" + path;
    }

    @Test
    public void aPersistentProgramIsReplacedAndABadOneIsNot() throws Exception {
        String file = "org.hearthd.process-p.cfg";
        route("p");
        hearth.configure(file, quoted(EchoHandler.command("0")));
        try (Traffic traffic = traffic("/p/x")) {
            for (int i = 1; i <= CHANGES; i++) {
                int seen = traffic.bodies();
                hearth.configure(file, quoted(EchoHandler.command(Integer.toString(i))));
                Await.until("another process answers", () -> traffic.bodies() > seen);
            }
            int seen = traffic.bodies();
            hearth.configure(file, "command = /no/such/program\n");
            hearth.awaitLog("org.hearthd.process~p: key command: handler p keeps its old process, the new one does not start:"
                    + " status 127, cannot execute /no/such/program");
            hearth.configure(file, "command = sh -c 'echo gone >&2; exit 3'\n");
            hearth.awaitLog("does not start: status 3; its last lines: gone");
            hearth.configure(file, "comand = cat\n");
            hearth.awaitLog("org.hearthd.process-p.cfg.*comand");
            hearth.configure(file, "command = cat\nrestart.delay.min.ms = 9\nrestart.delay.max.ms = 1\n");
            hearth.awaitLog("org.hearthd.process~p: key restart.delay.min.ms: is 9 and more than restart.delay.max.ms, 1");
            traffic.await(" by ");
            assertEquals(traffic.toString(), seen, traffic.bodies());
            traffic.assertNothingFailed();
        }
    }

    @Test
    public void aTransientProgramIsReplaced() throws Exception {
        String file = "org.hearthd.process.transient-t.cfg";
        String command = "command = sh -c 'printf \"HTTP/1.1 200 OK\\\\r\\\\nContent-Length: 2\\\\r\\\\n\\\\r\\\\nv%s\" N' sh\n";
        route("t");
        hearth.configure(file, command.replace("N", "0"));
        try (Traffic traffic = traffic("/t")) {
            for (int i = 1; i <= CHANGES; i++) {
                hearth.configure(file, command.replace("N", Integer.toString(i)));
                traffic.await("v" + i);
            }
            traffic.assertNothingFailed();
        }
    }

    @Test
    public void aPipeMovesToAnotherServerAndBack() throws Exception {
        for (String end : List.of("a", "b")) {
            hearth.configure("org.hearthd.process-" + end + ".cfg", quoted(EchoHandler.command(end)));
            hearth.configure("org.hearthd.htpipe.server-" + end + ".cfg",
                    "address = " + dir.resolve(end) + "\nhandler = " + end + "\n");
        }
        String file = "org.hearthd.htpipe.client-far.cfg";
        route("far");
        hearth.configure(file, "address = " + dir.resolve("a") + "\n");
        try (Traffic traffic = traffic("/far/x")) {
            for (int i = 0; i < CHANGES; i++) {
                int other = i % 2;
                hearth.configure(file,
                        "waiting.max = 99" + i + "\naddress = "
                                + dir.resolve("ba".substring(other, other + 1))
                                + "\n");
                hearth.awaitLog("(?s)(htpipe client far on [^\n]*is connected.*){" + (i + 2) + "}");
                traffic.await(" by ");
                hearth.configure("org.hearthd.htpipe.server-a.cfg", "address = " + dir.resolve("a")
                        + "\nhandler = a\nprogress.max = " + (i + 400) + "\n");
            }
            hearth.configure(file, "address = /no/such/socket\n");
            hearth.awaitLog("/no/such/socket: .*; requests go on to the server it was connected to before");
            hearth.configure(file, "address = relative/path\nreconnect.min.ms = 9\nreconnect.max.ms = 1\n");
            hearth.awaitLog("org.hearthd.htpipe.client~far: reconnect.min.ms 9 is more than reconnect.max.ms 1");
            traffic.await(" by ");
            assertEquals(traffic.toString(), 2, traffic.bodies());
            traffic.assertNothingFailed();
        }
    }

    @Test
    public void anScgiHandlerMovesToAnotherServerAndBack() throws Exception {
        String[] addresses = {scgiServer("one"), scgiServer("two")};
        String file = "org.hearthd.scgi-s.cfg";
        hearth.configure(file, "path = /s\naddress = " + addresses[0] + "\n");
        try (Traffic traffic = traffic("/s")) {
            for (int i = 1; i <= CHANGES; i++) {
                hearth.configure(file, "path = /s\naddress = " + addresses[i % 2] + "\n");
                traffic.await(i % 2 == 0 ? "one" : "two");
            }
            hearth.configure(file, "path = /s\naddress = " + addresses[0] + "\nmode = mixed\nretries = 0\ncommand = cat\n");
            hearth.awaitLog("org.hearthd.scgi~s: retries 0");
            traffic.await(" by ");
            traffic.assertNothingFailed();
        }
    }

    @Test
    public void anScgiHandlerKeepsItsPathWhateverItsNameAndItsFile() throws Exception {
        // a change of this test takes as long as the machine needs for it
        hearth.configure("org.hearthd.dispatch.cfg", "park.timeout.ms = 60000\n");
        String[] addresses = {"path = /s\naddress = " + scgiServer("one") + "\n",
            "path = /s\naddress = " + scgiServer("two") + "\n"};
        scgi("m", addresses[0]);
        try (Traffic traffic = traffic("/s")) {
            for (String handler : List.of("n", "l")) {
                scgi("m", addresses[0] + "handler = " + handler + "\n");
                awaitHandler("/s", handler);
                traffic.await("one");
                assertEquals("who waited", 0, hearth.ctl.parkedEver(handler));
            }
            scgi("m", addresses[0]);
            awaitHandler("/s", "m");
            for (String name : List.of("n", "k", "m")) {
                Path old = scgiFile();
                Files.move(old, old.resolveSibling("org.hearthd.scgi-" + name + ".cfg"));
                awaitHandler("/s", name);
                traffic.await("one");
            }
            for (String name : List.of("p", "j")) {
                int absent = absences();
                Files.delete(scgiFile());
                Await.until("it is gone", () -> absences() > absent);
                hearth.ctl.awaitWhy("/s", "absent: .*");
                scgi(name, addresses[1]);
                awaitHandler("/s", name);
                traffic.await("two");
            }
            scgi("x", addresses[0]);
            hearth.awaitLog("scgi x passes requests on");
            Files.delete(home.resolve("config/org.hearthd.scgi-j.cfg"));
            awaitHandler("/s", "x");
            traffic.await("one");
            traffic.assertNothingFailed();
        }
        assertEquals("routes of /s", 1, hearth.ctl.ok("--json", "routes").rows().stream()
                .filter(row -> row.getString("route").equals("/s")).count());
    }

    private void scgi(String name, String text) throws IOException {
        hearth.configure("org.hearthd.scgi-" + name + ".cfg", text);
    }

    private Path scgiFile() throws IOException {
        try (Stream<Path> files = Files.list(home.resolve("config"))) {
            return files.filter(file -> file.getFileName().toString().startsWith("org.hearthd.scgi-")).findFirst().orElseThrow();
        }
    }

    private int absences() throws IOException {
        return hearth.errors().split(" is absent", -1).length;
    }

    private void awaitHandler(String path, String handler) throws Exception {
        hearth.ctl.awaitWhy(path, "handler +" + handler + " +state +in service: .*");
    }

    @Test
    public void theProgramOfAnScgiHandlerIsReplaced() throws Exception {
        String file = "org.hearthd.scgi-s.cfg";
        hearth.configure(file, "path = /s\nmode = anonymous\n" + quoted(ScgiChild.command("v0")));
        try (Traffic traffic = traffic("/s")) {
            for (int i = 1; i <= CHANGES; i++) {
                hearth.configure(file, "path = /s\nmode = anonymous\n" + quoted(ScgiChild.command("v" + i)));
                traffic.await("v" + i);
            }
            hearth.configure(file, "path = /s\nmode = anonymous\ncommand = /no/such/program\n");
            hearth.awaitLog("org.hearthd.scgi~s: the change is refused, scgi s goes on as it was");
            hearth.configure(file, "path = /s\nmode = anonymous\ncommand = sh -c 'exit 3'\n");
            hearth.awaitLog("(?s)(the change is refused.*){2}");
            traffic.await("v" + CHANGES);
            traffic.assertNothingFailed();
        }
    }

    @Test
    public void dispatchAndARouteTakeChanges() throws Exception {
        hearth.deploy(HearthProcess.DIST.resolve("demo/hello-1.0.0.jar"), "hello.jar");
        hearth.configure("org.hearthd.route-h.cfg", "path = /h\nhandler = hello\n");
        try (Traffic traffic = traffic("/h")) {
            for (int i = 1; i <= CHANGES; i++) {
                hearth.configure("org.hearthd.dispatch.cfg", "pool.threads = " + (i + 3) + "\n");
                hearth.configure("org.hearthd.route-h.cfg", "path = /h\nhandler = hello\nmethods = GET, V" + i + "\n");
                hearth.awaitLog("(?s)(route [^\n]* has changed.*){" + i + "}");
                traffic.await("Hello");
            }
            hearth.configure("org.hearthd.dispatch.cfg", "pool.threads = -1\n");
            hearth.awaitLog("org.hearthd.dispatch");
            traffic.await("Hello");
            traffic.assertNothingFailed();
        }
    }

    @Test
    public void theFrontTakesLimitsAndAnotherAddressAndItsConnectionsStay() throws Exception {
        hearth.deploy(HearthProcess.DIST.resolve("demo/hello-1.0.0.jar"), "hello.jar");
        String file = "org.hearthd.http-main.cfg";
        hearth.awaitAnswer("/hello", 200, "Hello");
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        try (Traffic traffic = traffic("/hello")) {
            for (int i = 1; i <= CHANGES; i++) {
                String header = "changed" + i;
                hearth.configure(file, "address = 127.0.0.1:0\nserver.header = " + header + "\n");
                Await.until(header, () -> hearth.get("/hello").headers().firstValue("Server").orElse("").equals(header));
                traffic.await("Hello");
            }
            hearth.configure(file, "address = 127.0.0.1:" + port + "\n");
            Await.until("an answer on port " + port, () -> {
                try (KeepAlive client = new KeepAlive("http://127.0.0.1:" + port)) {
                    return client.get("/hello").startsWith("HTTP/1.1 200 ");
                } catch (ConnectException e) {
                    return false;
                }
            });
            traffic.await("Hello");
            hearth.configure(file, "address = 192.0.2.1:1\n");
            hearth.awaitLog("192.0.2.1:1.*the change is refused, .* goes on as it was");
            traffic.await("Hello");
            traffic.assertNothingFailed();
        }
    }
}
