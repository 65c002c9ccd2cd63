package org.hearthd.scgi;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The program ends with its handler, whatever goes wrong meanwhile. */
class StopTest extends ProgramContract {
    private long program;

    /** A request at the program, and one that waits for its place. */
    private void begin(long drainMs) throws Exception {
        start("anonymous", "command", server(), "max.connections", 1, "cancel.when.gone", false, "queue.timeout.ms", 3_600_000L,
                "drain.timeout.ms", drainMs);
        program = pid();
        Path never = directory.resolve("never");
        House.Client client = open(house.send(request("/wait" + never)));
        client.end();
        House.await("the program has the request", () -> Files.exists(Path.of(never + ".begun")));
        open(house.send(request("/x"))).end();
    }

    @AfterEach
    void theProgramHasEnded() throws Exception {
        assertFalse(alive(program), "it goes on without a handler");
        assertTrue(sockets().isEmpty(), "its socket stays");
    }

    @Test
    void whoStopsIsInterrupted() throws Exception {
        begin(3_600_000);
        Thread.currentThread().interrupt();
        assertThrows(InterruptedException.class, house.handler::stop);
    }

    @Test
    void theEventLoopsHaveEndedBefore() throws Exception {
        begin(0);
        house.loops.close();
        house.handler.stop();
    }
}
