package org.hearthd.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.hearthd.Response;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What must never reach a handler, sent to a real front; {@code |} stands for CRLF. */
class RefusalTest {
    private static final AtomicInteger HANDLED = new AtomicInteger();
    private static TestFront front;

    @BeforeAll
    static void start() throws Exception {
        front = new TestFront(new Limits(200, 1000, 50, 1000, 5_000, 5_000, 5_000, 5_000, 500, 5_000, 5_000));
        front.handle(exchange -> {
            HANDLED.incrementAndGet();
            exchange.respond(Response.text(200, "handled\n"));
        });
    }

    @AfterAll
    static void stop() throws Exception {
        front.close();
    }

    static Stream<Arguments> corpus() {
        String get = "GET / HTTP/1.1|Host: h|";
        String post = "POST / HTTP/1.1|Host: h|";
        return Stream.of(Arguments.of("no host", 400, "GET / HTTP/1.1||"),
                Arguments.of("two hosts", 400, get + "Host: h||"),
                Arguments.of("bad host", 400, "GET / HTTP/1.1|Host: a/b||"),
                Arguments.of("absolute without Host header", 400, "GET http://h/ HTTP/1.1||"),
                Arguments.of("absolute with user", 400, "GET http://u@h/ HTTP/1.1|Host: h||"),
                Arguments.of("absolute without host", 400, "GET http:///p HTTP/1.1|Host: h||"),
                Arguments.of("version 2.0", 505, "GET / HTTP/2.0|Host: h||"),
                Arguments.of("version 1.2", 505, "GET / HTTP/1.2|Host: h||"),
                Arguments.of("version in lower case", 400, "GET / http/1.1|Host: h||"),
                Arguments.of("no version", 400, "GET /||"), Arguments.of("two spaces", 400, "GET  / HTTP/1.1|Host: h||"),
                Arguments.of("tab", 400, "GET\t/ HTTP/1.1|Host: h||"),
                Arguments.of("trailing space", 400, "GET / HTTP/1.1 |Host: h||"),
                Arguments.of("space in URL", 400, "GET /a b HTTP/1.1|Host: h||"),
                Arguments.of("control in URL", 400, "GET /\u0001 HTTP/1.1|Host: h||"),
                Arguments.of("star for GET", 400, "GET * HTTP/1.1|Host: h||"),
                Arguments.of("authority form", 400, "GET h:80 HTTP/1.1|Host: h||"),
                Arguments.of("CONNECT", 501, "CONNECT h:80 HTTP/1.1|Host: h||"),
                Arguments.of("not HTTP", 400, "\u0016\u0003\u0001\u0002"),
                Arguments.of("bare LF in the request line", 400, "GET / HTTP/1.1\nHost: h||"),
                Arguments.of("bare LF in a header", 400, get + "A: b\nC: d||"),
                Arguments.of("bare LF as empty line", 400, get + "\n"),
                Arguments.of("bare CR in a value", 400, get + "A: b\rC: d||"),
                Arguments.of("bare CR in the request line", 400, "GET /\r HTTP/1.1|Host: h||"),
                Arguments.of("NUL in a value", 400, get + "A: b\0c||"), Arguments.of("DEL in a value", 400, get + "A: \u007f||"),
                Arguments.of("folded line", 400, get + "A: b| c||"), Arguments.of("folded by tab", 400, get + "A: b|\tc: d||"),
                Arguments.of("folded first line", 400, "GET / HTTP/1.1| Host: h||"),
                Arguments.of("space before colon", 400, get + "A : b||"), Arguments.of("tab before colon", 400, get + "A\t: b||"),
                Arguments.of("empty name", 400, get + ": b||"), Arguments.of("no colon", 400, get + "A||"),
                Arguments.of("name with a slash", 400, get + "A/B: c||"),
                Arguments.of("name with a Latin-1 letter", 400, get + "\u00c4: c||"),
                Arguments.of("conflicting lengths", 400, post + "Content-Length: 1|Content-Length: 2||ab"),
                Arguments.of("equal lengths twice", 400, post + "Content-Length: 1|Content-Length: 1||a"),
                Arguments.of("list of lengths", 400, post + "Content-Length: 1, 1||a"),
                Arguments.of("negative length", 400, post + "Content-Length: -1||"),
                Arguments.of("signed length", 400, post + "Content-Length: +1||a"),
                Arguments.of("hex length", 400, post + "Content-Length: 0x1||a"),
                Arguments.of("empty length", 400, post + "Content-Length:||"),
                Arguments.of("huge length", 400, post + "Content-Length: 9999999999999999999||"),
                Arguments.of("both lengths", 400, post + "Content-Length: 1|Transfer-Encoding: chunked||0||"),
                Arguments.of("other expectation", 417, post + "Expect: wonders||"),
                Arguments.of("long URL", 414, "GET /" + "u".repeat(200) + " HTTP/1.1|Host: h||"),
                Arguments.of("endless URL", 414, "GET /" + "u".repeat(500)),
                Arguments.of("long headers", 431, get + "A: " + "b".repeat(1000) + "||"),
                Arguments.of("endless headers", 431, get + "A: b|".repeat(300)),
                Arguments.of("long body", 413, post + "Content-Length: 51||"));
    }

    static Stream<Arguments> codings() {
        String post = "POST / HTTP/1.1|Host: h|";
        return Stream.of(Arguments.of("identity coding", 400, post + "Transfer-Encoding: identity||"),
                Arguments.of("chunked not last", 400, post + "Transfer-Encoding: chunked, gzip||"),
                Arguments.of("chunked twice", 400, post + "Transfer-Encoding: chunked|Transfer-Encoding: chunked||0||"),
                Arguments.of("disguised chunked", 400, post + "Transfer-Encoding: xchunked||0||"),
                Arguments.of("chunked with a control", 400, post + "Transfer-Encoding: \u000bchunked||0||"),
                Arguments.of("another coding without a space", 501, post + "Transfer-Encoding: gzip,chunked||0||"),
                Arguments.of("another coding with empty elements", 501, post + "Transfer-Encoding: ,gzip , ,\tchunked,||0||"),
                Arguments.of("nothing but commas", 400, post + "Transfer-Encoding: , ,||0||"),
                Arguments.of("empty coding", 400, post + "Transfer-Encoding:||0||"),
                Arguments.of("chunked twice in one line", 400, post + "Transfer-Encoding: chunked,chunked||0||"),
                Arguments.of("a coding that is no token", 400, post + "Transfer-Encoding: a b, chunked||0||"),
                Arguments.of("chunked with a parameter", 400, post + "Transfer-Encoding: chunked;q=1||0||"),
                Arguments.of("another coding", 501, post + "Transfer-Encoding: gzip, chunked||0||"),
                Arguments.of("coding in 1.0", 400, "POST / HTTP/1.0|Transfer-Encoding: chunked||0||"));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource({"corpus", "codings"})
    void whatIsMalformedIsRefusedAndTheConnectionCloses(String name, int status, String request) throws Exception {
        int before = HANDLED.get();
        try (Client client = front.connect()) {
            client.send(request.replace("|", "\r\n")).send("GET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n");
            Client.Answer answer = client.answer();
            assertEquals(status, answer.status());
            assertEquals("close", answer.header("Connection"));
            assertTrue(answer.text().contains(answer.header("X-Request-Id")), answer.text());
            assertTrue(client.atEnd());
        }
        assertEquals(before, HANDLED.get());
    }

    static Stream<Arguments> bodies() {
        return Stream.of(Arguments.of("no size", 400, "|abc|0||"), Arguments.of("not hex", 400, "g|abc|0||"),
                Arguments.of("negative", 400, "-1|abc|0||"), Arguments.of("too short", 400, "2|abc|0||"),
                Arguments.of("bare LF", 400, "3\nabc|0||"), Arguments.of("LF after the data", 400, "3|abc\n0||"),
                Arguments.of("overflow", 400, "fffffffff|abc|0||"), Arguments.of("0x", 400, "0x3|abc|0||"),
                Arguments.of("space before size", 400, " 3|abc|0||"), Arguments.of("bad trailer", 400, "0|a b: c||"),
                Arguments.of("folded trailer", 400, "0|A: b| c||"), Arguments.of("trailer folded by tab", 400, "0|A: b|\tC: d||"),
                Arguments.of("folded first trailer", 400, "0| A: b||"),
                Arguments.of("space before the colon of a trailer", 400, "0|A : b||"),
                Arguments.of("bare CR in a trailer", 400, "0|A: b\rC: d||"),
                Arguments.of("NUL in a trailer", 400, "0|A: b\0||"), Arguments.of("bare LF in a trailer", 400, "0|A: b\nC: d||"),
                Arguments.of("trailer without a name", 400, "0|: b||"), Arguments.of("trailer without a colon", 400, "0|A||"),
                Arguments.of("bare LF as end", 400, "0|A: b|\n"),
                Arguments.of("endless trailers", 400, "0|" + "A: b|".repeat(3000)),
                Arguments.of("endless size line", 400, "1;" + "x".repeat(20_000)),
                Arguments.of("bare CR in an extension", 400, "3;a\rb|abc|0||"),
                Arguments.of("space and no extension", 400, "3 x|abc|0||"),
                Arguments.of("too long", 413, "40|" + "a".repeat(64) + "|0||"));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("bodies")
    void aMalformedChunkedBodyIsRefusedAndItsReaderIsTold(String name, int status, String body) throws Exception {
        AtomicInteger told = new AtomicInteger();
        try (TestFront own = new TestFront(new Limits(200, 1000, 50, 1000, 5_000, 5_000, 5_000, 5_000, 500, 5_000, 5_000));
                Client client = own.connect()) {
            own.handleBlocking(exchange -> {
                try {
                    exchange.body().readAllBytes();
                } catch (IOException e) {
                    told.incrementAndGet();
                    throw e;
                }
                exchange.respond(Response.text(200, "complete"));
            });
            client.send(("POST / HTTP/1.1|Host: h|Transfer-Encoding: chunked||" + body).replace("|", "\r\n"));
            assertEquals(status, client.answer().status());
            assertTrue(client.atEnd());
        }
        assertEquals(1, told.get());
    }
}
