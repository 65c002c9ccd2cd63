package org.hearthd.spi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import org.hearthd.Exchange;
import org.hearthd.Headers;
import org.hearthd.Outcome.End;
import org.hearthd.Request;
import org.hearthd.Response;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Who may answer an exchange, and how often. */
final class ManagedExchangeTest extends ExchangeHouse {
    @Test
    void oneAnswerEndsIt() throws IOException {
        assertFalse(exchange.ended());
        exchange.respond(Response.text(201, "x"));
        assertEquals(List.of("respond 201"), backend.calls);
        assertEnded(End.ANSWERED, 201);
    }

    @Test
    void aSecondAnswerIsAMistakeThatNamesTheFirst() throws IOException {
        exchange.respond(Response.empty(204));
        String message = assertThrows(IllegalStateException.class, () -> exchange.respond(Response.empty(200))).getMessage();
        assertEquals("request " + exchange.id() + " was answered already with 204", message);
        assertThrows(IllegalStateException.class, () -> exchange.respond(200, Headers.EMPTY));
        assertThrows(IllegalStateException.class, exchange::takeSocket);
        assertEquals(List.of("respond 204"), backend.calls);
        assertEnded(End.ANSWERED, 204);
    }

    @Test
    void everyAnswerAfterADeadlineIsLateAndNeverReachesTheClient() {
        assertTrue(exchange.failUnanswered(504, "Too slow."));
        assertFalse(exchange.failUnanswered(504, "Too slow."));
        String message = assertThrows(IOException.class, () -> exchange.respond(Response.empty(200))).getMessage();
        assertEquals("request " + exchange.id() + " has ended already (504: Too slow.)", message);
        assertThrows(IOException.class, () -> exchange.respond(200, Headers.EMPTY));
        assertThrows(IOException.class, exchange::takeSocket);
        exchange.fail(500, "The handler failed.");
        exchange.close();
        exchange.abort();
        assertEquals(List.of("respond 504"), backend.calls);
        assertEnded(End.ANSWERED, 504);
    }

    @Test
    void aRefusalOfTheSourceAnswersWhoeverOwnsItAndMakesTheOwnerLate() {
        Exchange moved = exchange.move("handler blog");
        assertTrue(exchange.refused(400, "Bad body."));
        assertFalse(exchange.refused(408, "Slow body."));
        String message = assertThrows(IOException.class, () -> moved.respond(Response.empty(200))).getMessage();
        assertEquals("request " + exchange.id() + " has ended already (400: Bad body.)", message);
        moved.abort();
        moved.close();
        assertEquals(List.of("respond 400"), backend.calls);
        assertEnded(End.ANSWERED, 400);
    }

    @Test
    void aRefusalOfTheSourceTakesTheAnswerFromAStreamOfWhichNothingWasSent() throws IOException {
        OutputStream out = exchange.respond(200, Headers.EMPTY);
        assertTrue(exchange.refused(400, "Bad body."));
        assertThrows(IOException.class, () -> out.write(1));
        assertThrows(IOException.class, out::close);
        assertEquals(List.of("begin 200", "respond 400"), backend.calls);
        assertEnded(End.ANSWERED, 400);
    }

    @Test
    void aRefusalOfTheSourceIsTooLateForAWholeAnswerOrATakenSocket() throws IOException {
        exchange.respond(Response.empty(200));
        assertFalse(exchange.refused(400, "Bad body."));
        assertEnded(End.ANSWERED, 200);
        ManagedExchange taken = ManagedExchange.of("http main", exchange.request(), backend);
        taken.takeSocket();
        assertFalse(taken.refused(400, "Bad body."));
        assertEquals(List.of("respond 200", "take"), backend.calls);
    }

    @Test
    void aRefusalThatDoesNotReachTheClientIsNoAnswer() {
        backend.before = () -> {
            throw gone();
        };
        assertTrue(exchange.refused(400, "Bad body."));
        assertEnded(End.ABORTED, 400);
    }

    @Test
    void whileAnErrorPageIsOnItsWayTheOwnerIsLateAndCanNotBreakIt() {
        backend.before = () -> {
            assertThrows(IOException.class, () -> exchange.respond(Response.empty(200)));
            exchange.fail(500, "The handler failed.");
            exchange.close();
        };
        exchange.fail(504, "Too slow.");
        assertEquals(List.of("respond 504"), backend.calls);
        assertEnded(End.ANSWERED, 504);
    }

    @Test
    void aDeadlineLeavesAnAnswerAloneThatIsOnItsWay() throws IOException {
        backend.before = () -> {
            assertFalse(exchange.failUnanswered(504, "Too slow."));
            exchange.fail(500, "The handler failed.");
        };
        exchange.respond(Response.empty(200));
        assertEquals(List.of("respond 200"), backend.calls);
        assertEnded(End.ANSWERED, 200);
    }

    @Test
    void aNewOwnerHasTheOnlyLiveObject() throws IOException {
        Exchange moved = exchange.move("handler blog");
        for (Executable use : List.<Executable>of(exchange::body,
                () -> exchange.respond(Response.empty(200)), () -> exchange.respond(200, Headers.EMPTY), exchange::takeSocket,
                () -> exchange.adapt(Object.class), () -> exchange.with(exchange.request()), () -> exchange.move("x"),
                () -> exchange.begin(200))) {
            assertEquals("request " + exchange.id() + " was moved to handler blog",
                    assertThrows(IllegalStateException.class, use).getMessage());
        }
        exchange.fail(500, "x");
        exchange.abort();
        exchange.close();
        assertFalse(exchange.failUnanswered(504, "x"));
        assertEquals(List.of(), backend.calls);
        moved.respond(Response.empty(200));
        assertEnded(End.ANSWERED, 200);
    }

    @Test
    void anotherRequestIsTheSameExchange() throws IOException {
        Request changed = exchange.request().withRest("");
        Exchange next = exchange.with(changed);
        assertSame(changed, next.request());
        assertEquals(exchange.id(), next.id());
        assertEquals("request " + exchange.id() + " was moved to http main",
                assertThrows(IllegalStateException.class, () -> exchange.respond(Response.empty(200))).getMessage());
        exchange.close();
        exchange.fail(500, "The owner failed after it changed the request.");
        assertTrue(next.ended());
        assertEnded(End.ANSWERED, 500);
    }

    @Test
    void whoFailedAfterHandingTheChangedRequestOnHasNoSay() {
        Exchange next = exchange.with(exchange.request()).move("handler blog");
        exchange.fail(500, "x");
        assertFalse(next.ended());
        next.abort();
    }

    @Test
    void takingTheSocketMovesIt() throws IOException {
        assertSame(backend.socket, exchange.takeSocket());
        assertTrue(backend.socket.isOpen());
        assertEnded(End.MOVED, 0);
        assertEquals("request " + exchange.id() + " was moved to the taker of its response socket",
                assertThrows(IllegalStateException.class, exchange::takeSocket).getMessage());
        exchange.fail(500, "x");
        exchange.abort();
        exchange.close();
        assertEquals(List.of("take"), backend.calls);
    }

    @Test
    void aSocketThatCouldNotBeTakenLeavesTheExchangeUsable() throws IOException {
        backend.before = () -> {
            throw new IOException("no transport");
        };
        assertThrows(IOException.class, exchange::takeSocket);
        assertFalse(exchange.ended());
        backend.before = () -> {};
        exchange.respond(Response.empty(200));
        assertEnded(End.ANSWERED, 200);
    }

    @Test
    void aSocketThatIsTakenFromAnAbortedExchangeIsClosed() {
        backend.before = () -> exchange.fail(500, "x");
        assertThrows(IOException.class, exchange::takeSocket);
        assertFalse(backend.socket.isOpen());
        assertEquals(List.of("abort", "take"), backend.calls);
        assertEnded(End.ABORTED, 0);
    }

    @Test
    void theSocketOfABegunAnswerCanNotBeTaken() throws IOException {
        exchange.respond(200, Headers.EMPTY);
        assertThrows(IllegalStateException.class, exchange::takeSocket);
        exchange.abort();
    }

    @Test
    void everyCallGivesTheSameBody() throws IOException {
        assertSame(exchange.body(), exchange.body());
        assertSame(exchange.body(), exchange.move("x").body());
        assertEquals(List.of("body"), backend.calls);
        exchange.broken();
    }

    @Test
    void aViewAnswersThroughTheExchange() throws IOException {
        ManagedExchange view = exchange.adapt(ManagedExchange.class).orElseThrow();
        assertTrue(exchange.adapt(String.class).isEmpty());
        view.begin(200);
        assertThrows(IllegalStateException.class, () -> exchange.respond(Response.empty(200)));
        assertFalse(exchange.failUnanswered(504, "x"));
        view.complete();
        assertEnded(End.ANSWERED, 200);
    }

    @Test
    void aBrokenViewBreaksTheConnection() throws IOException {
        exchange.begin(200);
        exchange.broken();
        exchange.complete();
        assertEquals(List.of("abort"), backend.calls);
        assertEnded(End.ABORTED, 200);
    }

    @Test
    void idsDifferAndTheTextForLogsHasThem() {
        ManagedExchange other = ManagedExchange.of("test", exchange.request(), backend);
        assertNotEquals(exchange.id(), other.id());
        assertNotSame(exchange, other);
        assertEquals("request " + exchange.id() + " GET /a", exchange.toString());
        other.abort();
    }
}
