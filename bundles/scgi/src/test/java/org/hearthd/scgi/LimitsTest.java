package org.hearthd.scgi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.hearthd.transport.Await;
import org.junit.jupiter.api.Test;

/** How many requests at the same time, how long the others wait, and how long those in progress have at the end. */
class LimitsTest extends ScgiContract {
    @Test
    void requestsBeyondTheLimitWaitAndThoseBeyondTheQueueGet503() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        CountDownLatch first = new CountDownLatch(1);
        house(unix(peer -> {
            peer.variables();
            first.countDown();
            go.await();
            peer.write("\nhello");
        }).address, "max.connections", 1, "queue.max", 1);
        try (House.Client one = house.send(House.get())) {
            one.end();
            first.await();
            var two = CompletableFuture.supplyAsync(this::ask);
            var three = CompletableFuture.supplyAsync(this::ask);
            assertTrue(CompletableFuture.anyOf(two, three).get().toString().startsWith("HTTP/1.1 503"), "one is too many");
            go.countDown();
            assertTrue(one.readAll().endsWith("hello"));
            assertTrue((two.get() + three.get()).contains("\r\n\r\nhello"), "the other one has waited");
        }
    }

    @Test
    void aLongQueueInFrontOfAServerThatGoesAwayIsAnswered() throws Exception {
        int many = 2000;
        CountDownLatch never = new CountDownLatch(1);
        CountDownLatch first = new CountDownLatch(1);
        TestServer server = unix(peer -> {
            peer.variables();
            first.countDown();
            never.await();
        });
        house(server.address, "max.connections", 1, "queue.max", many, "loops", 1);
        List<House.Client> clients = new ArrayList<>();
        try {
            clients.add(house.send(House.get()));
            clients.get(0).end();
            first.await();
            for (int i = 0; i < many; i++) {
                House.Client client = house.send(House.get());
                clients.add(client);
                client.end();
            }
            Await.until("all wait", () -> house.handler.gate().waiting() == many);
            server.close();
            for (House.Client client : clients) {
                String answer = client.readAll();
                assertTrue(answer.startsWith("HTTP/1.1 50"), answer);
            }
            assertEquals(0, stop().get(60, TimeUnit.SECONDS));
        } finally {
            never.countDown();
            for (House.Client client : clients) {
                client.close();
            }
        }
    }

    @Test
    void aRequestWaitsForItsPlaceOnlySoLong() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        CountDownLatch first = new CountDownLatch(1);
        house(unix(peer -> {
            peer.variables();
            first.countDown();
            go.await();
            peer.write("\nhello");
        }).address, "max.connections", 1, "queue.timeout.ms", 50L);
        try (House.Client one = house.send(House.get())) {
            one.end();
            first.await();
            assertAnswer(503);
            go.countDown();
            assertTrue(one.readAll().endsWith("hello"));
        }
        assertAnswer(200);
    }

    @Test
    void stoppingWaitsForWhatIsInProgress() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        house(unix(peer -> {
            peer.variables();
            peer.write("\nhe");
            begun.countDown();
            go.await();
            peer.write("llo");
        }).address, "drain.timeout.ms", 3_600_000L);
        try (House.Client client = house.send(House.get())) {
            client.end();
            begun.await();
            CompletableFuture<Integer> stopped = stop();
            assertThrows(TimeoutException.class, () -> stopped.get(100, TimeUnit.MILLISECONDS));
            go.countDown();
            assertTrue(client.readAll().endsWith("\r\n\r\nhello"));
            assertEquals(0, stopped.get(60, TimeUnit.SECONDS));
        }
    }

    @Test
    void stoppingEndsWhatIsNotFinishedWithinTheDrainTimeout() throws Exception {
        CountDownLatch begun = new CountDownLatch(2);
        CountDownLatch never = new CountDownLatch(1);
        house(unix(peer -> {
            if (peer.variables().containsKey("HTTP_HALF")) {
                peer.write("Content-Length: 9\n\nhe");
            }
            begun.countDown();
            never.await();
        }).address, "drain.timeout.ms", 20L);
        try (House.Client silent = house.send(House.get()); House.Client half = house.send(House.get("Half", "yes"))) {
            silent.end();
            half.end();
            begun.await();
            half.readUntil("he");
            assertEquals(2, stop().get(60, TimeUnit.SECONDS));
            assertTrue(silent.readAll().startsWith("HTTP/1.1 503 "));
            assertEquals("", half.readAll(), "broken off");
        }
        never.countDown();
    }

    private CompletableFuture<Integer> stop() {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return house.handler.stop();
            } catch (InterruptedException e) {
                throw new CompletionException(e);
            }
        });
    }
}
