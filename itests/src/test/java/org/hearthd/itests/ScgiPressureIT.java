package org.hearthd.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.After;
import org.junit.Before;
import org.junit.Test;

/**
 * Both directions at once between a client of the HTTP front and an SCGI server: answers that overtake the upload, and neither way faster
 * than its reader, in a runtime that has less memory than is sent.
 */
public class ScgiPressureIT extends WithHearth {
    private static final String PIECE = "x".repeat(1 << 16);
    private static final int LARGE = 128 << 20;
    /** More than all sockets on the way keep, less than what is sent. */
    private static final int ON_THE_WAY = 32 << 20;
    /** Polls of 5 ms in which nothing moves. */
    private static final int STILL = 100;
    /** More than there are event loops. */
    private static final int OTHERS = 8;

    private final AtomicLong moved = new AtomicLong();
    private final Semaphore go = new Semaphore(0);
    private ScriptedScgi server;

    @Before
    public void start() throws Exception {
        server = ScriptedScgi.start(dir.resolve("s"), this::serve);
        HearthProcess.home(home, "org.hearthd.scgi-p.cfg", "path = /p\naddress = unix:" + dir.resolve("s") + "\n");
        Files.writeString(home.resolve("config/org.hearthd.scgi-short.cfg"),
                "path = /short\nmax.body.bytes = 1000000\naddress = unix:" + dir.resolve("s") + "\n");
        ProcessBuilder builder = HearthProcess.command("run", "--port", "0", "--home", home.toString());
        builder.environment().put("HEARTH_OPTS", "-Xmx64m -XX:+ExitOnOutOfMemoryError");
        hearth = HearthProcess.start(home, builder);
        hearth.awaitUrl();
        hearth.awaitAnswer("/p/ok", 200, "ok");
    }

    @After
    public void stop() throws Exception {
        server.close();
    }

    private void serve(ScriptedScgi.Call call) throws IOException, InterruptedException {
        switch (call.variables().get("PATH_INFO")) {
            // these two close with the body unread
            case "/early" -> call.write("\nearly");
            case "/early-length" -> call.write("Content-Length: 5\n\nearly");
            case "/begun" -> {
                call.write("\nbegun ");
                call.write(Integer.toString(call.drain()));
            }
            case "/echo" -> {
                call.write("\n");
                for (int left = call.bodyLength(); left > 0; left -= PIECE.length()) {
                    call.write(call.read(PIECE.length()));
                }
            }
            case "/flood" -> {
                call.write("Content-Length: " + LARGE + "\n\n");
                for (int left = LARGE; left > 0; left -= PIECE.length()) {
                    call.write(PIECE);
                    moved.addAndGet(PIECE.length());
                }
            }
            case "/sink" -> {
                go.acquire();
                call.write("\n" + call.drain());
            }
            default -> call.write("\nok");
        }
    }

    private KeepAlive client() throws IOException {
        return new KeepAlive(hearth.url("/"));
    }

    private static String post(String path, String length) {
        return "POST " + path + " HTTP/1.1\r\nHost: h\r\n" + length + "\r\n\r\n";
    }

    /** Sends pieces, framed or not, in the background, and counts what was taken. */
    private CompletableFuture<Void> sends(KeepAlive client, String before, String after, int bytes) {
        return CompletableFuture.runAsync(() -> {
            try {
                for (int left = bytes; left > 0; left -= PIECE.length()) {
                    client.send(before + PIECE + after);
                    moved.addAndGet(PIECE.length());
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }, task -> new Thread(task).start());
    }

    private static void finish(CompletableFuture<Void> sending) throws Exception {
        sending.get(60, TimeUnit.SECONDS);
    }

    /** How much has moved when nothing moves any more. */
    private long stalled() throws Exception {
        long[] seen = {-1, 0};
        Await.until("nothing moves", () -> {
            long now = moved.get();
            seen[1] = now == seen[0] && now > 0 ? seen[1] + 1 : 0;
            seen[0] = now;
            return seen[1] == STILL;
        });
        return seen[0];
    }

    private void assertOthersAreServed() throws Exception {
        for (int i = 0; i < OTHERS; i++) {
            try (KeepAlive other = client()) {
                assertTrue(other.get("/p/ok").endsWith("ok"));
            }
        }
    }

    /** The sizes of the temporary files without a name that the runtime has open and has written to. */
    private List<Long> kept() throws IOException {
        try (Stream<Path> open = Files.list(Path.of("/proc", Long.toString(hearth.process.pid()), "fd"))) {
            return open.filter(fd -> target(fd).startsWith(home.toString()) && target(fd).endsWith(" (deleted)"))
                    .map(ScgiPressureIT::size).filter(size -> size > 0).toList();
        }
    }

    private static String target(Path fd) {
        try {
            return Files.readSymbolicLink(fd).toString();
        } catch (IOException e) {
            return "closed meanwhile";
        }
    }

    private static long size(Path fd) {
        try {
            return Files.size(fd);
        } catch (IOException e) {
            // closed meanwhile
            return 0;
        }
    }

    @Test
    public void anAnswerBeforeTheEndOfItsUploadIsWholeAndTheConnectionStaysIfLittleIsLeft() throws Exception {
        int upload = 128 * PIECE.length();
        for (String path : List.of("/p/early", "/p/early-length")) {
            try (KeepAlive client = client()) {
                client.send(post(path, "Content-Length: " + PIECE.length()));
                String answer = client.answer();
                assertTrue(answer, answer.startsWith("HTTP/1.1 200 ") && answer.endsWith("early"));
                assertFalse(answer, answer.contains("Connection: close"));
                client.send(PIECE);
                assertTrue(client.get("/p/ok").endsWith("ok"));
            }
            try (KeepAlive client = client()) {
                client.send(post(path, "Content-Length: " + upload));
                CompletableFuture<Void> sending = sends(client, "", "", upload);
                String answer = client.answer();
                assertTrue(answer, answer.startsWith("HTTP/1.1 200 ") && answer.endsWith("early"));
                assertEquals("", client.rest());
                finish(sending);
            }
        }
    }

    @Test
    public void anAnswerGoesAlongWithItsUpload() throws Exception {
        int pieces = 128;
        int upload = pieces * PIECE.length();
        try (KeepAlive client = client()) {
            client.send(post("/p/begun", "Content-Length: " + PIECE.length()));
            String head = client.head();
            assertTrue(head, head.startsWith("HTTP/1.1 200 "));
            client.send(PIECE);
            assertEquals("begun " + PIECE.length(), client.body(head));
            client.send(post("/p/echo", "Content-Length: " + upload));
            CompletableFuture<Void> sending = sends(client, "", "", upload);
            assertTrue(client.body(client.head()).equals(PIECE.repeat(pieces)));
            finish(sending);
            assertTrue(client.get("/p/ok").endsWith("ok"));
        }
    }

    @Test
    public void aClientThatDoesNotReadHoldsTheServerBackAndNobodyElse() throws Exception {
        try (KeepAlive client = client()) {
            client.send("GET /p/flood HTTP/1.1\r\nHost: h\r\n\r\n");
            String head = client.head();
            assertTrue(head, head.contains("Content-Length: " + LARGE + "\n"));
            long taken = stalled();
            assertTrue(taken + " bytes", taken < ON_THE_WAY);
            assertOthersAreServed();
            assertTrue(moved + " bytes: it is still held back", moved.get() < ON_THE_WAY);
            assertEquals(List.of(), kept());
            client.skip(LARGE);
            assertTrue(client.get("/p/ok").endsWith("ok"));
        }
    }

    @Test
    public void aServerThatDoesNotReadHoldsTheClientBackAndNobodyElse() throws Exception {
        try (KeepAlive client = client()) {
            client.send(post("/p/sink", "Content-Length: " + LARGE));
            CompletableFuture<Void> sending = sends(client, "", "", LARGE);
            long taken = stalled();
            assertTrue(taken + " bytes", taken < ON_THE_WAY);
            assertOthersAreServed();
            assertTrue(moved + " bytes: it is still held back", moved.get() < ON_THE_WAY);
            assertEquals("a body of known length is kept nowhere", List.of(), kept());
            go.release();
            assertTrue(client.answer().endsWith("\n\n" + LARGE));
            finish(sending);
            assertTrue(client.get("/p/ok").endsWith("ok"));
        }
    }

    @Test
    public void aBodyOfUnknownLengthIsInAFileUntilTheServerHasIt() throws Exception {
        try (KeepAlive client = client()) {
            client.send(post("/p/sink", "Transfer-Encoding: chunked"));
            finish(sends(client, Integer.toHexString(PIECE.length()) + "\r\n", "\r\n", LARGE));
            client.send("0\r\n\r\n");
            Await.until("it is kept, " + kept(), () -> kept().equals(List.of((long) LARGE)));
            assertOthersAreServed();
            go.release();
            assertTrue(client.answer().endsWith("\n\n" + LARGE));
            Await.until("the file is gone, " + kept(), () -> kept().isEmpty());
            assertTrue(client.get("/p/ok").endsWith("ok"));
        }
    }

    @Test
    public void aBodyThatIsTooLongIsRefusedWhileItIsSent() throws Exception {
        int upload = 128 * PIECE.length();
        for (boolean chunked : new boolean[] {true, false}) {
            try (KeepAlive client = client()) {
                client.send(post("/short/sink", chunked ? "Transfer-Encoding: chunked" : "Content-Length: " + upload));
                CompletableFuture<Void> sending = chunked
                        ? sends(client, Integer.toHexString(PIECE.length()) + "\r\n", "\r\n", upload)
                        : sends(client, "", "", upload);
                String answer = client.answer();
                assertTrue(answer, answer.startsWith("HTTP/1.1 413 "));
                assertEquals("", client.rest());
                finish(sending);
                Await.until("nothing is kept of it", () -> kept().isEmpty());
            }
        }
    }
}
