package org.hearthd.scgi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.hearthd.transport.Await;
import org.hearthd.transport.Logged;
import org.junit.jupiter.api.Test;

/** A handler ends orderly, whatever goes wrong meanwhile. */
class StopTest extends ProgramContract {
    private static final long HOUR_MS = 3_600_000;

    @Test
    void theProgramEndsThoughWhoStopsIsInterrupted() throws Exception {
        start("anonymous", "command", server(), "drain.timeout.ms", HOUR_MS);
        long program = pid();
        Path never = directory.resolve("never");
        open(house.send(request("/wait" + never))).end();
        Await.until("the program has the request", () -> Files.exists(Path.of(never + ".begun")));
        Thread.currentThread().interrupt();
        assertThrows(InterruptedException.class, house.handler::stop);
        assertFalse(alive(program), "it goes on without a handler");
        assertTrue(sockets().isEmpty(), "its socket stays");
    }

    @Test
    void theEventLoopsHaveEndedBefore() throws Exception {
        start("client", "address", "unix:" + directory.resolve("never"), "retries", 1, "retry.delay.ms", HOUR_MS,
                "drain.timeout.ms",
                0L, "cancel.when.gone", false);
        try (Logged log = new Logged()) {
            open(house.send(request("/x"))).end();
            Await.until("the first attempt", () -> log.says("no such socket"));
        }
        house.loops.close();
        assertEquals(1, house.handler.stop());
    }
}
