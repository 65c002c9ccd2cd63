package org.hearthd.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.Before;
import org.junit.Test;

/** Requests that cross from one runtime to another through a named socket. */
public class PipeIT extends InDirectory {
    private Path socket;

    /** Both runtimes use this socket. */
    @Before
    public void names() {
        socket = dir.resolve("pipe.sock");
    }

    private HearthProcess back(String name) throws Exception {
        Path home = folder.newFolder(name).toPath();
        Files.createDirectories(home.resolve("config"));
        Files.writeString(home.resolve("config/org.hearthd.http-main.cfg"), "address = 127.0.0.1:0\n");
        Files.createDirectories(home.resolve("deploy"));
        Files.copy(HearthProcess.DIST.resolve("demo/hello-1.0.0.jar"), home.resolve("deploy/hello.jar"));
        Files.writeString(home.resolve("config/org.hearthd.htpipe.server-pipe.cfg"),
                "address = " + socket + "\nhandler = hello\n");
        return HearthProcess.ready(home);
    }

    private HearthProcess front() throws Exception {
        Path home = folder.newFolder("front").toPath();
        Files.createDirectories(home.resolve("config"));
        Files.writeString(home.resolve("config/org.hearthd.http-main.cfg"), "address = 127.0.0.1:0\nidle.timeout.ms = 500\n");
        Files.writeString(home.resolve("config/org.hearthd.htpipe.client-pipe.cfg"),
                "handler = far\naddress = " + socket + "\nwait.timeout.ms = 25000\n");
        Files.writeString(home.resolve("config/org.hearthd.route-far.cfg"), "path = /\nhandler = far\n");
        return HearthProcess.ready(home);
    }

    @Test
    public void aKilledServerCostsNothingButWhatItHadAccepted() throws Exception {
        HearthProcess back = back("back");
        try (HearthProcess front = front()) {
            front.awaitAnswer("/hello", 200, "Hello from hello 1.0.0");
            long before = front.descriptors();
            AtomicBoolean stop = new AtomicBoolean();
            AtomicBoolean dead = new AtomicBoolean();
            Load load = new Load(front, dead, stop);
            List<CompletableFuture<Void>> clients = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                clients.add(CompletableFuture.runAsync(load, task -> new Thread(task).start()));
            }
            Await.until("answers before", () -> load.before.getOrDefault(200, 0) > 100);
            back.signal("KILL");
            back.process.waitFor();
            dead.set(true);
            assertTrue("a killed process leaves its socket", Files.exists(socket));
            back = back("successor");
            front.awaitAnswer("/hello", 200, "Hello from hello 1.0.0");
            Await.until("answers of the successor",
                    () -> load.after.getOrDefault(200, 0) > 0 || clients.stream().anyMatch(Future::isDone));
            stop.set(true);
            for (CompletableFuture<Void> client : clients) {
                client.get(60, TimeUnit.SECONDS);
            }
            assertTrue(load.before.toString(), Set.of(200, 502).containsAll(load.before.keySet()));
            assertEquals(load.after.toString(), Set.of(200), load.after.keySet());
            Await.until("as many descriptors as before in the front", () -> front.descriptors() <= before);
            back.signal("TERM");
            assertEquals(0, back.awaitExit());
            assertFalse("an orderly end removes the socket", Files.exists(socket));
        } finally {
            back.close();
        }
    }

    /** One request after the other; counts statuses, of those that were sent when the server was dead for themselves. */
    private record Load(HearthProcess front, AtomicBoolean dead, AtomicBoolean stop, Map<Integer, Integer> before,
            Map<Integer, Integer> after) implements Runnable {
        Load(HearthProcess front, AtomicBoolean dead, AtomicBoolean stop) {
            this(front, dead, stop, new ConcurrentSkipListMap<>(), new ConcurrentSkipListMap<>());
        }

        @Override
        public void run() {
            while (!stop.get()) {
                Map<Integer, Integer> statuses = dead.get() ? after : before;
                try {
                    statuses.merge(front.get("/hello").statusCode(), 1, Integer::sum);
                } catch (Exception e) {
                    throw new AssertionError("a request without an answer", e);
                }
            }
        }
    }
}
