package org.hearthd.scgi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.hearthd.transport.Await;
import org.hearthd.transport.Logged;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Servers that are silent, stop or go away, and what the client gets. */
class FailureTest extends ScgiContract {
    @Test
    void aSilentServerIs504() throws Exception {
        house(unix(TestServer.Peer::readAll).address, "first.byte.timeout.ms", 50L, "half.close", false);
        assertAnswer(504);
    }

    @Test
    void anAnswerThatStopsIsBrokenOffAndAHeadThatStopsIs504() throws Exception {
        house(unix(peer -> {
            peer.variables();
            peer.write("Content-Length: 9\n\nhi");
            peer.read(1);
        }).address, "idle.timeout.ms", 50L, "half.close", false);
        assertEquals("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhi", house.ask(House.get()));
        house.handler.change(House.settings(Map.of("idle.timeout.ms", 50L, "half.close", false, "address", unix(peer -> {
            peer.variables();
            peer.write("Content-");
            peer.read(1);
        }).address)));
        assertAnswer(504);
    }

    /** Also where it has not finished its head: then the client is told. */
    @ParameterizedTest
    @ValueSource(strings = {"Content-Length: 10\n\nhello", "Content-"})
    void anAnswerThatWaitsForTheRestOfTheBodyIsNotTheServersFault(String begun) throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        house(unix(peer -> {
            peer.variables();
            peer.read(3);
            peer.write(begun);
            never.await();
        }).address, "idle.timeout.ms", 100L);
        try (Logged log = new Logged(); House.Client client = house.send(House.post("Content-Length", "100"))) {
            client.write("abc");
            String answer = client.readAll();
            assertTrue(begun.endsWith("hello") ? answer.endsWith("hello") : answer.startsWith("HTTP/1.1 408 "), answer);
            assertTrue(log.says("The request body did not arrive in time."), log.lines().toString());
            assertFalse(log.says("its answer stopped"), log.lines().toString());
        }
        assertEquals(List.of(), house.handler.reasons());
        never.countDown();
    }

    @Test
    void aServerThatStopsAndTakesNoMoreOfTheBodyIsReported() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        house(unix(peer -> {
            peer.variables();
            // the client is at it
            peer.read(1_000_000);
            peer.write("Content-Length: 10\n\nhello");
            never.await();
        }).address, "idle.timeout.ms", 1000L);
        try (Logged log = new Logged(); House.Client client = house.send(House.post("Content-Length", "8000000"))) {
            client.sends("x".repeat(8_000_000));
            assertTrue(client.readUntil("hello").endsWith("hello"));
            Await.until("a report", () -> log.says("its answer stopped for 1000 ms"));
        }
        never.countDown();
    }

    @ParameterizedTest
    @ValueSource(strings = {"Content-Length: 5\n\nhello", "Status: 204\n\n", "Status: 304\n\n",
        "Transfer-Encoding: chunked\n\n0\r\n\r\n"})
    void aServerThatReadsToTheEndBehindACompleteAnswerSeesIt(String answer) throws Exception {
        CountDownLatch seen = new CountDownLatch(1);
        house(unix(peer -> {
            peer.variables();
            peer.write(answer);
            peer.readAll();
            seen.countDown();
        }).address, "idle.timeout.ms", 3_600_000L);
        assertTrue(house.ask(House.get()).startsWith("HTTP/1.1 "));
        assertTrue(seen.await(30, TimeUnit.SECONDS));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aServerThatDoesNotCloseBehindACompleteAnswerKeepsNoPlace(boolean halfClose) throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        house(unix(peer -> {
            peer.variables();
            peer.write("Content-Length: 5\n\nhello");
            never.await();
        }).address, "max.connections", 1, "queue.timeout.ms", 30_000L, "half.close", halfClose);
        assertAnswer(200);
        assertAnswer(200);
        never.countDown();
    }

    @Test
    void aServerThatDoesNotReadIs504() throws Exception {
        CountDownLatch done = new CountDownLatch(1);
        house(unix(peer -> done.await()).address, "send.timeout.ms", 100L);
        try (House.Client client = house.send(House.post("Content-Length", "8000000"))) {
            client.sends("x".repeat(8_000_000));
            assertTrue(client.readUntil("\n").startsWith("HTTP/1.1 504 "));
        }
        done.countDown();
    }

    @Test
    void aResetBeforeTheAnswerIs502() throws Exception {
        house(tcp(peer -> {
            peer.variables();
            peer.reset();
        }).address);
        assertAnswer(502);
    }

    /** An AF_UNIX client can not be told, but it must not wait for ever; the front's client sees a reset. */
    @Test
    void aResetInTheMiddleEndsTheAnswer() throws Exception {
        CountDownLatch read = new CountDownLatch(1);
        house(tcp(peer -> {
            peer.variables();
            peer.write("Content-Length: 9\n\nhi");
            read.await();
            peer.reset();
        }).address);
        try (House.Client client = house.send(House.get())) {
            client.end();
            assertTrue(client.readUntil("hi").endsWith("hi"));
            read.countDown();
            assertEquals("", client.readAll());
        }
    }
}
