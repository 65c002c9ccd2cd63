package org.hearthd.http;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.hearthd.transport.OpenDescriptors;
import org.junit.jupiter.api.Test;

/** Taken response sockets, with a blocking peer that answers on them as an ashd handler does. */
class SocketRelayTest extends TakerContract {
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
            "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 2, 2\r\n\r\nab",
            "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\nab",
            "HTTP/1.1 101 Switching\r\n\r\n"}) {
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
                "HTTP/1.1 100 Continue\r\n\r\n"
                        + "HTTP/1.1 103 Early Hints\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\nLink: x\r\n\r\n"
                        + "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nz");
        Client.Answer early = client.get("/").answer();
        assertEquals(103, early.status());
        assertEquals(List.of("Link: x"), early.lines().subList(1, early.lines().size()));
        assertEquals("z", client.answer().text());
    }

    @Test
    void aHandlersOwnChunksAreFramedAnewForEachClient() throws Exception {
        peer(socket -> {
            socket.input().readAllBytes();
            for (char c : "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nT: u\r\n\r\n"
                    .toCharArray()) {
                write(socket, "" + c);
            }
            socket.input().read();
        });
        Client.Answer answer = client.get("/").answer();
        assertEquals("abcde", answer.text());
        assertEquals(1, answer.count("Transfer-Encoding"));
        assertEquals("abcde", client.get("/").answer().text());
        assertNull(client.send("HEAD / HTTP/1.1\r\nHost: h\r\n\r\n").answer(true).header("Content-Length"));
        Client.Answer old = client.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").answer();
        assertNull(old.header("Transfer-Encoding"));
        assertEquals("close", old.header("Connection"));
        assertEquals("abcde", old.text());
    }

    @Test
    void chunksThatAreCutShortOrMalformedNeverLookComplete() throws Exception {
        for (String chunks : new String[] {"3\r\nabc\r\n", "3\r\nabc\r\n0\r\n", "3\r\nabcd\r\n0\r\n\r\n", "3\nabc\r\n0\r\n\r\n",
            ""}) {
            answerWith("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks);
            try (Client one = front.connect(); Client old = front.connect()) {
                assertThrows(IOException.class, () -> one.get("/").answer(), chunks);
                assertThrows(IOException.class, () -> old.send("GET / HTTP/1.0\r\n\r\n").answer(), chunks);
            }
        }
    }

    @Test
    void aBodilessAnswerHasNoBodyAndNoLengthThatIsMeantForOthers() throws Exception {
        answerWith("HTTP/1.1 304 Not Modified\r\nContent-Length: 0\r\nETag: e\r\n\r\nbody");
        Client.Answer unchanged = client.get("/").answer();
        assertEquals("e", unchanged.header("ETag"));
        assertNull(unchanged.header("Content-Length"));
        assertNull(unchanged.header("Transfer-Encoding"));
        answerWith("HTTP/1.1 304 Not Modified\r\nContent-Length: 17\r\n\r\n");
        assertEquals("17", client.get("/").answer().header("Content-Length"));
        answerWith("HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\nbody");
        Client.Answer none = client.get("/").answer();
        assertNull(none.header("Content-Length"));
        assertNull(none.header("Transfer-Encoding"));
        answerWith("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nz");
        assertEquals("z", client.get("/").answer().text());
    }

    /** Reads one byte of an upload, answers, and closes: what it has not read resets the socket. */
    private void resetAfter(String answer) {
        peer(socket -> {
            socket.input().read();
            write(socket, answer);
        });
    }

    private Client upload() throws IOException {
        Client uploader = front.connect();
        uploader.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\n").send(new byte[100_000]);
        return uploader;
    }

    @Test
    void aSocketThatIsResetBreaksAnAnswerThatDoesNotSayItsLength() throws Exception {
        resetAfter("HTTP/1.1 200 OK\r\n\r\npart");
        try (Client reset = upload()) {
            assertThrows(IOException.class, reset::answer);
        }
        resetAfter("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfull");
        try (Client whole = upload()) {
            assertEquals("full", whole.answer().text());
        }
        resetAfter("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nfull\r\n0\r\n\r\n");
        try (Client whole = upload()) {
            assertEquals("full", whole.answer().text());
        }
    }

    @Test
    void aBadBodyOfATakenSocketGets400AndTheSocketIsClosed() throws Exception {
        CompletableFuture<Integer> got = new CompletableFuture<>();
        peer(socket -> {
            got.complete(socket.input().readAllBytes().length);
            write(socket, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        });
        client.send("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nnonsense\r\n");
        assertEquals(400, client.answer().status());
        assertEquals(3, got.get(60, TimeUnit.SECONDS));
        assertTrue(client.atEnd());
        CountDownLatch begun = new CountDownLatch(1);
        peer(socket -> {
            write(socket, "HTTP/1.1 200 OK\r\n\r\n" + (char) socket.input().read());
            begun.countDown();
            socket.input().readAllBytes();
        });
        try (Client other = front.connect()) {
            other.send("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
            assertTrue(begun.await(60, TimeUnit.SECONDS));
            assertEquals("HTTP/1.1 200 OK", other.line());
            other.send("nonsense\r\n");
            assertThrows(IOException.class, () -> other.in.readAllBytes());
        }
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
        assertTrue(ended.get(60, TimeUnit.SECONDS));
    }

    @Test
    void descriptorsAreAsManyAfterAsBefore() throws Exception {
        answerWith("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nz");
        client.get("/").answer();
        Set<String> before = OpenDescriptors.list();
        for (int i = 0; i < 50; i++) {
            assertEquals("z", client.get("/").answer().text());
        }
        OpenDescriptors.assertNothingNew(before);
    }
}
