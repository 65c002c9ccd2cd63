package org.hearthd.scgi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.hearthd.Request;
import org.hearthd.transport.Await;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Request bodies of all kinds. */
class UploadTest extends ScgiContract {
    private static final int LARGE = 8_000_000;

    private final BlockingQueue<String> seen = new LinkedBlockingQueue<>();

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
            Await.until("a file", () -> openFiles() == 1);
            // it loses its name as soon as it is open
            Await.until("no name", () -> directory.resolve("bodies").toFile().list().length == 0);
            client.write(body.substring(5000));
            client.end();
            assertEquals("HTTP/1.1 200 OK\r\n\r\n" + body, client.readAll());
        }
        assertEquals(Integer.toString(body.length()), seen.take());
        Await.until("no file any more", () -> openFiles() == 0);
    }

    @Test
    void theFileIsClosedWhenTheServerHasTheBodyHoweverLateItAnswers() throws Exception {
        CountDownLatch answer = new CountDownLatch(1);
        serve(peer -> {
            peer.variables();
            peer.readAll();
            answer.await();
            peer.write("\ndone");
        }, "memory.body.bytes", 10);
        try (House.Client client = house.send(House.post())) {
            client.write("x".repeat(50_000));
            Await.until("a file", () -> openFiles() == 1);
            client.end();
            Await.until("no file any more", () -> openFiles() == 0);
            answer.countDown();
            assertEquals("HTTP/1.1 200 OK\r\n\r\ndone", client.readAll());
        }
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
            Await.until("a file", () -> openFiles() == 1);
            client.write("x".repeat(60_000));
            assertTrue(client.readUntil("\n").startsWith("HTTP/1.1 413 "));
        }
        Await.until("no file any more", () -> openFiles() == 0);
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
