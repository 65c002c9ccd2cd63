package org.hearthd.scgi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.hearthd.Request;
import org.hearthd.transport.Logged;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Request bodies of all kinds, and both directions at once. */
class UploadTest extends ScgiContract {
    private static final int LARGE = 8_000_000;

    private final BlockingQueue<String> seen = new LinkedBlockingQueue<>();

    private void serve(TestServer.Script script, Object... keys) throws IOException {
        house(unix(script).address, keys);
    }

    /** Answers with what it was sent, up to the end of the connection's input. */
    private void echo(TestServer.Peer peer) throws IOException {
        Map<String, String> variables = peer.variables();
        seen.add(variables.get("CONTENT_LENGTH"));
        String body = peer.readAll();
        peer.write("\n" + body);
    }

    private String post(String body, String... headers) throws IOException {
        try (House.Client client = house.send(House.post(headers))) {
            client.write(body);
            client.end();
            return client.readAll();
        }
    }

    @Test
    void aBodyOfKnownLengthGoesThroughAndItsEndIsSeen() throws Exception {
        serve(this::echo);
        assertEquals("HTTP/1.1 200 OK\r\n\r\nhello", post("hello", "Content-Length", "5"));
        assertEquals("5", seen.take());
    }

    @Test
    void bytesBeyondTheAnnouncedLengthAreNotPassedOn() throws Exception {
        serve(this::echo);
        assertEquals("HTTP/1.1 200 OK\r\n\r\nhel", post("hello", "Content-Length", "3"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"Transfer-Encoding: chunked", "Content-Length: 3x", "Content-Length: ", "X: y"})
    void aBodyOfUnknownLengthIsCountedFirst(String header) throws Exception {
        serve(this::echo);
        String[] parts = header.split(": ?", 2);
        assertEquals("HTTP/1.1 200 OK\r\n\r\nhello", post("hello", parts[0], parts[1]));
        assertEquals("5", seen.take());
    }

    @Test
    void aLargeBodyOfUnknownLengthIsKeptInAFileWithoutAName() throws Exception {
        serve(this::echo, "memory.body.bytes", 1000);
        StringBuilder body = new StringBuilder();
        for (int i = 0; body.length() < LARGE; i++) {
            body.append(i).append(' ');
        }
        try (House.Client client = house.send(House.post())) {
            client.write(body.substring(0, 5000));
            House.await("a file", () -> openFiles() == 1);
            assertEquals(0, directory.resolve("bodies").toFile().list().length);
            client.write(body.substring(5000));
            client.end();
            assertEquals("HTTP/1.1 200 OK\r\n\r\n" + body, client.readAll());
        }
        assertEquals(Integer.toString(body.length()), seen.take());
        House.await("no file any more", () -> openFiles() == 0);
    }

    private long openFiles() {
        try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
            return all.filter(fd -> {
                try {
                    return Files.readSymbolicLink(fd).toString().startsWith(directory.resolve("bodies").toString());
                } catch (IOException e) {
                    return false;
                }
            }).count();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aClientThatLeavesWhileItsBodyIsKeptLeavesNoFile() throws Exception {
        serve(this::echo, "memory.body.bytes", 10, "max.body.bytes", 100_000L);
        try (House.Client client = house.send(House.post())) {
            client.write("x".repeat(50_000));
            House.await("a file", () -> openFiles() == 1);
            client.write("x".repeat(60_000));
            assertTrue(client.readUntil("\n").startsWith("HTTP/1.1 413 "));
        }
        House.await("no file any more", () -> openFiles() == 0);
    }

    @Test
    void aBodyIsReadToItsEndFirstWhereThisIsConfigured() throws Exception {
        serve(this::echo, "buffer.body", true);
        try (House.Client client = house.send(House.post("Content-Length", "10"))) {
            client.write("hello");
            assertEquals(null, seen.poll(100, TimeUnit.MILLISECONDS));
            client.write("world");
            client.end();
            assertTrue(client.readAll().endsWith("helloworld"));
        }
    }

    @Test
    void anAnnouncedBodyThatIsTooLongIs413() throws Exception {
        serve(this::echo, "max.body.bytes", 10L);
        assertTrue(post("", "Content-Length", "11").startsWith("HTTP/1.1 413 "));
    }

    @Test
    void aBodyCutShortIs400AndTheServersConnectionIsClosed() throws Exception {
        CountDownLatch closed = new CountDownLatch(1);
        serve(peer -> {
            try {
                peer.body(peer.variables());
            } catch (IOException e) {
                closed.countDown();
            }
        });
        assertTrue(post("hello", "Content-Length", "9").startsWith("HTTP/1.1 400 "));
        assertTrue(closed.await(60, TimeUnit.SECONDS));
    }

    @Test
    void aBodyThatStopsIs408() throws Exception {
        serve(this::echo, "body.timeout.ms", 50L);
        try (House.Client client = house.send(House.post("Content-Length", "9"))) {
            client.write("hello");
            assertTrue(client.readAll().startsWith("HTTP/1.1 408 "));
        }
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
            Thread sender = sender(client, LARGE);
            String answer = client.readAll();
            assertTrue(answer.endsWith(page), () -> answer.length() + " bytes, sender: " + seen);
            sender.join();
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
            Thread sender = sender(client, upload);
            int size = written.get(60, TimeUnit.SECONDS);
            // long enough for the reset to be seen
            assertEquals(null, seen.poll(100, TimeUnit.MILLISECONDS));
            client.readUntil("\r\n\r\n");
            assertEquals(size, client.readAll().length());
            sender.join();
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

    private Thread sender(House.Client client, int size) {
        Thread sender = new Thread(() -> {
            try {
                client.write("x".repeat(size));
                client.end();
            } catch (IOException e) {
                seen.add(e.toString());
            }
        });
        sender.start();
        return sender;
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
                House.await("it is reported", () -> log.says("the connection failed"));
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
            Thread sender = new Thread(() -> {
                try {
                    client.write("0123456789".repeat(LARGE / 10));
                    client.end();
                } catch (IOException e) {
                    seen.add(e.toString());
                }
            });
            sender.start();
            assertEquals("HTTP/1.1 200 OK\r\n\r\n" + "0123456789".repeat(LARGE / 10), client.readAll());
            sender.join();
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
        CountDownLatch sent = new CountDownLatch(1);
        serve(peer -> {
            Map<String, String> variables = peer.variables();
            go.await();
            peer.write("\n" + peer.body(variables).length());
        });
        try (House.Client client = house.send(House.post("Content-Length", Integer.toString(4 * LARGE)))) {
            Thread sender = new Thread(() -> {
                try {
                    client.write("z".repeat(4 * LARGE));
                    sent.countDown();
                } catch (IOException e) {
                    seen.add(e.toString());
                }
            });
            sender.start();
            assertEquals(false, sent.await(300, TimeUnit.MILLISECONDS), "32 MB are not kept in memory");
            go.countDown();
            assertTrue(client.readAll().endsWith("\r\n\r\n" + 4 * LARGE));
            sender.join();
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
        }, "idle.timeout.ms", 2000L);
        try (House.Client client = house.send(House.post("Content-Length", "25"))) {
            client.readUntil("\r\n\r\n");
            for (int i = 0; i < 25; i++) {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
                client.write("x");
            }
            client.end();
            assertEquals("x".repeat(25), client.readAll());
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
            Thread sender = sender(client, 2_000_000);
            String answer = client.readAll();
            assertTrue(answer.startsWith("HTTP/1.1 504 "), answer);
            sender.join();
        }
        done.countDown();
    }

    @Test
    void thousandsOfTinyPiecesDoNotNest() throws Exception {
        serve(this::echo);
        Request request = House.post();
        try (House.Client client = house.send(request)) {
            for (int i = 0; i < 5000; i++) {
                client.write("x");
            }
            client.end();
            assertEquals("HTTP/1.1 200 OK\r\n\r\n" + "x".repeat(5000), client.readAll());
        }
    }
}
