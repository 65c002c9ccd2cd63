package org.hearthd.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.hearthd.transport.StreamConnection;
import org.junit.Test;

/** A server of {@code bin/htpipe} that is killed under load and is back two seconds later. */
public class HtpipeKillIT extends InDirectory {
    private static final int SENDERS = 4;
    private static final int HELD = 20;
    private static final long OUTAGE_S = 2;
    private static final Executor THREADS = task -> new Thread(task).start();

    @Test
    public void aClientSurvivesItAndLosesOnlyWhatHadBeenHandedOver() throws Exception {
        try (Htpipe first = Htpipe.server(dir, "s");
                AshdParent client = AshdParent.start(dir, Htpipe.command(dir, List.of(), "-C", "s"))) {
            client.pid("warm");
            long before = client.descriptors();
            Load load = new Load(client);
            List<Future<?>> senders = new ArrayList<>();
            for (int i = 0; i < SENDERS; i++) {
                senders.add(CompletableFuture.runAsync(load, THREADS));
            }
            Await.until("answers", () -> load.before.getOrDefault("200", 0) > 100 || ended(senders));
            List<CompletableFuture<String>> held = hold(client, () -> {
                first.signal("KILL");
                first.process.waitFor();
                load.dead.set(true);
            });
            Future<Htpipe> planned = CompletableFuture.supplyAsync(() -> server(dir),
                    CompletableFuture.delayedExecutor(OUTAGE_S, TimeUnit.SECONDS, THREADS));
            for (CompletableFuture<String> each : held) {
                assertTrue(each.get(60, TimeUnit.SECONDS), Set.of("", "200", "503").contains(status(each.get())));
            }
            try (Htpipe second = planned.get(120, TimeUnit.SECONDS)) {
                Await.until("answers of the successor", () -> load.after.getOrDefault("200", 0) > SENDERS || ended(senders));
                load.stop.set(true);
                for (Future<?> sender : senders) {
                    sender.get(60, TimeUnit.SECONDS);
                }
                assertTrue(load.before.toString(), Set.of("", "200", "503 late").containsAll(load.before.keySet()));
                assertTrue(load.after + client.errors(), Set.of("200", "503 late").containsAll(load.after.keySet()));
                Await.until("as many descriptors as before", () -> client.descriptors() <= before);
                client.end();
                assertEquals(client.errors(), 0, client.awaitExit());
                assertTrue(second.process.isAlive());
            }
        }
    }

    private static boolean ended(List<Future<?>> senders) {
        return senders.stream().anyMatch(Future::isDone);
    }

    private interface Action {
        void run() throws Exception;
    }

    /** Requests whose bodies end only after that action; what they end with. */
    private static List<CompletableFuture<String>> hold(AshdParent client, Action action) throws Exception {
        List<StreamConnection> requests = new ArrayList<>();
        for (int i = 0; i < HELD; i++) {
            requests.add(client.send("POST", "count"));
        }
        action.run();
        List<CompletableFuture<String>> held = new ArrayList<>();
        for (StreamConnection each : requests) {
            held.add(CompletableFuture.supplyAsync(() -> finish(each), THREADS));
        }
        return held;
    }

    /** To the end of file. */
    private static String finish(StreamConnection request) {
        try (request) {
            request.shutdownOutput();
            return AshdParent.answer(request);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static String status(String answer) {
        return answer.isEmpty() ? "" : answer.split(" ")[1];
    }

    private static Htpipe server(Path dir) {
        try {
            return Htpipe.server(dir, "s");
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    /** One request after the other, each to its end; counts statuses, of those that were sent when the server was dead for themselves. */
    private record Load(AshdParent client, AtomicBoolean dead, AtomicBoolean stop, ConcurrentSkipListMap<String, Integer> before,
            ConcurrentSkipListMap<String, Integer> after) implements Runnable {
        /** Nearly as long as a request may wait: on a busy machine the successor may take longer. */
        private static final long LATE_S = 9;

        Load(AshdParent client) {
            this(client, new AtomicBoolean(), new AtomicBoolean(), new ConcurrentSkipListMap<>(), new ConcurrentSkipListMap<>());
        }

        @Override
        public void run() {
            while (!stop.get()) {
                ConcurrentSkipListMap<String, Integer> statuses = dead.get() ? after : before;
                long begin = System.nanoTime();
                try {
                    String status = status(client.get("load"));
                    boolean late = status.equals("503") && System.nanoTime() - begin > TimeUnit.SECONDS.toNanos(LATE_S);
                    statuses.merge(late ? status + " late" : status, 1, Integer::sum);
                } catch (IOException e) {
                    throw new AssertionError("a request without an end", e);
                }
            }
        }
    }
}
