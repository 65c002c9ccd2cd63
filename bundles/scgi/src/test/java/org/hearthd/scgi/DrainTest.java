package org.hearthd.scgi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What the end of the runtime waits for. */
class DrainTest extends ScgiContract {
    private CompletableFuture<Void> drained() {
        return house.handler.drained().toCompletableFuture();
    }

    @Test
    void aHandlerWithoutARequestIsDrained() throws Exception {
        house(unix(ScgiContract::hello).address);
        ask();
        drained().get(60, TimeUnit.SECONDS);
    }

    @Test
    void aRequestIsWaitedForUntilItsClientHasTheAnswer() throws Exception {
        int size = 2_000_000;
        CountDownLatch has = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        CountDownLatch sent = new CountDownLatch(1);
        house(unix(peer -> {
            peer.variables();
            has.countDown();
            go.await();
            peer.write("Content-Length: " + size + "\n\n" + "x".repeat(size));
            sent.countDown();
        }).address);
        try (House.Client client = house.send(House.get())) {
            client.end();
            assertTrue(has.await(60, TimeUnit.SECONDS));
            CompletableFuture<Void> drained = drained();
            assertFalse(drained.isDone(), "the server has the request");
            go.countDown();
            assertTrue(client.readUntil("\r\n\r\n").startsWith("HTTP/1.1 200 "));
            assertFalse(drained.isDone(), "the client has not got all");
            assertEquals(size, client.readAll().length());
            drained.get(60, TimeUnit.SECONDS);
        }
        assertTrue(sent.await(60, TimeUnit.SECONDS));
    }

    @Test
    void aServerThatHasAnsweredAndGoesOnReadingIsNotWaitedFor() throws Exception {
        house(unix(peer -> {
            peer.variables();
            peer.write("Content-Length: 5\n\nhello");
            peer.readAll();
        }).address, "half.close", false, "drain.timeout.ms", 0L);
        assertTrue(ask().endsWith("hello"));
        drained().get(60, TimeUnit.SECONDS);
    }

    @Test
    void aClientThatHangsUpAndARequestThatIsRefusedAreNotWaitedFor() throws Exception {
        CountDownLatch has = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        house(unix(peer -> {
            peer.variables();
            has.countDown();
            go.await();
            peer.write("\nx");
            peer.write("y".repeat(1_000_000));
        }).address, "max.body.bytes", 3L);
        try (House.Client client = house.send(House.post("Content-Length", "4"))) {
            assertTrue(client.readAll().startsWith("HTTP/1.1 413 "));
        }
        House.Client gone = house.send(House.get());
        gone.end();
        assertTrue(has.await(60, TimeUnit.SECONDS));
        CompletableFuture<Void> drained = drained();
        assertFalse(drained.isDone());
        gone.close();
        go.countDown();
        drained.get(60, TimeUnit.SECONDS);
    }
}
