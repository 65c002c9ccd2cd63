package org.hearthd.spi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.hearthd.Headers;
import org.hearthd.Outcome;
import org.hearthd.Outcome.End;
import org.hearthd.Request;
import org.junit.jupiter.api.AfterEach;

/** One exchange over a backend that records what it is asked to do. */
abstract class ExchangeHouse {
    final RecordingBackend backend = new RecordingBackend();
    final ManagedExchange exchange = ManagedExchange.of("http main",
            Request.of("GET", "/a", "HTTP/1.1", "a", Headers.EMPTY), backend);
    final List<Outcome> endings = new ArrayList<>();

    ExchangeHouse() {
        exchange.onEnd(endings::add);
    }

    @AfterEach
    void end() {
        exchange.broken();
    }

    void assertEnded(End end, int status) {
        assertTrue(exchange.ended());
        assertEquals(List.of(new Outcome(end, status)), endings);
    }

    static IOException gone() {
        return new IOException("client gone");
    }
}
