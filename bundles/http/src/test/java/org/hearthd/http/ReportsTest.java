package org.hearthd.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.hearthd.Headers;
import org.hearthd.Outcome.End;
import org.hearthd.Response;
import org.hearthd.spi.Access;
import org.hearthd.spi.ManagedExchange;
import org.hearthd.transport.StreamConnection;
import org.hearthd.transport.junixsocket.JunixStreams;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the observers of a front are told. */
@Timeout(60)
class ReportsTest {
    private final BlockingQueue<Access> reports = new LinkedBlockingQueue<>();
    private TestFront front;

    @BeforeEach
    void start() throws Exception {
        start(TestFront.LIMITS);
    }

    private void start(Limits limits) throws Exception {
        if (front != null) {
            front.close();
        }
        front = new TestFront(limits);
        front.observers = List.of(reports::add);
    }

    @AfterEach
    void stop() throws Exception {
        front.close();
        assertEquals(List.of(), List.copyOf(reports), "everything is reported once");
    }

    private Access next() throws InterruptedException {
        Access report = reports.poll(30, TimeUnit.SECONDS);
        assertNotNull(report, "a report");
        return report;
    }

    private void assertNext(End end, int status, long bytes, String method, String url) throws InterruptedException {
        Access report = next();
        assertEquals(end, report.outcome().end(), report.toString());
        assertEquals(status, report.outcome().status(), report.toString());
        assertEquals(bytes, report.bytes(), report.toString());
        assertEquals(method + " " + url, report.request().method() + " " + report.request().url());
    }

    @Test
    void aWholeAnswerIsReportedWithClientIdTimesAndGeneration() throws Exception {
        front.handle(exchange -> {
            ((ManagedExchange) exchange).generation("old/1#1");
            ManagedExchange moved = (ManagedExchange) exchange.move("another");
            moved.generation("test/1.0.0#3");
            moved.respond(Response.text(201, "four"));
        });
        long before = System.currentTimeMillis();
        try (Client client = front.connect()) {
            Client.Answer answer = client.send("GET /a?b HTTP/1.1\r\nHost: h\r\nUser-Agent: me\r\n\r\n").answer();
            assertEquals("test/1.0.0#3", answer.header("X-Generation"));
        }
        Access report = next();
        assertEquals("http test", report.source());
        assertEquals("127.0.0.1", report.client());
        assertEquals("/a?b", report.request().url());
        assertEquals("me", report.request().headers().get("User-Agent"));
        assertEquals("test/1.0.0#3", report.generation());
        assertEquals(201, report.outcome().status());
        assertEquals(4, report.bytes());
        assertTrue(report.began() >= before - 1 && report.began() <= System.currentTimeMillis(), report.toString());
        assertTrue(report.nanos() > 0);
    }

    @Test
    void pipelinedRequestsAreReportedOnceAndInOrder() throws Exception {
        StringBuilder requests = new StringBuilder();
        for (int i = 0; i < 50; i++) {
            requests.append("GET /").append(i).append(" HTTP/1.1\r\nHost: h\r\n\r\n");
        }
        try (Client client = front.connect().send(requests.toString())) {
            for (int i = 0; i < 50; i++) {
                assertNull(client.answer().header("X-Generation"), "nobody said who answers");
                assertNext(End.ANSWERED, 200, 6, "GET", "/" + i);
            }
        }
    }

    @Test
    void anObserverThatFailsHoldsUpNeitherTheOthersNorTheConnection() throws Exception {
        front.observers = List.of(access -> {
            throw new IllegalStateException("on purpose");
        }, access -> {
            throw new NoClassDefFoundError("on purpose");
        }, reports::add);
        try (Client client = front.connect()) {
            assertEquals(200, client.get("/1").answer().status());
            assertNext(End.ANSWERED, 200, 6, "GET", "/1");
            assertEquals(200, client.get("/2").answer().status());
            assertNext(End.ANSWERED, 200, 6, "GET", "/2");
        }
    }

    @Test
    void onlyTheBodyCountsHoweverItIsFramedAndNoneOfAHead() throws Exception {
        front.handleBlocking(exchange -> {
            try (OutputStream out = exchange.respond(200, Headers.of("X-Generation", "forged"))) {
                out.write(new byte[100]);
                out.flush();
                out.write(new byte[50]);
            }
        });
        try (Client client = front.connect()) {
            Client.Answer chunked = client.get("/c").answer();
            assertEquals("chunked", chunked.header("Transfer-Encoding"));
            assertNull(chunked.header("X-Generation"), "the header is the front's own");
            assertNext(End.ANSWERED, 200, 150, "GET", "/c");
            client.send("HEAD /h HTTP/1.1\r\nHost: h\r\n\r\n").answer(true);
            assertNext(End.ANSWERED, 200, 0, "HEAD", "/h");
        }
    }

    @Test
    void theAnswerOnATakenSocketIsReportedWithItsStatusAndBytes() throws Exception {
        front.handleBlocking(exchange -> {
            ((ManagedExchange) exchange).generation("child/0#1");
            try (StreamConnection socket = new JunixStreams().adopt(exchange.takeSocket())) {
                socket.input().readAllBytes();
                socket.output().write("HTTP/1.1 404 No\nContent-Length: 5\n\nabcde".getBytes(StandardCharsets.ISO_8859_1));
            }
        });
        try (Client client = front.connect()) {
            assertEquals("child/0#1", client.get("/t").answer().header("X-Generation"));
        }
        Access report = next();
        assertEquals(404, report.outcome().status());
        assertEquals(End.ANSWERED, report.outcome().end());
        assertEquals(5, report.bytes());
        assertEquals("child/0#1", report.generation());
    }

    private void assertRefused(int status, String sent, String line) throws Exception {
        try (Client client = front.connect().send(sent)) {
            assertEquals(status, client.answer().status());
            Access report = next();
            assertEquals(status, report.outcome().status());
            assertEquals("", report.request().method());
            assertEquals(line, report.request().url());
            assertNull(report.generation());
            assertEquals("127.0.0.1", report.client());
        }
    }

    @Test
    void whatTheFrontRefusesItselfIsReportedWithWhatCameOfTheRequestLine() throws Exception {
        assertRefused(400, "GET  / HTTP/1.1\r\nHost: h\r\n\r\n", "GET  / HTTP/1.1");
        assertRefused(400, "\u0001\u00e4\"x\r\n\r\n", "\u0001\u00e4\"x");
        assertRefused(400, "GET /lf HTTP/1.1\nHost: h\n\n", "GET /lf HTTP/1.1");
        assertRefused(414, "GET /" + "a".repeat(8192) + " HTTP/1.1\r\nHost: h\r\n\r\n", "GET /" + "a".repeat(1019));
        assertRefused(431, "GET /h HTTP/1.1\r\nHost: h\r\nA: " + "a".repeat(40_000) + "\r\n\r\n", "GET /h HTTP/1.1");
        assertRefused(505, "GET /v HTTP/2.0\r\nHost: h\r\n\r\n", "GET /v HTTP/2.0");
        assertRefused(417, "GET /e HTTP/1.1\r\nHost: h\r\nExpect: x\r\n\r\n", "GET /e HTTP/1.1");
    }

    @Test
    void aRefusalForWantOfTimeOrForItsLengthIsReported() throws Exception {
        start(new Limits(8192, 32_768, 10, 1000, 200, 5_000, 5_000, 5_000, 500, 5_000, 5_000));
        assertRefused(413, "POST /b HTTP/1.1\r\nHost: h\r\nContent-Length: 11\r\n\r\n", "POST /b HTTP/1.1");
        assertRefused(408, "GET /slow HTTP", "GET /slow HTTP");
    }

    @Test
    void aConnectionTooManyIsReportedWithoutARequest() throws Exception {
        start(new Limits(8192, 32_768, 0, 1, 5_000, 5_000, 5_000, 5_000, 500, 5_000, 5_000));
        try (Client one = front.connect()) {
            one.get("/one").answer();
            assertNext(End.ANSWERED, 200, 6, "GET", "/one");
            assertRefused(503, "", "");
        }
    }

    @Test
    void aBodyThatIsTooLongIsReportedWithTheStatusThatTheClientGot() throws Exception {
        start(new Limits(8192, 32_768, 10, 1000, 5_000, 5_000, 5_000, 5_000, 500, 5_000, 5_000));
        front.handleBlocking(exchange -> exchange.body().readAllBytes());
        try (Client client = front.connect()) {
            client.send("POST /b HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nb\r\n12345678901\r\n0\r\n\r\n");
            int bytes = client.answer().body().length;
            assertNext(End.ANSWERED, 413, bytes, "POST", "/b");
        }
    }

    @Test
    void aClientThatGoesBeforeItsAnswerOrInTheMiddleOfItIsReportedAsAborted() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        front.handleBlocking(exchange -> {
            CountDownLatch gone = new CountDownLatch(1);
            exchange.onGone(gone::countDown);
            if (exchange.request().url().equals("/middle")) {
                OutputStream out = exchange.respond(200, Headers.EMPTY);
                out.write(new byte[10]);
                out.flush();
            }
            begun.countDown();
            gone.await();
            exchange.abort();
        });
        try (Client client = front.connect().get("/before")) {
            begun.await();
        }
        assertNext(End.ABORTED, 0, 0, "GET", "/before");
        try (Client client = front.connect().get("/middle")) {
            client.exactly(30);
        }
        assertNext(End.ABORTED, 200, 10, "GET", "/middle");
    }

    @Test
    void aWholeAnswerThatTheClientDoesNotTakeIsReportedAsAborted() throws Exception {
        front.handle(exchange -> exchange.respond(Response.of(200, Headers.EMPTY, new byte[64 << 20])));
        try (Client client = front.connect().get("/big")) {
            client.exactly(10);
        }
        assertNext(End.ABORTED, 200, 64 << 20, "GET", "/big");
    }

    @Test
    void nobodyIsToldOfARequestThatCameBeforeHim() throws Exception {
        front.observers = List.of();
        CountDownLatch here = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        front.handleBlocking(exchange -> {
            here.countDown();
            go.await();
            exchange.respond(Response.text(200, "x"));
        });
        try (Client client = front.connect().get("/")) {
            here.await();
            front.observers = List.of(reports::add);
            go.countDown();
            client.answer();
        }
    }
}
