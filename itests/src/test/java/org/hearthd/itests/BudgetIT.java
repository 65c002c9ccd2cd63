package org.hearthd.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonReader;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.After;
import org.junit.Before;
import org.junit.Test;

/** A handler that takes requests and does not answer them, in a runtime that may open few descriptors. */
public class BudgetIT extends WithHearth {
    private static final int LIMIT = 200;
    /** Four fifths, and half of the rest for clients. */
    private static final int MOST = 180;
    private static final int REFUSALS = 15;
    private static final String REASON = "Too many descriptors are in use (";

    private final List<KeepAlive> clients = new ArrayList<>();
    private KeepAlive steady;

    @Before
    public void start() throws Exception {
        hearth = HearthProcess.ready(home, LIMIT);
        String command = EchoHandler.command("serial").stream().map(word -> "'" + word + "'").collect(Collectors.joining(" "));
        hearth.configure("org.hearthd.process-child.cfg", "command = " + command + "\n");
        hearth.configure("org.hearthd.route-child.cfg", "path = /child\nhandler = child\n");
        hearth.awaitAnswer("/child/x", 200, " by ");
        steady = new KeepAlive(hearth.url("/"));
        assertHello(steady);
    }

    @After
    public void stop() throws Exception {
        signalChild("CONT");
        for (KeepAlive client : clients) {
            client.close();
        }
        steady.close();
    }

    private void signalChild(String name) throws Exception {
        for (ProcessHandle child : hearth.process.toHandle().descendants().toList()) {
            new ProcessBuilder("kill", "-" + name, Long.toString(child.pid())).inheritIO().start().waitFor();
        }
    }

    /** The signal reaches one thread after the other; until then a child answers. */
    private void stopChild() throws Exception {
        signalChild("STOP");
        for (ProcessHandle child : hearth.process.toHandle().descendants().toList()) {
            Await.until(child + " stands still", () -> {
                try (Stream<Path> threads = Files.list(Path.of("/proc", Long.toString(child.pid()), "task"))) {
                    for (Path thread : threads.toList()) {
                        if (!Files.readString(thread.resolve("stat")).contains(") T ")) {
                            return false;
                        }
                    }
                    return true;
                } catch (NoSuchFileException ended) {
                    return false;
                }
            });
        }
    }

    private static void assertHello(KeepAlive client) throws IOException {
        String answer = client.get("/hello");
        assertTrue(answer, answer.startsWith("HTTP/1.1 200 ") && answer.contains("Hello"));
    }

    /** One more client of the child, until the runtime has the request or has refused it. */
    private void ask() throws Exception {
        long before = hearth.descriptors();
        KeepAlive client = new KeepAlive(hearth.url("/"));
        clients.add(client);
        client.send("GET /child/" + clients.size() + " HTTP/1.1\r\nHost: h\r\n\r\n");
        Await.until("the request is taken or refused " + hearth.errors(),
                () -> client.answered() || hearth.descriptors() >= before + 2);
    }

    /** The shell has a descriptor left too. */
    private JsonObject gauge() throws Exception {
        HearthProcess ctl = HearthProcess.start(hearth.home,
                HearthProcess.command("ctl", "--home", hearth.home.toString(), "--json", "descriptors"));
        assertEquals(ctl.errors(), 0, ctl.awaitExit());
        try (JsonReader reader = Json.createReader(new StringReader(ctl.output()))) {
            return reader.readObject();
        }
    }

    private long answered() throws IOException {
        long count = 0;
        for (KeepAlive client : clients) {
            count += client.answered() ? 1 : 0;
        }
        return count;
    }

    @Test
    public void aStoppedHandlerCostsNeitherTheKernelsLimitNorTheOtherHandlers() throws Exception {
        long base = hearth.descriptors();
        stopChild();
        while (answered() < REFUSALS) {
            assertTrue("the budget ends it " + hearth.errors(), clients.size() < LIMIT);
            ask();
            assertHello(steady);
        }
        long held = hearth.descriptors();
        assertTrue(held + " are open", held > MOST - 2 * REFUSALS - 10 && held <= MOST);
        JsonObject gauge = gauge();
        assertTrue(gauge + " " + hearth.errors(), gauge.getInt("in_flight") >= 20 && gauge.getInt("refused") >= REFUSALS);
        assertEquals(LIMIT, gauge.getInt("limit"));
        assertEquals(LIMIT / 5 * 4, gauge.getInt("budget"));
        try (KeepAlive another = new KeepAlive(hearth.url("/"))) {
            assertHello(another);
        }
        signalChild("CONT");
        int served = 0;
        int refused = 0;
        for (KeepAlive client : clients) {
            String answer = client.answer();
            if (answer.startsWith("HTTP/1.1 200 ")) {
                served++;
            } else {
                assertTrue(answer, answer.startsWith("HTTP/1.1 503 ") && answer.contains(REASON));
                refused++;
            }
        }
        assertTrue(served + " were served and " + refused + " refused", served >= 20 && refused >= REFUSALS);
        Await.until("nothing is in flight any more", () -> gauge().getInt("in_flight") == 0);
        hearth.awaitAnswer("/child/again", 200, "again by ");
        for (KeepAlive client : clients) {
            client.close();
        }
        Await.until("no descriptor is lost", () -> hearth.descriptors() <= base);
        String errors = hearth.errors();
        assertFalse(errors, errors.contains("Too many open files") || errors.contains("Too many references"));
        assertEquals(errors, 2, errors.split(Pattern.quote(REASON), -1).length);
    }
}
