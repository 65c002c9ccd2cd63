package org.hearthd.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.After;
import org.junit.Before;
import org.junit.Test;

/** SCGI servers behind the HTTP front that are silent or stop, and clients of it that stop or leave: who is told what, and what is left. */
public class ScgiGivingUpIT extends WithHearth {
    private static final String PIECE = "x".repeat(100_000);
    private static final int ROUNDS = 20;

    private final Semaphore begun = new Semaphore(0);
    /** The server has seen the end of its connection. */
    private final Semaphore ended = new Semaphore(0);
    /** The client has its answer. */
    private final Semaphore answered = new Semaphore(0);
    private ScriptedScgi server;

    /** One handler gives up soon, the other never. */
    @Before
    public void start() throws Exception {
        server = ScriptedScgi.start(dir.resolve("s"), this::serve);
        HearthProcess.home(home, "org.hearthd.http-main.cfg", "address = 127.0.0.1:0\nwrite.timeout.ms = 500\n");
        String common = "half.close = false\naddress = unix:" + dir.resolve("s") + "\n";
        Files.writeString(home.resolve("config/org.hearthd.scgi-soon.cfg"), common + "path = /soon\n"
                + "first.byte.timeout.ms = 4000\nidle.timeout.ms = 4000\nsend.timeout.ms = 4000\nbody.timeout.ms = 4000\n");
        Files.writeString(home.resolve("config/org.hearthd.scgi-never.cfg"), common + "path = /never\n"
                + "first.byte.timeout.ms = 3600000\nidle.timeout.ms = 3600000\nsend.timeout.ms = 3600000\n"
                + "body.timeout.ms = 3600000\n");
        hearth = HearthProcess.ready(home);
        for (String path : List.of("/soon/ok", "/never/ok")) {
            hearth.awaitAnswer(path, 200, "ok");
        }
    }

    @After
    public void stop() throws Exception {
        server.close();
    }

    private void serve(ScriptedScgi.Call call) throws IOException, InterruptedException {
        switch (call.variables().get("PATH_INFO")) {
            case "/silent" -> untilTheEnd(call, "", ScriptedScgi.Call::awaitEnd);
            case "/head-stops" -> untilTheEnd(call, "Content-", ScriptedScgi.Call::awaitEnd);
            case "/stops" -> untilTheEnd(call, "\nhi", ScriptedScgi.Call::awaitEnd);
            case "/stops-short" -> untilTheEnd(call, "Content-Length: 9\n\nhi", ScriptedScgi.Call::awaitEnd);
            case "/upload" -> untilTheEnd(call, "", ScriptedScgi.Call::drain);
            case "/unread" -> untilTheEnd(call, "", taker -> {
                await(answered);
                flood(taker);
            });
            case "/flood" -> untilTheEnd(call, "\n", ScgiGivingUpIT::flood);
            default -> call.write("\nok");
        }
    }

    private void untilTheEnd(ScriptedScgi.Call call, String beginning, ScriptedScgi.Script then)
            throws IOException, InterruptedException {
        try {
            call.write(beginning);
            begun.release();
            then.serve(call);
        } finally {
            ended.release();
        }
    }

    private static void flood(ScriptedScgi.Call call) throws IOException {
        while (call.channel().isOpen()) {
            call.write(PIECE);
        }
    }

    private KeepAlive client() throws IOException {
        return new KeepAlive(hearth.url("/"));
    }

    private static String get(String path) {
        return "GET " + path + " HTTP/1.1\r\nHost: h\r\n\r\n";
    }

    private static String post(String path, int length) {
        return "POST " + path + " HTTP/1.1\r\nHost: h\r\nContent-Length: " + length + "\r\n\r\n";
    }

    private static void await(Semaphore event) throws InterruptedException {
        assertTrue(event.tryAcquire(60, TimeUnit.SECONDS));
    }

    @Test
    public void aServerThatSaysNothingOrHalfAHeadIs504AndTheClientsConnectionGoesOn() throws Exception {
        try (KeepAlive client = client()) {
            for (String path : List.of("/soon/silent", "/soon/head-stops")) {
                String answer = client.get(path);
                assertTrue(answer, answer.startsWith("HTTP/1.1 504 "));
                await(ended);
            }
            assertTrue(client.get("/soon/ok").endsWith("ok"));
        }
        hearth.awaitLog("GET /soon/silent: no answer within 4000 ms");
        hearth.awaitLog("GET /soon/head-stops: its answer stopped for 4000 ms");
    }

    @Test
    public void anAnswerThatStopsInItsBodyIsABrokenConnection() throws Exception {
        for (String path : List.of("/soon/stops", "/soon/stops-short")) {
            try (KeepAlive client = client()) {
                client.send(get(path));
                String head = client.head();
                assertTrue(head, head.startsWith("HTTP/1.1 200 "));
                String rest = client.rest();
                assertEquals(head.contains("chunked") ? "2\r\nhi\r\n(Connection reset)" : "hi(Connection reset)", rest);
                await(ended);
            }
        }
    }

    @Test
    public void aServerThatTakesNothingOfAnUploadIs504AndTheClientsConnectionIsClosed() throws Exception {
        try (KeepAlive client = client()) {
            int pieces = 100;
            client.send(post("/soon/unread", pieces * PIECE.length()));
            CompletableFuture<Void> sending = CompletableFuture.runAsync(() -> {
                try {
                    for (int i = 0; i < pieces; i++) {
                        client.send(PIECE);
                    }
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            }, task -> new Thread(task).start());
            String answer = client.answer();
            assertTrue(answer, answer.startsWith("HTTP/1.1 504 "));
            assertEquals("", client.rest());
            sending.get(60, TimeUnit.SECONDS);
            answered.release();
            await(ended);
        }
        hearth.awaitLog("POST /soon/unread: it took nothing of the request for 4000 ms");
    }

    @Test
    public void anUploadThatStopsIs408AndTheServersConnectionIsClosed() throws Exception {
        try (KeepAlive client = client()) {
            client.send(post("/soon/upload", 2 * PIECE.length()) + PIECE);
            String answer = client.answer();
            assertTrue(answer, answer.startsWith("HTTP/1.1 408 "));
            await(ended);
        }
    }

    @Test
    public void aClientThatTakesNothingIsCutOffAndTheServersConnectionIsClosed() throws Exception {
        try (KeepAlive client = client()) {
            client.send(get("/never/flood"));
            await(begun);
            await(ended);
            String rest = client.rest();
            assertFalse("it looks complete", rest.endsWith("\r\n0\r\n\r\n"));
        }
    }

    @Test
    public void clientsThatLeaveTakeTheServersConnectionsAndAllDescriptorsWithThem() throws Exception {
        long before = hearth.descriptors();
        for (int i = 0; i < ROUNDS; i++) {
            try (KeepAlive thinking = client(); KeepAlive upload = client(); KeepAlive answer = client()) {
                thinking.send(get("/never/silent"));
                upload.send(post("/never/upload", 2 * PIECE.length()) + PIECE);
                answer.send(get("/never/flood"));
                answer.head();
                for (int j = 0; j < 3; j++) {
                    await(begun);
                }
            }
            for (int j = 0; j < 3; j++) {
                await(ended);
            }
        }
        Await.until("as many descriptors as before, " + before, () -> hearth.descriptors() <= before);
        assertTrue(hearth.get("/never/ok").body().endsWith("ok"));
    }
}
