package org.hearthd.http;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.locks.LockSupport;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.hearthd.transport.StreamConnection;
import org.hearthd.transport.junixsocket.JunixStreams;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Taken response sockets, with a blocking peer that answers on them as an ashd handler does. */
@Timeout(30)
class SocketRelayTest {
    private final JunixStreams streams = new JunixStreams();
    private TestFront front;
    private Client client;

    /** What happens at the other end. */
    private interface Peer {
        void serve(StreamConnection socket) throws Exception;
    }

    @BeforeEach
    void start() throws Exception {
        front = new TestFront();
        client = front.connect();
    }

    @AfterEach
    void stop() throws Exception {
        client.close();
        front.close();
    }

    private void peer(Peer peer) {
        front.handleBlocking(exchange -> {
            try (StreamConnection socket = streams.adopt(exchange.takeSocket())) {
                peer.serve(socket);
            }
        });
    }

    private void answerWith(String answer) {
        peer(socket -> {
            socket.input().readAllBytes();
            write(socket, answer);
        });
    }

    private static void write(StreamConnection socket, String text) throws IOException {
        socket.output().write(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    @Test
    void theAnswerIsFramedAnewAndXAshHeadersAreRemoved() throws Exception {
        answerWith("HTTP/1.0 201 Made It\nX-Ash-File: x\nA: b\n\nbody");
        Client.Answer answer = client.get("/").answer();
        assertEquals("HTTP/1.1 201 Made It", answer.lines().get(0));
        assertEquals("b", answer.header("A"));
        assertNull(answer.header("X-Ash-File"));
        assertEquals("chunked", answer.header("Transfer-Encoding"));
        assertEquals("body", answer.text());
        assertEquals("body", client.get("/").answer().text());
    }

    @Test
    void theBodyReachesTheSocketDecodedAndEndsWithAHalfClose() throws Exception {
        peer(socket -> {
            byte[] body = socket.input().readAllBytes();
            write(socket, "HTTP/1.1 200 OK\r\nContent-Length: " + body.length + "\r\n\r\n");
            socket.output().write(body);
        });
        client.send("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
        assertEquals("abcde", client.answer().text());
    }

    @Test
    void aMegabyteIsEchoedWhileItIsSent() throws Exception {
        peer(socket -> {
            write(socket, "HTTP/1.1 200 OK\r\n\r\n");
            InputStream in = socket.input();
            OutputStream out = socket.output();
            in.transferTo(out);
        });
        byte[] sent = new byte[4 * 1024 * 1024];
        new Random(3).nextBytes(sent);
        CompletableFuture<Void> sender = CompletableFuture.runAsync(() -> {
            try {
                client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: " + sent.length + "\r\n\r\n").send(sent);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        assertArrayEquals(sent, client.answer().body());
        sender.get();
        assertEquals(0, client.get("/").answer().body().length);
    }

    @Test
    void noHeadOrABadOneIsA502WithARequestId() throws Exception {
        for (String bad : new String[] {"", "HTTP/1.1 200", "nonsense\r\n\r\n", "HTTP/1.1 20 OK\r\n\r\n",
            "HTTP/1.1 200 OK\r\nx\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", "HTTP/1.1 101 Switching\r\n\r\n"}) {
            answerWith(bad);
            Client.Answer answer = client.get("/").answer();
            assertEquals(502, answer.status(), bad);
            assertNotNull(answer.header("X-Request-Id"));
        }
    }

    @Test
    void fewerBytesThanAnnouncedBreakTheConnection() throws Exception {
        answerWith("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort");
        assertThrows(IOException.class, () -> client.get("/").answer());
    }

    @Test
    void moreBytesThanAnnouncedAreDropped() throws Exception {
        answerWith("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbodyHTTP/1.1 200 OK\r\n\r\n");
        assertEquals("body", client.get("/").answer().text());
        assertEquals("body", client.get("/").answer().text());
    }

    @Test
    void interimAnswersPassAndContinueIsOurs() throws Exception {
        answerWith(
                "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nz");
        Client.Answer early = client.get("/").answer();
        assertEquals(103, early.status());
        assertEquals("x", early.header("Link"));
        assertEquals("z", client.answer().text());
    }

    @Test
    void aHandlersOwnChunksGoOutAsTheyAre() throws Exception {
        answerWith("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n");
        Client.Answer answer = client.get("/").answer();
        assertEquals("abc", answer.text());
        assertEquals(1, answer.count("Transfer-Encoding"));
        assertEquals("close", answer.header("Connection"));
        assertTrue(client.atEnd());
    }

    @Test
    void anEarlyAnswerToAnUnreadUploadIsNotLost() throws Exception {
        peer(socket -> write(socket, "HTTP/1.1 413 No\r\nContent-Length: 2\r\n\r\nno"));
        byte[] upload = new byte[4 * 1024 * 1024];
        client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: " + upload.length + "\r\n\r\n").send(upload);
        assertEquals(413, client.answer().status());
    }

    @Test
    void continueIsSentForATakenSocket() throws Exception {
        answerWith("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\n");
        assertEquals("HTTP/1.1 100 Continue", client.line());
        assertEquals("", client.line());
        assertEquals(200, client.send("x").answer().status());
    }

    @Test
    void aClientThatGoesAwayEndsTheSocket() throws Exception {
        CompletableFuture<Boolean> ended = new CompletableFuture<>();
        peer(socket -> {
            try {
                socket.input().readAllBytes();
                for (int i = 0; i < 100_000; i++) {
                    write(socket, i == 0 ? "HTTP/1.1 200 OK\r\n\r\n" : "x".repeat(1000));
                }
            } catch (IOException e) {
                ended.complete(true);
            }
        });
        client.get("/");
        client.in.read();
        client.close();
        assertTrue(ended.get(10, TimeUnit.SECONDS));
    }

    @Test
    void descriptorsAreAsManyAfterAsBefore() throws Exception {
        answerWith("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nz");
        client.get("/").answer();
        awaitDescriptors(-1);
        int before = new File("/proc/self/fd").list().length;
        for (int i = 0; i < 50; i++) {
            assertEquals("z", client.get("/").answer().text());
        }
        awaitDescriptors(before);
        assertEquals(before, new File("/proc/self/fd").list().length);
    }

    /** The peer's end is closed by its own thread a little after the answer. */
    private static void awaitDescriptors(int wanted) {
        long deadline = System.nanoTime() + (wanted < 0 ? 200_000_000L : 5_000_000_000L);
        while (System.nanoTime() < deadline && new File("/proc/self/fd").list().length != wanted) {
            LockSupport.parkNanos(10_000_000);
        }
    }
}
