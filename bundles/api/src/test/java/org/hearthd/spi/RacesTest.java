package org.hearthd.spi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.hearthd.Headers;
import org.hearthd.Request;
import org.hearthd.Response;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A handler and a deadline, or a hang-up, at the same moment. */
final class RacesTest {
    private static final int ROUNDS = 2000;

    private final ExecutorService threads = Executors.newFixedThreadPool(2);

    @AfterEach
    void stop() {
        threads.shutdownNow();
    }

    private interface Action {
        void run(ManagedExchange exchange) throws IOException;
    }

    /** Whether the action got its way. */
    private static boolean wins(CyclicBarrier start, Action action, ManagedExchange exchange) throws Exception {
        start.await(60, TimeUnit.SECONDS);
        try {
            action.run(exchange);
            return true;
        } catch (IOException late) {
            return false;
        }
    }

    private void race(Action handler, Action other, List<List<String>> possible) throws Exception {
        for (int i = 0; i < ROUNDS; i++) {
            RecordingBackend backend = new RecordingBackend();
            ManagedExchange exchange = ManagedExchange.of("race", Request.of("GET", "/", "", "", Headers.EMPTY), backend);
            AtomicInteger endings = new AtomicInteger();
            exchange.onEnd(outcome -> endings.incrementAndGet());
            CyclicBarrier start = new CyclicBarrier(2);
            Future<Boolean> first = threads.submit(() -> wins(start, handler, exchange));
            Future<Boolean> second = threads.submit(() -> wins(start, other, exchange));
            boolean won = first.get(60, TimeUnit.SECONDS);
            second.get(60, TimeUnit.SECONDS);
            assertEquals(1, endings.get());
            assertTrue(possible.contains(List.copyOf(backend.calls)), () -> backend.calls.toString());
            assertEquals(won, backend.calls.equals(possible.get(0)), () -> backend.calls.toString());
        }
    }

    @Test
    void anAnswerAndADeadline() throws Exception {
        race(exchange -> exchange.respond(Response.empty(200)), exchange -> exchange.failUnanswered(504, "Too slow."),
                List.of(List.of("respond 200"), List.of("respond 504")));
    }

    @Test
    void anAnswerAndAFailure() throws Exception {
        race(exchange -> exchange.respond(Response.empty(200)), exchange -> exchange.fail(500, "The handler failed."),
                List.of(List.of("respond 200"), List.of("respond 500")));
    }

    @Test
    void anAnswerAndAnAbort() throws Exception {
        race(exchange -> exchange.respond(Response.empty(200)), ManagedExchange::abort,
                List.of(List.of("respond 200"), List.of("abort"), List.of("abort", "respond 200"),
                        List.of("respond 200", "abort")));
    }

    @Test
    void aTakerAndADeadline() throws Exception {
        race(ManagedExchange::takeSocket, exchange -> exchange.failUnanswered(504, "Too slow."),
                List.of(List.of("take"), List.of("respond 504")));
    }
}
