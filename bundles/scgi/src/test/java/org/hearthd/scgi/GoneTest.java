package org.hearthd.scgi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.epoll.LinuxSocket;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.hearthd.transport.Await;
import org.hearthd.transport.Logged;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Clients on response sockets that leave or take nothing: the server is not kept for them. */
class GoneTest extends ScgiContract {
    private final Semaphore asked = new Semaphore(0);
    private final Semaphore closed = new Semaphore(0);

    /** Reads a request, then nothing comes but the end of the connection: the input is never half-closed. */
    private void thinking(String beginning, Object... keys) throws IOException {
        house(unix(peer -> {
            peer.variables();
            peer.write(beginning);
            asked.release();
            try {
                peer.readAll();
            } finally {
                // a reset ends it too
                closed.release();
            }
        }).address, keys);
    }

    private static void await(Semaphore event) throws InterruptedException {
        assertTrue(event.tryAcquire(60, TimeUnit.SECONDS));
    }

    @Test
    void aClientThatGoesAwayInTheMiddleOfItsAnswerClosesTheServersConnection() throws Exception {
        CountDownLatch closed = new CountDownLatch(1);
        CountDownLatch begun = new CountDownLatch(1);
        house(unix(peer -> {
            peer.variables();
            peer.write("\n");
            begun.countDown();
            try {
                while (true) {
                    peer.write("x".repeat(1000));
                }
            } catch (IOException e) {
                closed.countDown();
            }
        }).address);
        try (House.Client client = house.send(House.get())) {
            client.end();
            begun.await();
            client.readUntil("x");
        }
        assertTrue(closed.await(60, TimeUnit.SECONDS));
    }

    @ParameterizedTest
    @CsvSource({"true, 0, ''", "true, 10, ''", "false, 0, ''", "false, 10, ''", "false, 100000, ''",
        "true, 0, 'Content-Length: 9\n\n'"})
    void aClientThatLeavesWhileTheServerThinksClosesItsConnectionAndFreesItsPlace(boolean half, int more, String begun)
            throws Exception {
        thinking(begun, "half.close", false, "max.connections", 1, "queue.timeout.ms", 3_600_000L);
        for (int i = 0; i < 3; i++) {
            try (House.Client client = house.send(House.post("Content-Length", "5"))) {
                client.write("hello" + "x".repeat(more));
                if (half) {
                    client.end();
                }
                await(asked);
            }
            await(closed);
        }
        house.handler.drained().toCompletableFuture().get(60, TimeUnit.SECONDS);
    }

    @Test
    void aClientThatLeavesWhileItsBodyIsStillToComeClosesTheServersConnection() throws Exception {
        thinking("", "half.close", false);
        try (House.Client client = house.send(House.post("Content-Length", "10"))) {
            client.write("hello");
            await(asked);
        }
        await(closed);
    }

    private interface Seen<T> {
        T get() throws IOException;
    }

    private static boolean look(Seen<Boolean> seen) {
        try {
            return seen.get();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int accept(LinuxSocket listening) {
        int[] number = {-1};
        Await.until("a connection", () -> look(() -> (number[0] = listening.accept(new byte[128])) >= 0));
        return number[0];
    }

    /** A half-close hides the end that follows it: a server that only watches its connection sees a reset, or nothing. */
    @ParameterizedTest
    @CsvSource({"true, 60000, 0", "false, 60000, 0", "true, 60000, 5", "true, 100, 0"})
    void aTcpServerThatOnlyWatchesItsConnectionSeesThatNobodyWantsItsAnswer(boolean half, long firstByte, int length)
            throws Exception {
        LinuxSocket listening = LinuxSocket.newSocketStream(false);
        open(listening::close);
        listening.bind(new InetSocketAddress("127.0.0.1", 0));
        listening.listen(8);
        house("127.0.0.1:" + listening.localAddress().getPort(), "half.close", half, "first.byte.timeout.ms", firstByte);
        try (House.Client client = house.send(House.post("Content-Length", Integer.toString(length)))) {
            LinuxSocket server = LinuxSocket.newSocket(accept(listening));
            open(server::close);
            ByteBuffer read = ByteBuffer.allocateDirect(65_536);
            if (half && length == 0) {
                Await.until("all of the request", () -> look(() -> server.recv(read, 0, read.capacity()) < 0));
            } else {
                Await.until("the request", () -> look(() -> server.recv(read, 0, read.capacity()) > 0));
            }
            if (firstByte > 1000) {
                assertEquals(0, server.getSoError());
                client.close();
            }
            Await.until("a reset", () -> look(() -> server.getSoError() != 0));
        }
    }

    @Test
    void aTcpServerThatHasAnsweredSeesNoReset() throws Exception {
        CompletableFuture<String> rest = new CompletableFuture<>();
        house(tcp(peer -> {
            peer.variables();
            peer.write("Content-Length: 2\n\nhi");
            rest.complete(peer.readAll());
        }).address);
        assertAnswer(200);
        assertEquals("", rest.get(60, TimeUnit.SECONDS));
    }

    @Test
    void aClientThatHasOnlyEndedItsBodyGetsItsAnswer() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        house(unix(peer -> {
            String body = peer.body(peer.variables());
            asked.release();
            go.await();
            peer.write("\n" + body);
        }).address);
        try (House.Client client = house.send(House.post("Content-Length", "5"))) {
            client.write("hello");
            client.end();
            await(asked);
            go.countDown();
            assertEquals("HTTP/1.1 200 OK\r\n\r\nhello", client.readAll());
        }
    }

    @Test
    void aClientThatLeavesMakesNoDifferenceWhereThatIsConfigured() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        CompletableFuture<String> read = new CompletableFuture<>();
        house(unix(peer -> {
            var variables = peer.variables();
            asked.release();
            go.await();
            read.complete(peer.body(variables));
        }).address, "cancel.when.gone", false);
        try (House.Client client = house.send(House.post("Content-Length", "5"))) {
            await(asked);
            client.write("hello");
            client.end();
        }
        go.countDown();
        assertEquals("hello", read.get(60, TimeUnit.SECONDS));
    }

    /** It holds the end of the runtime up no longer either. */
    @Test
    void aClientThatTakesNothingIsGivenUpAndTheServersConnectionIsClosed() throws Exception {
        CountDownLatch closedByUs = new CountDownLatch(1);
        try (Logged log = new Logged()) {
            house(unix(peer -> {
                peer.variables();
                peer.write("\n");
                asked.release();
                try {
                    while (true) {
                        peer.write("x".repeat(100_000));
                    }
                } catch (IOException e) {
                    closedByUs.countDown();
                }
            }).address, "write.timeout.ms", 200L);
            try (House.Client client = house.send(House.get())) {
                client.end();
                await(asked);
                assertTrue(closedByUs.await(60, TimeUnit.SECONDS));
                house.handler.drained().toCompletableFuture().get(60, TimeUnit.SECONDS);
                assertTrue(client.readUntil("\r\n\r\n").startsWith("HTTP/1.1 200 "));
            }
            assertTrue(log.says("took nothing of the answer for 200 ms"));
        }
    }

    @Test
    void aClientThatTakesNothingOfACompleteAnswerIsGivenUpToo() throws Exception {
        int size = 4_000_000;
        house(unix(peer -> {
            peer.variables();
            peer.write("Content-Length: " + size + "\n\n" + "x".repeat(size));
        }).address, "write.timeout.ms", 200L);
        try (House.Client client = house.send(House.get())) {
            client.end();
            client.readUntil("\r\n\r\n");
            house.handler.drained().toCompletableFuture().get(60, TimeUnit.SECONDS);
            assertTrue(client.readAll().length() < size);
        }
    }
}
