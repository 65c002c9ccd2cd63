package org.hearthd.scgi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.util.ResourceLeakDetector;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.hearthd.Headers;
import org.hearthd.Request;
import org.hearthd.transport.Await;
import org.hearthd.transport.Logged;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a server writes, and what the client sees: the table of the bundle's page, row by row. */
@Timeout(180)
class AnswerTest {
    private static final String BAD_GATEWAY = "HTTP/1.1 502 Bad Gateway\r\n";

    @TempDir
    private Path directory;
    private volatile String answer;
    private TestServer server;
    private House house;

    @BeforeEach
    void start() throws IOException {
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
        server = TestServer.unix(directory.resolve("s"), peer -> {
            peer.variables();
            peer.write(answer);
        });
        house = new House(directory, Map.of("address", server.address));
    }

    @AfterEach
    void stop() throws IOException {
        house.close();
        server.close();
        assertTrue(server.failures.isEmpty(), server.failures::toString);
    }

    private String ask(String written) throws IOException {
        answer = written;
        return house.ask(House.get());
    }

    static Stream<Arguments> heads() {
        return Stream.of(
                row("no Status", "A: b\r\n\r\nhi", "200 OK\r\nA: b\r\n\r\nhi"),
                row("its own reason", "Status: 404 Gone Fishing\r\n\r\nhi", "404 Gone Fishing\r\n\r\nhi"),
                row("no reason", "Status: 404\r\n\r\nhi", "404 Not Found\r\n\r\nhi"),
                row("bare LF, Status last", "A: b\nStatus: 201 Created\n\nhi", "201 Created\r\nA: b\r\n\r\nhi"),
                row("two Status lines: the first", "Status: 201\r\nStatus: 404\r\n\r\n", "201 Created\r\n\r\n"),
                row("an HTTP status line", "HTTP/1.1 201 Created\r\nA: b\r\n\r\nhi", "201 Created\r\nA: b\r\n\r\nhi"),
                row("an interim head first", "Status: 103 Early Hints\r\nLink: x\r\n\r\nStatus: 201\r\n\r\nhi",
                        "201 Created\r\n\r\nhi"),
                row("100 first", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\nhi", "200 OK\r\n\r\nhi"),
                row("Location alone", "Location: http://h/\r\n\r\n", "303 See Other\r\nLocation: http://h/\r\n\r\n"),
                row("a local Location alone", "Location: /p\r\n\r\n", "303 See Other\r\nLocation: /p\r\n\r\n"),
                row("200 and Location", "Status: 200\r\nLocation: /p\r\n\r\n", "200 OK\r\nLocation: /p\r\n\r\n"),
                row("304 with a body", "Status: 304\r\nContent-Length: 5\r\n\r\nhello",
                        "304 Not Modified\r\nContent-Length: 5\r\n\r\n"),
                row("304 without a length", "Status: 304\r\n\r\n", "304 Not Modified\r\nContent-Length: 0\r\n\r\n"),
                row("204 with a body", "Status: 204\r\n\r\nhello", "204 No Content\r\nContent-Length: 0\r\n\r\n"),
                row("a length that is no number", "Content-Length: abc\r\n\r\nhi", "200 OK\r\n\r\nhi"),
                row("a length too short", "Content-Length: 2\r\n\r\nhello", "200 OK\r\nContent-Length: 2\r\n\r\nhe"),
                row("the same length twice", "Content-Length: 2\r\nContent-Length: 2\r\n\r\nhi",
                        "200 OK\r\nContent-Length: 2\r\n\r\nhi"),
                row("chunked framing", "Transfer-Encoding: chunked\r\n\r\n2;x=y\r\nhe\r\n3\r\nllo\r\n0\r\nT: t\r\n\r\n",
                        "200 OK\r\n\r\nhello"),
                row("hop-by-hop headers", "Connection: X-Hop, close\r\nX-Hop: 1\r\nKeep-Alive: 5\r\nUpgrade: x\r\nA: b\r\n\r\n",
                        "200 OK\r\nA: b\r\n\r\n"),
                row("repeated headers", "Set-Cookie: a\r\nSet-Cookie: b\r\n\r\n",
                        "200 OK\r\nSet-Cookie: a\r\nSet-Cookie: b\r\n\r\n"),
                row("ashd's own headers", "X-Ash-File: /etc/passwd\r\nX_Ash_Y: z\r\nA: b\r\n\r\n", "200 OK\r\nA: b\r\n\r\n"),
                row("hidden headers", "X-Sendfile: /etc/passwd\r\nA: b\r\n\r\n", "200 OK\r\nA: b\r\n\r\n"),
                row("a control byte in a value", "A: \u0001\r\n\r\n", "200 OK\r\nA: \u0001\r\n\r\n"),
                row("an empty head", "\r\nhi", "200 OK\r\n\r\nhi"),
                row("a header of 65 kB", "A: " + "x".repeat(65_536) + "\r\n\r\nhi",
                        "200 OK\r\nA: " + "x".repeat(65_536) + "\r\n\r\nhi"));
    }

    private static Arguments row(String what, String written, String seen) {
        return Arguments.of(what, written, "HTTP/1.1 " + seen);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("heads")
    void theClientSees(String what, String written, String seen) throws IOException {
        assertEquals(seen, ask(written));
    }

    static Stream<Arguments> garbage() {
        return Stream.of(Arguments.of("Status abc", "Status: abc\r\n\r\n"), Arguments.of("Status 99", "Status: 99\r\n\r\n"),
                Arguments.of("Status 1000", "Status: 1000 X\r\n\r\n"), Arguments.of("Status 101", "Status: 101\r\n\r\n"),
                Arguments.of("two lengths", "Content-Length: 1\r\nContent-Length: 2\r\n\r\nhi"),
                Arguments.of("another coding", "Transfer-Encoding: gzip\r\n\r\nhi"),
                Arguments.of("a folded line", "A: b\r\n c\r\n\r\nhi"), Arguments.of("no colon", "Hello\r\n\r\n"),
                Arguments.of("space in a name", "A B: c\r\n\r\n"), Arguments.of("space before the colon", "A : c\r\n\r\n"),
                Arguments.of("an empty name", ": c\r\n\r\n"), Arguments.of("NUL in a value", "A: b\0c\r\n\r\n"),
                Arguments.of("bare CR in a value", "A: b\rc\r\n\r\n"),
                Arguments.of("NUL in a status line", "HTTP/1.1 200 O\0K\r\n\r\nhi"),
                Arguments.of("bare CR in a status line", "HTTP/1.1 200 O\rK\r\n\r\nhi"),
                Arguments.of("NUL in a Status", "Status: 200 O\0K\r\n\r\nhi"),
                Arguments.of("nothing", ""),
                Arguments.of("no empty line", "Status: 200\r\nA: b\r\n"), Arguments.of("plain text", "Hello, world"),
                Arguments.of("an endless head", "A: " + "x".repeat(200_000) + "\r\n\r\n"),
                Arguments.of("only an interim head", "Status: 103\r\n\r\n"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("garbage")
    void whatIsNoAnswerBecomes502WithARequestId(String what, String written) throws IOException {
        String seen = ask(written);
        assertTrue(seen.startsWith(BAD_GATEWAY), seen);
        assertTrue(seen.contains("\r\nX-Request-Id: "), seen);
    }

    @ParameterizedTest
    @MethodSource("shortBodies")
    void aBodyCutShortReachesTheClientAsItIs(String written, String seen) throws IOException {
        assertEquals(seen, ask(written));
    }

    /** Fewer bytes than announced: to be recognised as broken by whoever reads the length. */
    static Stream<Arguments> shortBodies() {
        return Stream.of(row("", "Content-Length: 9\r\n\r\nhi", "200 OK\r\nContent-Length: 9\r\n\r\nhi"))
                .map(row -> Arguments.of(row.get()[1], row.get()[2]));
    }

    @Test
    void theAnswerToHeadHasNoBody() throws IOException {
        answer = "Content-Length: 5\r\n\r\nhello";
        assertEquals("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n",
                house.ask(Request.of("HEAD", "/x", "HTTP/1.1", "x", Headers.EMPTY)));
    }

    @Test
    void anAnswerMayComeByteByByte() throws IOException {
        TestServer slow = TestServer.unix(directory.resolve("slow"), peer -> {
            peer.variables();
            for (char c : "A: b\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n".toCharArray()) {
                peer.write(Character.toString(c));
            }
        });
        house.handler.change(House.settings(Map.of("address", slow.address)));
        assertEquals("HTTP/1.1 200 OK\r\nA: b\r\n\r\nhello", house.ask(House.get()));
        slow.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"3\r\nhe", "3\r\nhello\r\n0\r\n\r\n", "xyz\r\n", "2\r\nhe\r\n"})
    void brokenChunkedFramingEndsTheAnswerAndIsReported(String body) throws Exception {
        try (Logged log = new Logged()) {
            assertTrue(ask("Transfer-Encoding: chunked\r\n\r\n" + body).startsWith("HTTP/1.1 200 OK\r\n\r\n"));
            Await.until("handler and address", () -> log.says("scgi blog: server unix:"));
        }
    }

    @Test
    void aLonelyLocationIs302ForThoseWhoKnowNginx() throws IOException {
        answer = "Location: /p\r\n\r\n";
        house.handler.change(House.settings(Map.of("address", server.address, "convention", "nginx")));
        assertEquals("HTTP/1.1 302 Found\r\nLocation: /p\r\n\r\n", house.ask(House.get()));
    }
}
