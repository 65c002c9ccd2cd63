package org.hearthd.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.hearthd.itests.handlers.Gate;
import org.hearthd.itests.handlers.Stamp;
import org.hearthd.itests.handlers.Stamped;
import org.junit.Test;

/** Who looks waits for nobody: not for requests that hang, not for a drain, not for a deployment, not for the load. */
public class ShellUnderLoadIT extends WithHearth {
    /** The commands that change something; all others are run, those too that come later. */
    private static final Set<String> ACTING = Set.of("shutdown", "drain", "undrain", "restart", "reopen");

    /** Whatever hangs, hangs until the commands have answered: what waited for it would wait for ever. */
    @Test
    public void allThatOnlyLooksAnswersWhileRequestsHangAndHandlersDrainUnderLoad() throws Exception {
        HearthProcess.home(home, "org.hearthd.dispatch.cfg",
                "drain.timeout.ms = 600000\nhandler.timeout.ms = 600000\npark.timeout.ms = 600000\n");
        try (HearthProcess started = HearthProcess.ready(home)) {
            hearth = started;
            hearth.deploy(HandlerBundles.pack(dir, "stamped", "1.0.1", Stamp.class, Stamped.class), "stamped.jar");
            hearth.awaitAnswer("/stamped?1", 200, "\u0001");
            try (UnderLoad load = UnderLoad.of(hearth.url(""), UnderLoad.mixture("/stamped"))) {
                lookWhileThingsHang();
                load.awaitMore();
                load.end();
            }
            Await.until("no connection of the control socket is left", () -> connections() == 1);
        }
    }

    private void lookWhileThingsHang() throws Exception {
        Path gate = HandlerBundles.pack(dir, "gate", "1.0.0", Gate.class);
        hearth.deploy(gate, "gate.jar");
        hearth.awaitLog("gate\\.jar \\(org\\.example\\.gate 1\\.0\\.0\\) is deployed");
        CompletableFuture<HttpResponse<String>> first = hang("first");
        hearth.deploy(HandlerBundles.with(gate, "gate-2", "Bundle-Version", "2.0.0"), "gate.jar");
        hearth.awaitLog("org\\.example\\.gate 2\\.0\\.0\\) has replaced");
        CompletableFuture<HttpResponse<String>> second = hang("second");
        try (HearthProcess drain = hearth.ctl.start("drain", "gate")) {
            Await.until("both generations drain",
                    () -> hearth.ctl.row("handlers", "name", "gate").getJsonArray("retiring").size() == 2);
            CompletableFuture<HttpResponse<String>> parked = get("/gate?" + dir.resolve("parked"));
            Await.until("a request is parked", () -> hearth.ctl.row("handlers", "name", "gate").getInt("parked") == 1);
            for (String command : looking()) {
                look(command.split(" "));
            }
            assertTrue("drain goes on", drain.process.isAlive());
            assertFalse("requests hang", first.isDone() || second.isDone() || parked.isDone());
            for (String name : List.of("first", "second", "parked")) {
                Files.createFile(dir.resolve(name));
            }
            assertEquals("through", first.get().body());
            assertEquals("through", second.get().body());
            assertEquals(drain.errors(), 0, drain.awaitExit());
            hearth.ctl.ok("undrain", "gate");
            assertEquals("through", parked.get().body());
        }
    }

    private CompletableFuture<HttpResponse<String>> hang(String name) throws Exception {
        CompletableFuture<HttpResponse<String>> answer = get("/gate?" + dir.resolve(name));
        Await.until(name + " has begun", () -> Files.exists(dir.resolve(name + ".begun")));
        return answer;
    }

    private CompletableFuture<HttpResponse<String>> get(String path) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return hearth.get(path);
            } catch (Exception e) {
                throw new AssertionError(path, e);
            }
        }, task -> new Thread(task, path).start());
    }

    /** What help lists but for what acts, with arguments. */
    private List<String> looking() throws Exception {
        List<String> names = hearth.ctl.ok("help").out().lines().filter(line -> line.startsWith("  "))
                .map(line -> line.strip().split(" ")[0]).filter(name -> !ACTING.contains(name)).toList();
        assertTrue(names.toString(), names.containsAll(
                List.of("bundles", "deployments", "descriptors", "handlers", "requests", "routes", "status", "version", "why")));
        return names.stream()
                .flatMap(name -> name.equals("why") ? Stream.of("why /gate", "why /stamped", "why gate") : Stream.of(name))
                .toList();
    }

    private void look(String... words) throws Exception {
        long begin = System.nanoTime();
        Ctl.Result result = hearth.ctl.ok(words);
        System.out.printf("ctl %s: %d ms%n", String.join(" ", words),
                TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin));
        assertFalse(result.out().isEmpty());
    }

    /** Unix sockets with the path of the control socket: the listening one, and one for each connection. */
    private long connections() throws Exception {
        String path = " " + hearth.home.resolve("run/ctl.sock");
        return Files.readAllLines(Path.of("/proc", Long.toString(hearth.process.pid()), "net/unix")).stream()
                .filter(line -> line.endsWith(path)).count();
    }
}
