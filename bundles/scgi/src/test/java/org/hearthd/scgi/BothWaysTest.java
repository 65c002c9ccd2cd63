package org.hearthd.scgi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import org.hearthd.transport.Await;
import org.hearthd.transport.Logged;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Both directions at once: answers that overtake the body, and that neither way is faster than its reader. */
class BothWaysTest extends ScgiContract {
    private static final int LARGE = 8_000_000;

    /** Whether the client got rid of all is not asked: an answer may come before. */
    private static void ended(CompletableFuture<Void> sending) throws Exception {
        sending.handle((done, failure) -> failure).get(60, TimeUnit.SECONDS);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anAnswerBeforeTheEndOfTheUploadReachesTheClientWhole(boolean unix) throws Exception {
        String page = "\n" + "y".repeat(100_000);
        TestServer.Script early = peer -> {
            peer.variables();
            peer.write("Content-Length: 100000\n" + page);
        };
        house((unix ? unix(early) : tcp(early)).address);
        try (House.Client client = house.send(House.post("Content-Length", Integer.toString(LARGE)))) {
            CompletableFuture<Void> sending = client.sends("x".repeat(LARGE));
            String answer = client.readAll();
            assertTrue(answer.endsWith(page), () -> answer.length() + " bytes, " + sending);
            ended(sending);
        }
    }

    /** The server closes with the body unread, which resets the connection, while all buffers on the way to the client are full. */
    @ParameterizedTest
    @ValueSource(ints = {50_000, LARGE})
    void anAnswerWithoutALengthToABodyThatIsNotReadReachesASlowClientWhole(int upload) throws Exception {
        CompletableFuture<Integer> written = new CompletableFuture<>();
        serve(peer -> {
            peer.variables();
            peer.write("\n");
            written.complete(fill(peer.channel()));
        });
        try (House.Client client = house.send(House.post("Content-Length", Integer.toString(upload)))) {
            CompletableFuture<Void> sending = client.sends("x".repeat(upload));
            int size = written.get(60, TimeUnit.SECONDS);
            // long enough for the reset to be seen
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
            client.readUntil("\r\n\r\n");
            assertEquals(size, client.readAll().length());
            ended(sending);
        }
    }

    /** Writes until nothing has been taken for a while. */
    private static int fill(SocketChannel channel) throws IOException {
        channel.configureBlocking(false);
        int size = 0;
        for (int refused = 0; refused < 50; refused++) {
            int count = channel.write(ByteBuffer.allocate(10_000));
            if (count > 0) {
                size += count;
                refused = 0;
            } else {
                LockSupport.parkNanos(2_000_000);
            }
        }
        return size;
    }

    /** Over TCP a reset drops what the server has not sent yet: an answer without a length may lack its end. */
    @Test
    void aResetBehindARequestThatWasSentBreaksAnAnswerWithoutALengthOverTcp() throws Exception {
        CountDownLatch read = new CountDownLatch(1);
        try (Logged log = new Logged()) {
            house(tcp(peer -> {
                peer.body(peer.variables());
                peer.write("\nhi");
                read.await();
                peer.reset();
            }).address);
            try (House.Client client = house.send(House.post("Content-Length", "5"))) {
                client.write("hello");
                client.end();
                client.readUntil("hi");
                read.countDown();
                client.readAll();
                Await.until("it is reported", () -> log.says("the connection failed"));
            }
        }
    }

    /** An echo that answers while it still reads would deadlock if one way had to end before the other begins. */
    @Test
    void bothWaysGoAtOnceAndNeitherIsFasterThanItsReader() throws Exception {
        serve(peer -> {
            Map<String, String> variables = peer.variables();
            peer.write("\n");
            for (int left = Integer.parseInt(variables.get("CONTENT_LENGTH")); left > 0; left -= 1000) {
                peer.write(peer.read(1000));
            }
        });
        try (House.Client client = house.send(House.post("Content-Length", Integer.toString(LARGE)))) {
            CompletableFuture<Void> sending = client.sends("0123456789".repeat(LARGE / 10));
            assertEquals("HTTP/1.1 200 OK\r\n\r\n" + "0123456789".repeat(LARGE / 10), client.readAll());
            ended(sending);
        }
    }

    @Test
    void aClientThatDoesNotReadHoldsTheServerBackAndIsNotTheServersFault() throws Exception {
        CountDownLatch written = new CountDownLatch(1);
        serve(peer -> {
            peer.variables();
            peer.write("\n" + "z".repeat(4 * LARGE));
            written.countDown();
        }, "idle.timeout.ms", 200L);
        try (House.Client client = house.send(House.get())) {
            client.end();
            client.readUntil("\r\n\r\n");
            assertEquals(false, written.await(300, TimeUnit.MILLISECONDS), "32 MB are not kept in memory");
            assertEquals(4 * LARGE, client.readAll().length());
            assertTrue(written.await(60, TimeUnit.SECONDS));
        }
    }

    @Test
    void aServerThatDoesNotReadHoldsTheClientBack() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        serve(peer -> {
            Map<String, String> variables = peer.variables();
            go.await();
            peer.write("\n" + peer.body(variables).length());
        });
        try (House.Client client = house.send(House.post("Content-Length", Integer.toString(4 * LARGE)))) {
            CompletableFuture<Void> sending = client.sends("z".repeat(4 * LARGE));
            assertThrows(TimeoutException.class, () -> sending.get(300, TimeUnit.MILLISECONDS), "32 MB are not kept in memory");
            go.countDown();
            assertTrue(client.readAll().endsWith("\r\n\r\n" + 4 * LARGE));
            ended(sending);
        }
    }

    @Test
    void piecesAreFlushedAsTheyComeBothWays() throws Exception {
        serve(peer -> {
            peer.variables();
            peer.write("\n");
            for (int i = 0; i < 3; i++) {
                peer.write(peer.read(1));
            }
        });
        try (House.Client client = house.send(House.post("Content-Length", "3"))) {
            client.readUntil("\r\n\r\n");
            for (String piece : new String[] {"a", "b", "c"}) {
                client.write(piece);
                assertEquals(piece, client.readUntil(piece));
            }
            assertEquals("", client.readAll());
        }
    }

    @Test
    void aSlowUploadKeepsAnAnswerAliveThatHasBegun() throws Exception {
        serve(peer -> {
            Map<String, String> variables = peer.variables();
            peer.write("\n");
            peer.write(peer.body(variables));
        }, "idle.timeout.ms", 5000L);
        try (House.Client client = house.send(House.post("Content-Length", "26"))) {
            client.readUntil("\r\n\r\n");
            for (int i = 0; i < 26; i++) {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(200));
                client.write("x");
            }
            client.end();
            assertEquals("x".repeat(26), client.readAll());
        }
    }

    @Test
    void aServerThatTakesNoBodyAndAnswersNothingIs504() throws Exception {
        CountDownLatch done = new CountDownLatch(1);
        serve(peer -> {
            peer.variables();
            peer.channel().shutdownInput();
            done.await();
        }, "first.byte.timeout.ms", 50L, "body.timeout.ms", 5000L);
        try (House.Client client = house.send(House.post("Content-Length", "2000000"))) {
            CompletableFuture<Void> sending = client.sends("x".repeat(2_000_000));
            String answer = client.readAll();
            assertTrue(answer.startsWith("HTTP/1.1 504 "), answer);
            ended(sending);
        }
        done.countDown();
    }
}
