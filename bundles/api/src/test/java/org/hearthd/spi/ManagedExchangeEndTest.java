package org.hearthd.spi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.hearthd.Headers;
import org.hearthd.Outcome;
import org.hearthd.Outcome.End;
import org.hearthd.Response;
import org.junit.jupiter.api.Test;

/** How an exchange ends without an answer of its owner, and who is told. */
final class ManagedExchangeEndTest extends ExchangeHouse {
    @Test
    void anAnswerThatWasAbortedOnItsWayIsReportedToItsWriter() {
        backend.before = exchange::abort;
        assertThrows(IOException.class, () -> exchange.respond(Response.empty(200)));
        assertEquals(List.of("abort", "respond 200"), backend.calls);
        assertEnded(End.ABORTED, 200);
    }

    @Test
    void aClientThatIsGoneEndsIt() {
        backend.before = () -> {
            throw gone();
        };
        assertEquals("client gone", assertThrows(IOException.class, () -> exchange.respond(Response.empty(200))).getMessage());
        assertThrows(IOException.class, () -> exchange.respond(Response.empty(200)));
        exchange.fail(500, "x");
        assertEquals(List.of("abort"), backend.calls);
        assertEnded(End.ABORTED, 200);
    }

    @Test
    void anErrorInTheBackendEndsItAsWell() {
        backend.before = () -> {
            throw new AssertionError("broken backend");
        };
        assertThrows(AssertionError.class, () -> exchange.respond(Response.empty(200)));
        assertEnded(End.ABORTED, 200);
    }

    @Test
    void failingNeverThrows() {
        backend.before = () -> {
            throw new IllegalStateException("broken backend");
        };
        exchange.fail(500, "x");
        assertEnded(End.ABORTED, 500);
    }

    @Test
    void closingUnansweredIs502() {
        exchange.close();
        exchange.close();
        assertEquals(List.of("respond 502"), backend.calls);
        assertEnded(End.ANSWERED, 502);
    }

    @Test
    void closingHalfAnsweredBreaksTheConnection() throws IOException {
        exchange.respond(200, Headers.EMPTY).write(1);
        exchange.close();
        assertEquals(List.of("begin 200", "abort"), backend.calls);
        assertEnded(End.ABORTED, 200);
    }

    @Test
    void closingAnsweredDoesNothing() throws IOException {
        exchange.respond(Response.empty(200));
        exchange.close();
        assertEquals(List.of("respond 200"), backend.calls);
    }

    @Test
    void abortingBreaksTheConnectionOnce() {
        exchange.abort();
        exchange.abort();
        exchange.fail(500, "x");
        assertEquals(List.of("abort"), backend.calls);
        assertEnded(End.ABORTED, 0);
        assertEquals("request " + exchange.id() + " has ended already (aborted)",
                assertThrows(IOException.class, () -> exchange.respond(Response.empty(200))).getMessage());
    }

    @Test
    void abortingAfterTheAnswerDoesNothing() throws IOException {
        exchange.respond(Response.empty(200));
        exchange.abort();
        exchange.broken();
        assertEquals(List.of("respond 200"), backend.calls);
        assertEnded(End.ANSWERED, 200);
    }

    @Test
    void hooksAfterTheEndRunAtOnce() throws IOException {
        exchange.respond(Response.empty(200));
        exchange.onEnd(endings::add);
        assertEquals(List.of(new Outcome(End.ANSWERED, 200), new Outcome(End.ANSWERED, 200)), endings);
    }

    @Test
    void aHookThatThrowsKeepsNobodyFromGoingOn() throws IOException {
        ManagedExchange other = ManagedExchange.of("test", exchange.request(), new RecordingBackend());
        List<String> ran = new ArrayList<>();
        other.onEnd(o -> {
            throw new IllegalStateException("thrown by a hook on purpose");
        });
        other.onEnd(o -> ran.add("second"));
        other.respond(Response.empty(200));
        other.onEnd(o -> {
            throw new IllegalStateException("thrown by a hook on purpose");
        });
        assertEquals(List.of("second"), ran);
    }

    @Test
    void theAbortedConnectionIsBrokenBeforeTheHooksRun() {
        exchange.onEnd(o -> backend.calls.add("hook"));
        exchange.abort();
        assertEquals(List.of("abort", "hook"), backend.calls);
    }

    @Test
    void aClientThatHangsUpIsReportedOnce() {
        List<String> ran = new ArrayList<>();
        exchange.onGone(() -> ran.add("before"));
        exchange.gone();
        exchange.gone();
        exchange.onGone(() -> ran.add("after"));
        assertEquals(List.of("before", "after"), ran);
        assertFalse(exchange.ended());
        exchange.abort();
    }

    @Test
    void aClientThatHangsUpAfterTheEndIsNoNews() throws IOException {
        List<String> ran = new ArrayList<>();
        exchange.onGone(() -> ran.add("before"));
        exchange.respond(Response.empty(200));
        exchange.gone();
        exchange.onGone(() -> ran.add("after"));
        assertEquals(List.of(), ran);
    }
}
