package org.hearthd.spi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import org.hearthd.Exchange;
import org.hearthd.Headers;
import org.hearthd.Outcome;
import org.hearthd.Outcome.End;
import org.hearthd.Request;
import org.hearthd.Response;
import org.junit.jupiter.api.Test;

final class AccessTest {
    private final RecordingBackend backend = new RecordingBackend();
    private final List<Access> reports = new ArrayList<>();
    private List<AccessObserver> observers = List.of(reports::add);

    private ManagedExchange exchange(String method) {
        ManagedExchange exchange = ManagedExchange.of("test",
                Request.of(method, "/a", "HTTP/1.1", "a", Headers.of("X-Ash-Address", "192.0.2.7")), backend);
        Access.report("test", exchange, () -> observers);
        return exchange;
    }

    private void assertReported(End end, int status, long bytes) {
        assertEquals(1, reports.size());
        Access report = reports.get(0);
        assertEquals(new Outcome(end, status), report.outcome());
        assertEquals(bytes, report.bytes());
        assertEquals("192.0.2.7", report.client());
        assertEquals("test", report.source());
        assertTrue(report.nanos() >= 0 && report.began() <= System.currentTimeMillis());
    }

    @Test
    void aWholeAnswerIsAsLongAsItsBody() throws IOException {
        exchange("GET").respond(Response.text(200, "four"));
        assertReported(End.ANSWERED, 200, 4);
    }

    @Test
    void anObserverThatFailsKeepsNothingFromTheOthers() throws IOException {
        observers = List.of(access -> {
            throw new IllegalStateException("on purpose");
        }, access -> {
            throw new NoClassDefFoundError("on purpose");
        }, reports::add);
        exchange("GET").respond(Response.text(200, "four"));
        assertReported(End.ANSWERED, 200, 4);
    }

    @Test
    void anErrorPageIsAnAnswerToo() {
        exchange("GET").close();
        assertEquals(502, reports.get(0).outcome().status());
        assertTrue(reports.get(0).bytes() > 0);
    }

    @Test
    void whatAHandlerWritesIsCountedButNotForAHead() throws IOException {
        try (OutputStream out = exchange("GET").respond(200, Headers.EMPTY)) {
            out.write(1);
            out.write(new byte[9]);
        }
        assertReported(End.ANSWERED, 200, 10);
        reports.clear();
        try (OutputStream out = exchange("HEAD").respond(200, Headers.EMPTY)) {
            out.write(new byte[9]);
        }
        assertReported(End.ANSWERED, 200, 0);
    }

    @Test
    void nothingIsKnownOfASocketThatWentElsewhere() throws IOException {
        exchange("GET").takeSocket().close();
        assertReported(End.MOVED, 0, -1);
    }

    @Test
    void anAnswerThatIsBrokenOffIsReportedAsAborted() throws IOException {
        ManagedExchange exchange = exchange("GET");
        OutputStream out = exchange.respond(206, Headers.EMPTY);
        out.write(1);
        exchange.abort();
        assertThrows(IOException.class, out::close);
        assertReported(End.ABORTED, 206, -1);
    }

    @Test
    void theLastOneThatWasAskedIsTheGenerationWhateverBecameOfTheRequest() throws IOException {
        ManagedExchange exchange = exchange("GET");
        assertNull(exchange.generation());
        exchange.generation("first/1#1");
        Exchange moved = exchange.move("second").with(Request.of("PUT", "/b", "HTTP/1.1", "b", Headers.EMPTY));
        ((ManagedExchange) moved).generation("second/1#4");
        moved.respond(Response.empty(204));
        assertEquals("second/1#4", exchange.generation());
        assertEquals("second/1#4", reports.get(0).generation());
        assertEquals("/a", reports.get(0).request().url(), "what the client asked for");
    }

    @Test
    void whoeverObservesAtTheEndIsTold() throws IOException {
        ManagedExchange exchange = exchange("GET");
        observers = List.of(reports::add, reports::add);
        exchange.respond(Response.empty(204));
        assertEquals(2, reports.size());
    }

    @Test
    void nothingIsRecordedOfARequestThatNobodyObserved() throws IOException {
        observers = List.of();
        ManagedExchange exchange = exchange("GET");
        observers = List.of(reports::add);
        exchange.respond(Response.empty(204));
        assertEquals(List.of(), reports);
    }
}
