package org.hearthd.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.hearthd.Fd;
import org.hearthd.Response;
import org.hearthd.spi.DescriptorBudget;
import org.hearthd.spi.NoDescriptorException;
import org.hearthd.transport.Await;
import org.hearthd.transport.OpenDescriptors;
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
    private final AtomicBoolean failing = new AtomicBoolean();
    private final CountDownLatch end = new CountDownLatch(1);
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
            return () -> {
                if (use == DescriptorBudget.Use.IN_FLIGHT && failing.getAndSet(false)) {
                    throw new IllegalStateException("on purpose");
                }
                count.decrementAndGet();
            };
        };
    }

    @AfterEach
    void stop() throws Exception {
        end.countDown();
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
    }

    /** What is open when a first exchange, which loads classes, is over. */
    private Set<String> warm() throws Exception {
        try (Client client = front.connect()) {
            assertEquals(200, client.get("/").answer().status());
        }
        return OpenDescriptors.list();
    }

    @Test
    void aSocketWhoseRelayFailsIsClosedAndNotCountedAndItsClientIsAnswered() throws Exception {
        Set<String> before = warm();
        front.handleBlocking(exchange -> {
            try (StreamConnection socket = new JunixStreams().adopt(exchange.takeSocket())) {
                failing.set(true);
                socket.output().write("nonsense\n\n".getBytes(StandardCharsets.ISO_8859_1));
                socket.input().readAllBytes();
            }
        });
        try (Client client = front.connect()) {
            Client.Answer answer = client.get("/").answer();
            assertEquals(502, answer.status());
            assertTrue(answer.text().contains("The connection to the handler was lost."), answer.text());
            Await.until("it is not counted any more", () -> inFlight.get() == 0);
        }
        OpenDescriptors.assertNothingNew(before);
    }

    @Test
    void aSocketThatOutlivesItsClientIsNotCountedAnyMoreWhenItsLoopHasEnded() throws Exception {
        Set<String> before = warm();
        front.front.change(new Limits(8192, 32_768, 0, 1000, 5_000, 5_000, 5_000, 5_000, 500, 0, 0), "Hearth", "");
        CountDownLatch failed = new CountDownLatch(1);
        CountDownLatch begun = new CountDownLatch(1);
        front.handleBlocking(exchange -> {
            try (StreamConnection socket = new JunixStreams().adopt(exchange.takeSocket())) {
                socket.input().readAllBytes();
                begun.countDown();
                end.await();
            }
        });
        // what comes behind it is left out, so that the relay does not hear that its client has gone
        front.observers = List.of(access -> {
            failed.countDown();
            throw new AssertionError("on purpose");
        });
        try (Client client = front.connect().get("/")) {
            assertTrue(begun.await(60, TimeUnit.SECONDS), "the relay has begun");
            client.socket.setSoLinger(true, 0);
        }
        assertTrue(failed.await(60, TimeUnit.SECONDS));
        front.loops.next().submit(() -> {}).get(60, TimeUnit.SECONDS);
        assertEquals(1, inFlight.get());
        front.loops.close();
        Await.until("it is not counted any more", () -> inFlight.get() == 0);
        end.countDown();
        OpenDescriptors.assertNothingNew(before);
    }
}
