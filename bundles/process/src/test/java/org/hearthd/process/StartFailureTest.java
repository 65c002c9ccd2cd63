package org.hearthd.process;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.hearthd.transport.Await;
import org.junit.jupiter.api.Test;

final class StartFailureTest extends ProcessContract {
    @Test
    void aStartThatFailsForWantOfThreadsIsTriedAgain() throws Exception {
        AtomicInteger starts = new AtomicInteger();
        Spawner scarce = (program, stdin) -> {
            if (starts.incrementAndGet() < 3) {
                throw new OutOfMemoryError("unable to create native thread, on purpose");
            }
            return spawner.start(program, stdin);
        };
        PersistentHandler handler = new PersistentHandler(house.context(), House.config(PersistentConfig.class,
                values(java("java"), "restart_delay_min_ms", 10L)), House.PID, scarce);
        handler.transports(packets, streams);
        handler.start();
        assertTrue(Await.until(() -> ask(handler).startsWith("HTTP/1.1 200 ")), "not started again");
        handler.stop(House.STOPPED);
    }

    @Test
    void aRequestWhoseProgramIsNotStartedForWantOfThreadsGets503AndGivesItsPlaceBack() throws Exception {
        AtomicInteger starts = new AtomicInteger();
        Spawner scarce = (program, stdin) -> {
            if (starts.incrementAndGet() <= 3) {
                throw new OutOfMemoryError("unable to create native thread, on purpose");
            }
            return spawner.start(program, stdin);
        };
        TransientRuns runs = runs(scarce, task -> new Thread(task).start());
        for (int i = 0; i < 3; i++) {
            Client refused = take(runs);
            assert503(refused);
            // its place is free a moment later
            assertTrue(Await.until(() -> runs.running() == 0));
        }
        Files.createFile(dir.resolve("gate"));
        String answer = take(runs).answer();
        assertTrue(answer.endsWith("works\n"), answer);
        runs.stop();
    }

    @Test
    void whoGetsNoThreadToStartItsProgramGets503AndGivesItsPlaceBack() throws Exception {
        AtomicBoolean none = new AtomicBoolean(true);
        TransientRuns runs = runs(spawner, task -> {
            if (none.get()) {
                throw new OutOfMemoryError("unable to create native thread, on purpose");
            }
            new Thread(task).start();
        });
        assert503(take(runs));
        assert503(take(runs));
        none.set(false);
        Client first = take(runs);
        Client waits = take(runs);
        none.set(true);
        Files.createFile(dir.resolve("gate"));
        assertTrue(first.answer().endsWith("works\n"), first.answer());
        assert503(waits);
        assertTrue(Await.until(() -> runs.running() == 0));
        none.set(false);
        String answer = take(runs).answer();
        assertTrue(answer.endsWith("works\n"), answer);
        runs.stop();
    }

    /** One at a time. */
    private TransientRuns runs(Spawner starter, Executor threads) {
        String wait = "while [ ! -e " + dir.resolve("gate") + " ]; do sleep 0.02; done; ";
        return new TransientRuns(TransientSettings.of(House.config(TransientConfig.class,
                values(shell(wait + "printf 'HTTP/1.1 200 OK\\r\\n\\r\\n'; echo works"), "concurrency_max", 1)), House.PID),
                starter, () -> streams, threads);
    }

    private Client take(TransientRuns runs) {
        Client client = Client.get(streams, "x");
        runs.take(client.exchange());
        return client;
    }

    private static void assert503(Client client) throws Exception {
        String answer = client.answer();
        assertTrue(answer.startsWith("HTTP/1.1 503 "), answer);
        assertTrue(answer.contains("The handler test can not start a process at the moment."), answer);
    }

    private String ask(PersistentHandler handler) {
        Client client = Client.get(streams, "x");
        handler.handle(client.exchange());
        try {
            return client.answer();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
