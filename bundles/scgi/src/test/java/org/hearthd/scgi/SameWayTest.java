package org.hearthd.scgi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.hearthd.transport.Await;
import org.hearthd.transport.Logged;
import org.junit.jupiter.api.Test;

/** What is known of servers and programs stays known if a change of the configuration does not concern them. */
class SameWayTest extends ProgramContract {
    private Map<String, Object> keys;

    private void begin(String mode, Object... more) throws IOException {
        keys = mode(mode, more);
        house = new House(directory, keys);
    }

    private void change(String key, Object value) throws Exception {
        keys.put(key, value);
        house.handler.change(House.settings(keys)).get(60, TimeUnit.SECONDS);
    }

    @Test
    void anOutageAfterAChangeIsNoFirstOne() throws Exception {
        TestServer server = unix("s", ScgiContract::hello);
        begin("client", "address", server.address, "essential", true);
        assertAnswer(200);
        change("server.name", "x");
        server.close();
        assertAnswer(503);
        assertNull(house.ends.poll(), "the runtime ends");
    }

    @Test
    void whatHasFailedBeforeAChangeIsStillKnown() throws Exception {
        begin("client", "address", "unix:" + directory.resolve("s"));
        assertAnswer(503);
        List<String> before = house.handler.reasons();
        assertEquals(1, before.size());
        change("connect.timeout.ms", 1000);
        change("fail.timeout.ms", 1L);
        assertEquals(before, house.handler.reasons());
    }

    @Test
    void aChangedHandlersNameIsTheOneInTheLog() throws Exception {
        begin("client", "address", "unix:" + directory.resolve("s"));
        change("handler", "renamed");
        try (Logged log = new Logged()) {
            assertAnswer(503);
            assertTrue(log.says("scgi renamed: server unix:"), log.lines().toString());
        }
    }

    @Test
    void aChangedFailTimeoutHoldsForServersThatHaveFailed() throws Exception {
        CountDownLatch used = new CountDownLatch(1);
        begin("client", "address", "unix:" + directory.resolve("later") + ", " + unix(ScgiContract::hello).address,
                "fail.timeout.ms", 3_600_000L);
        assertAnswer(200);
        unix("later", peer -> {
            used.countDown();
            hello(peer);
        });
        assertAnswer(200);
        assertEquals(1, used.getCount(), "it is avoided");
        change("fail.timeout.ms", 0L);
        assertAnswer(200);
        assertEquals(0, used.getCount(), "it is still avoided");
    }

    @Test
    void aMixedProgramIsNotStartedAgainForAChange() throws Exception {
        Path path = directory.resolve("s");
        Path starts = directory.resolve("starts");
        begin("mixed", "address", "unix:" + path, "command",
                new String[] {"/bin/sh", "-c", "echo $$ >> \"$0\"; exec sleep 1000", starts.toString()}, "retry.delay.ms", 1L,
                "retries", 1, "stdout", "null", "stderr", "null");
        assertAnswer(503);
        Await.until("the start", () -> Files.exists(starts) && anyLine(starts));
        try {
            change("server.name", "x");
            assertAnswer(503);
            assertEquals(1, Files.readAllLines(starts).size(), "it may only be about to listen");
        } finally {
            for (String pid : Files.readAllLines(starts)) {
                endLater(Long.parseLong(pid));
            }
        }
    }

    private static boolean anyLine(Path file) {
        try {
            return Files.readString(file).endsWith("\n");
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void anAnswerInProgressAtAChangeOfTheAddressIsLeftAlone() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        begin("client", "address", unix(peer -> {
            peer.variables();
            peer.write("\nslow ");
            go.await();
            peer.write("but whole");
        }).address, "drain.timeout.ms", 0L);
        try (Logged log = new Logged(); House.Client slow = house.send(House.get())) {
            slow.end();
            slow.readUntil("slow ");
            change("address", unix(ScgiContract::hello).address);
            assertAnswer(200);
            LockSupport.parkNanos(100_000_000); // longer than drain.timeout.ms
            assertFalse(log.says("change of its configuration"), "nothing is ended");
            go.countDown();
            assertEquals("but whole", slow.readAll());
        }
    }

    @Test
    void aRequestThatWaitsForAnotherAttemptGoesToTheAddressThatIsConfiguredThen() throws Exception {
        begin("client", "address", "unix:" + directory.resolve("never"), "retries", 1_000_000, "retry.delay.ms", 20L);
        CompletableFuture<String> waiting;
        try (Logged log = new Logged()) {
            waiting = CompletableFuture.supplyAsync(this::anything);
            Await.until("the first attempt", () -> log.says("no such socket"));
        }
        change("address", unix(ScgiContract::hello).address);
        assertTrue(waiting.get(60, TimeUnit.SECONDS).endsWith("hello"), "it goes on with the old address");
    }
}
