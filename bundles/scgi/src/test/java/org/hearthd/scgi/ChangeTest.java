package org.hearthd.scgi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.hearthd.transport.Await;
import org.junit.jupiter.api.Test;

/** A program takes the place of one that has requests in progress. */
class ChangeTest extends ProgramContract {
    private void change(Object... more) throws Exception {
        house.handler.change(House.settings(mode("anonymous", more))).get(60, TimeUnit.SECONDS);
    }

    /** A request that the program has, and answers when the file is there. */
    private House.Client waiting(Path go) throws IOException {
        House.Client client = house.send(request("/wait" + go));
        client.end();
        Await.until("the program has the request", () -> Files.exists(Path.of(go + ".begun")));
        return client;
    }

    @Test
    void theOldProgramFinishesWhatItHasHoweverLongThatTakesAndThenEnds() throws Exception {
        start("anonymous", "command", server());
        long old = pid();
        Path go = directory.resolve("go");
        try (House.Client slow = waiting(go)) {
            change("command", server(), "environment", new String[] {"A=b"}, "drain.timeout.ms", 3_600_000L);
            assertNotEquals(old, pid());
            assertTrue(alive(old), "it still has a request");
            Files.createFile(go);
            assertTrue(slow.readAll().contains("pid=" + old + " "));
        }
        Await.until("end of the old program", () -> !alive(old));
    }

    @Test
    void anOldProgramThatDoesNotFinishWithinTheDrainTimeoutIsEnded() throws Exception {
        start("anonymous", "command", server());
        long old = pid();
        try (House.Client slow = waiting(directory.resolve("never"))) {
            change("command", server(), "environment", new String[] {"A=b"}, "drain.timeout.ms", 50L);
            String answer = slow.readAll();
            assertTrue(answer.startsWith("HTTP/1.1 502 "), answer);
        }
        Await.until("end of the old program", () -> !alive(old));
        assertNotEquals(old, pid());
    }

    @Test
    void aProgramThatCanNotBeReachedAnyMoreFinishesWhatItHasAndEndsThen() throws Exception {
        start("anonymous", "command", server(), "drain.timeout.ms", 0L);
        long old = pid();
        Path go = directory.resolve("go");
        try (House.Client slow = waiting(go)) {
            Files.delete(sockets().get(0));
            assertNotEquals(old, pid());
            LockSupport.parkNanos(100_000_000); // longer than a signal takes
            Files.createFile(go);
            String answer = slow.readAll();
            assertTrue(answer.contains("pid=" + old + " "), answer);
        }
        Await.until("end of the old program", () -> !alive(old));
    }

    @Test
    void aProgramThatCanNotBeReachedAnyMoreEndsWithItsHandlerAtTheLatest() throws Exception {
        start("anonymous", "command", server(), "drain.timeout.ms", 0L);
        long old = pid();
        try (House.Client slow = waiting(directory.resolve("never"))) {
            Files.delete(sockets().get(0));
            assertNotEquals(old, pid());
            house.close();
            house = null;
            assertTrue(slow.readAll().startsWith("HTTP/1.1 503 "));
        }
        Await.until("end of the old program", () -> !alive(old));
    }

    @Test
    void theEndOfTheHandlerWaitsForAProgramThatWasReplacedAndIsBeingEnded() throws Exception {
        start("anonymous", "command", server(), "environment", new String[] {"STUBBORN=1"}, "end.term.ms", 1000L);
        long old = pid();
        try (House.Client slow = waiting(directory.resolve("never"))) {
            change("command", server(), "drain.timeout.ms", 0L, "end.term.ms", 1000L);
            house.handler.stop();
            assertFalse(alive(old), "it ignores SIGTERM, and nobody has waited for its end");
            assertTrue(slow.readAll().startsWith("HTTP/1.1 50"));
        }
    }

    @Test
    void theEndOfTheHandlerIsBoundedForAProgramWithARequestThatIgnoresTheSignal() throws Exception {
        start("anonymous", "command", server(), "environment", new String[] {"STUBBORN=1"}, "drain.timeout.ms", 50L,
                "end.term.ms",
                50L);
        long pid = pid();
        try (House.Client slow = waiting(directory.resolve("never"))) {
            assertEquals(1, house.handler.stop());
            assertTrue(slow.readAll().startsWith("HTTP/1.1 503 "));
            assertFalse(alive(pid), "it was not killed");
        }
    }
}
