package org.hearthd.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.hearthd.Fd;
import org.hearthd.Response;
import org.hearthd.spi.DescriptorBudget;
import org.hearthd.spi.NoDescriptorException;
import org.hearthd.transport.Await;
import org.hearthd.transport.StreamConnection;
import org.hearthd.transport.junixsocket.JunixStreams;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A front asks before it uses descriptors, and says when it does not use them any more. */
@Timeout(60)
class DescriptorsTest {
    private final AtomicInteger clients = new AtomicInteger();
    private final AtomicInteger inFlight = new AtomicInteger();
    private volatile DescriptorBudget.Use refused;
    private TestFront front;

    @BeforeEach
    void start() throws Exception {
        front = new TestFront();
        front.budget = use -> {
            if (use == refused) {
                throw new NoDescriptorException("None is left.", null);
            }
            AtomicInteger count = use == DescriptorBudget.Use.CLIENT ? clients : inFlight;
            count.incrementAndGet();
            return count::decrementAndGet;
        };
    }

    @AfterEach
    void stop() throws Exception {
        front.close();
        assertEquals(0, clients.get(), "connections");
        assertEquals(0, inFlight.get(), "sockets");
    }

    @Test
    void aConnectionThatIsOverTheBudgetGetsA503WithTheReason() throws Exception {
        refused = DescriptorBudget.Use.CLIENT;
        try (Client client = front.connect()) {
            Client.Answer answer = client.answer();
            assertEquals(503, answer.status());
            assertTrue(answer.text().contains("None is left."), answer.text());
            assertTrue(client.atEnd());
        }
    }

    @Test
    void aSocketThatIsOverTheBudgetIsNotMadeAndTheHandlerMayStillAnswer() throws Exception {
        refused = DescriptorBudget.Use.IN_FLIGHT;
        front.handleBlocking(exchange -> {
            try (Fd socket = exchange.takeSocket()) {
                exchange.abort();
            } catch (NoDescriptorException e) {
                exchange.respond(Response.text(503, e.getMessage()));
            }
        });
        try (Client client = front.connect()) {
            assertEquals("None is left.", client.get("/").answer().text());
            assertEquals("None is left.", client.get("/").answer().text(), "the connection goes on");
            assertEquals(1, clients.get());
        }
    }

    @Test
    void aTakenSocketCountsUntilItsAnswerHasEnded() throws Exception {
        CountDownLatch answer = new CountDownLatch(1);
        front.handleBlocking(exchange -> {
            try (StreamConnection socket = new JunixStreams().adopt(exchange.takeSocket())) {
                answer.await();
                socket.input().readAllBytes();
                socket.output().write("HTTP/1.1 200 OK\n\nx".getBytes(StandardCharsets.ISO_8859_1));
            }
        });
        try (Client client = front.connect().get("/")) {
            Await.until("the socket is taken", () -> inFlight.get() == 1);
            answer.countDown();
            assertEquals(200, client.answer().status());
            Await.until("it is not counted any more", () -> inFlight.get() == 0);
        }
    }

    @Test
    void aTakenSocketIsNotCountedAnyMoreWhenItsClientHasGone() throws Exception {
        CountDownLatch end = new CountDownLatch(1);
        front.handleBlocking(exchange -> {
            try (Fd socket = exchange.takeSocket()) {
                end.await();
            }
        });
        try (Client client = front.connect().get("/")) {
            Await.until("the socket is taken", () -> inFlight.get() == 1);
            client.socket.setSoLinger(true, 0);
        }
        Await.until("the client is noticed to have gone", () -> inFlight.get() == 0);
        end.countDown();
    }
}
