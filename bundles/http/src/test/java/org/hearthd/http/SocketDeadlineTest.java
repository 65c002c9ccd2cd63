package org.hearthd.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.hearthd.Response;
import org.junit.jupiter.api.Test;

/** How long the taker of a response socket may be silent. */
class SocketDeadlineTest extends TakerContract {
    private static final Limits IMPATIENT = new Limits(8192, 32_768, 0, 1000, 5_000, 5_000, 5_000, 5_000, 500, 200, 200);

    @Override
    protected Limits limits() {
        return IMPATIENT;
    }

    @Test
    void aTakerThatDoesNotAnswerGets504AndItsSocketIsClosed() throws Exception {
        for (String start : new String[] {"", "HTTP/1.1 200 OK\r\nA"}) {
            CompletableFuture<Integer> end = new CompletableFuture<>();
            CompletableFuture<Boolean> closed = new CompletableFuture<>();
            CountDownLatch answered = new CountDownLatch(1);
            peer(socket -> {
                write(socket, start);
                end.complete(socket.input().readAllBytes().length);
                answered.await();
                assertThrows(IOException.class, () -> write(socket, "late"));
                closed.complete(true);
            });
            client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc");
            Client.Answer answer = client.answer();
            assertEquals(504, answer.status());
            assertTrue(answer.text().contains(answer.header("X-Request-Id")), answer.text());
            answered.countDown();
            assertEquals(3, end.get(60, TimeUnit.SECONDS));
            assertTrue(closed.get(60, TimeUnit.SECONDS));
        }
        answerWith("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nz");
        assertEquals("z", client.get("/").answer().text());
    }

    @Test
    void aTakerThatStopsInTheMiddleOfItsAnswerBreaksTheConnection() throws Exception {
        for (String part : new String[] {"HTTP/1.1 200 OK\r\n\r\npart", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\npart"}) {
            CompletableFuture<Boolean> closed = new CompletableFuture<>();
            CountDownLatch clientBroken = new CountDownLatch(1);
            peer(socket -> {
                socket.input().readAllBytes();
                write(socket, part);
                clientBroken.await(60, TimeUnit.SECONDS);
                assertThrows(IOException.class, () -> write(socket, "more"));
                closed.complete(true);
            });
            try (Client one = front.connect()) {
                assertThrows(IOException.class, () -> one.get("/").answer(), part);
                clientBroken.countDown();
            }
            assertTrue(closed.get(60, TimeUnit.SECONDS));
        }
    }

    @Test
    void aTakerThatGoesOnSlowlyIsNotCutOffAndAFullAnswerIsCompleteThoughItsSocketStaysOpen() throws Exception {
        Semaphore steps = new Semaphore(0);
        CountDownLatch over = new CountDownLatch(1);
        peer(socket -> {
            write(socket, "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n");
            for (int i = 0; i < 4; i++) {
                steps.acquire();
                write(socket, "x");
            }
            over.await();
        });
        client.get("/");
        while (!client.line().isEmpty()) {
            assertEquals(0, steps.availablePermits());
        }
        for (int i = 0; i < 4; i++) {
            assertSilent(120);
            steps.release();
            assertEquals('x', client.in.read());
        }
        front.handle(exchange -> exchange.respond(Response.text(200, "next")));
        assertEquals("next", client.get("/").answer().text());
        over.countDown();
    }

    private void assertSilent(int millis) throws IOException {
        client.socket.setSoTimeout(millis);
        assertThrows(SocketTimeoutException.class, () -> client.in.read());
        client.socket.setSoTimeout(5_000);
    }

    @Test
    void aSlowUploadIsNotTheTakersFaultAndZeroMeansForEver() throws Exception {
        answerWith("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nz");
        client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\na");
        assertSilent(600);
        assertEquals("z", client.send("b").answer().text());
        front.front.change(new Limits(8192, 32_768, 0, 1000, 5_000, 5_000, 5_000, 5_000, 500, 0, 0), "Hearth", "");
        CountDownLatch go = new CountDownLatch(1);
        peer(socket -> {
            assertTrue(go.await(60, TimeUnit.SECONDS));
            write(socket, "HTTP/1.1 200 OK\r\n\r\nz");
        });
        client.get("/");
        assertSilent(600);
        go.countDown();
        assertEquals("z", client.answer().text());
    }
}
