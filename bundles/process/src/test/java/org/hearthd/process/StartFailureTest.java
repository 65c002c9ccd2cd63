package org.hearthd.process;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.atomic.AtomicInteger;
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
        handler.stop();
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
