package org.hearthd.spi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.hearthd.Headers;
import org.hearthd.Request;
import org.junit.jupiter.api.Test;

final class AnswerStreamTest {
    private static final Headers FIVE = Headers.of("content-length", "5");

    private final RecordingBackend backend = new RecordingBackend();
    private final ManagedExchange exchange = of("GET");

    private ManagedExchange of(String method) {
        ManagedExchange made = ManagedExchange.of("test", Request.of(method, "/", "HTTP/1.1", "", Headers.EMPTY), backend);
        made.onEnd(outcome -> backend.calls.add(outcome.end().toString()));
        return made;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private void assertCalls(String... calls) {
        assertEquals(List.of(calls), backend.calls);
    }

    @Test
    void whatIsWrittenArrivesAndCloseCompletesTheAnswer() throws IOException {
        OutputStream out = exchange.respond(200, Headers.EMPTY);
        out.write('a');
        out.write(bytes("xbcx"), 1, 2);
        out.flush();
        assertFalse(exchange.ended());
        out.close();
        out.close();
        assertEquals("abc", backend.sent.toString(StandardCharsets.US_ASCII));
        assertCalls("begin 200", "flush", "close", "ANSWERED");
        assertThrows(IOException.class, () -> out.write(1));
        assertThrows(IOException.class, out::flush);
    }

    @Test
    void exactlyTheAnnouncedLengthIsComplete() throws IOException {
        try (OutputStream out = exchange.respond(200, FIVE)) {
            out.write(bytes("1234"));
            out.write('5');
        }
        assertCalls("begin 200", "close", "ANSWERED");
    }

    @Test
    void lessThanTheAnnouncedLengthBreaksTheConnection() throws IOException {
        OutputStream out = exchange.respond(200, FIVE);
        out.write(bytes("1234"));
        String message = assertThrows(IOException.class, out::close).getMessage();
        assertTrue(message.endsWith("closed after 4 bytes of its Content-Length of 5"), message);
        assertCalls("begin 200", "abort", "ABORTED");
    }

    @Test
    void moreThanTheAnnouncedLengthIsNotWrittenAndBreaksTheConnection() throws IOException {
        OutputStream out = exchange.respond(200, FIVE);
        out.write(bytes("1234"));
        assertThrows(IOException.class, () -> out.write(bytes("56")));
        assertEquals("1234", backend.sent.toString(StandardCharsets.US_ASCII));
        assertCalls("begin 200", "abort", "ABORTED");
        assertThrows(IOException.class, () -> out.write('5'));
        assertThrows(IOException.class, out::close);
    }

    @Test
    void noByteIsToBeWrittenForALengthOfZero() throws IOException {
        OutputStream out = exchange.respond(200, Headers.of("Content-Length", "0"));
        out.write(new byte[0]);
        assertThrows(IOException.class, () -> out.write(1));
        assertCalls("begin 200", "abort", "ABORTED");
    }

    @Test
    void anAnswerWithoutABodyMayAnnounceTheLengthOfTheOneItDoesNotHave() throws IOException {
        of("HEAD").respond(200, FIVE).close();
        of("GET").respond(304, FIVE).close();
        OutputStream out = of("HEAD").respond(200, FIVE);
        out.write(bytes("12345"));
        out.close();
        assertCalls("begin 200", "close", "ANSWERED", "begin 304", "close", "ANSWERED", "begin 200", "close", "ANSWERED");
        exchange.abort();
    }

    @Test
    void refusesALengthThatIsNotOneNumberBeforeAnythingIsWritten() throws IOException {
        for (String text : new String[] {"", "-1", "+5", "5 ", "3x", "0x10", "9999999999999999999", "5, 5", "\u00b2"}) {
            assertThrows(IllegalArgumentException.class, () -> exchange.respond(200, Headers.of("Content-Length", text)), text);
        }
        assertThrows(IllegalArgumentException.class, () -> exchange.respond(200, FIVE.with("Content-Length", "5")));
        assertThrows(IllegalArgumentException.class, () -> exchange.respond(103, Headers.EMPTY));
        assertCalls();
        exchange.respond(200, Headers.EMPTY).close();
        assertCalls("begin 200", "close", "ANSWERED");
    }

    @Test
    void abortingInTheMiddleBreaksTheConnectionAndStopsTheWriter() throws IOException {
        OutputStream out = exchange.respond(200, Headers.EMPTY);
        out.write('a');
        exchange.abort();
        assertThrows(IOException.class, () -> out.write('b'));
        assertThrows(IOException.class, out::flush);
        assertThrows(IOException.class, out::close);
        assertEquals("a", backend.sent.toString(StandardCharsets.US_ASCII));
        assertCalls("begin 200", "abort", "ABORTED");
    }

    @Test
    void failingInTheMiddleBreaksTheConnectionAndADeadlineDoesNot() throws IOException {
        OutputStream out = exchange.respond(200, Headers.EMPTY);
        assertFalse(exchange.failUnanswered(504, "Too slow."));
        out.write('a');
        exchange.fail(500, "The handler failed.");
        assertCalls("begin 200", "abort", "ABORTED");
    }

    @Test
    void aClientThatIsGoneEndsTheExchange() throws IOException {
        OutputStream out = exchange.respond(200, Headers.EMPTY);
        backend.before = () -> {
            throw new IOException("client gone");
        };
        assertEquals("client gone", assertThrows(IOException.class, () -> out.write('b')).getMessage());
        assertCalls("begin 200", "abort", "ABORTED");
    }

    @Test
    void anAnswerThatCanNotBeClosedIsBroken() throws IOException {
        OutputStream out = exchange.respond(200, Headers.EMPTY);
        backend.before = () -> {
            throw new IllegalStateException("broken backend");
        };
        assertThrows(IllegalStateException.class, out::close);
        assertCalls("begin 200", "abort", "ABORTED");
    }

    @Test
    void aHeadThatCanNotBeWrittenEndsTheExchange() {
        backend.before = () -> {
            throw new IOException("client gone");
        };
        assertThrows(IOException.class, () -> exchange.respond(200, Headers.EMPTY));
        assertTrue(exchange.ended());
        assertCalls("abort", "ABORTED");
    }

    @Test
    void anAbortWhileTheAnswerIsBeingClosedIsReportedToItsWriter() throws IOException {
        OutputStream out = exchange.respond(200, Headers.EMPTY);
        backend.before = exchange::abort;
        assertThrows(IOException.class, out::close);
        assertCalls("begin 200", "abort", "ABORTED", "close");
    }

    @Test
    void aWriterThatThrowsNeverMakesHalfAnAnswerLookWhole() {
        assertEquals("disk", assertThrows(IOException.class, () -> exchange.respond(200, Headers.EMPTY, out -> {
            out.write('a');
            throw new IOException("disk");
        })).getMessage());
        assertCalls("begin 200", "abort", "ABORTED");
    }

    @Test
    void aWriterThatReturnsHasWrittenTheWholeAnswer() throws IOException {
        exchange.respond(200, FIVE, out -> out.write(bytes("12345")));
        assertCalls("begin 200", "close", "ANSWERED");
    }

    @Test
    void leavesTheBytesAloneThatAreOutOfRange() throws IOException {
        OutputStream out = exchange.respond(200, Headers.EMPTY);
        assertThrows(IndexOutOfBoundsException.class, () -> out.write(new byte[3], 2, 2));
        out.close();
        assertCalls("begin 200", "close", "ANSWERED");
    }
}
