package org.hearthd.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.After;
import org.junit.Before;
import org.junit.Test;

/** From the HTTP front through the SCGI handler to a server on a Unix socket and back, in the running distribution. */
public class ScgiIT extends WithHearth {
    private static final int LARGE = 20_000_000;

    private final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch gone = new CountDownLatch(1);
    private final CountDownLatch go = new CountDownLatch(1);
    private String address;
    private ScriptedScgi server;

    @Before
    public void start() throws Exception {
        hearth = HearthProcess.ready(home);
        address = dir.resolve("s").toString();
        hearth.configure("org.hearthd.scgi-blog.cfg", "path = /blog\nhalf.close = false\naddress = unix:" + address + "\n");
        hearth.awaitAnswer("/blog/", 503, "not available");
        hearth.awaitLog("scgi blog: server unix:.*: request .* GET /blog/: no such socket");
        server = ScriptedScgi.start(dir.resolve("s"), this::serve);
    }

    @After
    public void stop() throws Exception {
        server.close();
    }

    private void serve(ScriptedScgi.Call call) throws IOException, InterruptedException {
        Map<String, String> variables = call.variables();
        switch (variables.get("PATH_INFO")) {
            case "/short" -> call.write("Content-Length: 100\n\nshort");
            case "/echo" -> {
                // the JDK's client does not read before it has sent everything
                String body = call.read(call.bodyLength());
                call.write("X-Length: " + body.length() + "\n\n" + body);
            }
            case "/patience" -> {
                begun.countDown();
                go.await();
                call.write("\nlate");
            }
            case "/gone" -> {
                begun.countDown();
                call.awaitEnd();
                gone.countDown();
            }
            default -> call.write("Status: 201 Made\n\n" + variables.get("SCRIPT_NAME") + "|" + variables.get("PATH_INFO")
                    + "|" + variables.get("HTTP_X_A") + "|" + variables.get("REMOTE_ADDR"));
        }
    }

    private HttpRequest.Builder request(String path) throws Exception {
        return HttpRequest.newBuilder(URI.create(hearth.url(path)));
    }

    @Test
    public void aRequestIsAnsweredByTheServerAndOneCutShortIsBrokenForTheClient() throws Exception {
        HttpResponse<String> answer = client.send(request("/blog/a%20b").header("X-A", "1").header("X-A", "2").build(),
                BodyHandlers.ofString());
        assertEquals(201, answer.statusCode());
        assertEquals("/blog|/a b|1, 2|127.0.0.1", answer.body());
        assertThrows(IOException.class, () -> client.send(request("/blog/short").build(), BodyHandlers.ofString()));
        hearth.awaitLog("GET /blog/short: it closed the connection 95 bytes short of its Content-Length");
    }

    @Test
    public void bodiesOfKnownAndUnknownLengthComeBackWhole() throws Exception {
        String body = "0123456789".repeat(LARGE / 10);
        HttpResponse<String> known = client.send(request("/blog/echo").POST(BodyPublishers.ofString(body)).build(),
                BodyHandlers.ofString());
        assertEquals(Integer.toString(LARGE), known.headers().firstValue("X-Length").orElse(""));
        assertTrue(known.body().equals(body));
        HttpResponse<String> chunked = client.send(request("/blog/echo")
                .POST(BodyPublishers.fromPublisher(BodyPublishers.ofString(body))).build(), BodyHandlers.ofString());
        assertEquals(Integer.toString(LARGE), chunked.headers().firstValue("X-Length").orElse(""));
        assertTrue(chunked.body().equals(body));
    }

    @Test
    public void aClientThatHangsUpWhileTheServerThinksClosesTheServersConnection() throws Exception {
        URI url = URI.create(hearth.url("/blog/gone"));
        try (Socket socket = new Socket(url.getHost(), url.getPort())) {
            socket.getOutputStream().write("GET /blog/gone HTTP/1.1\r\nHost: h\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            assertTrue(begun.await(60, TimeUnit.SECONDS));
        }
        assertTrue(gone.await(60, TimeUnit.SECONDS));
    }

    @Test
    public void aChangedAddressIsUsedAtOnceAndABadOneIsRefusedByName() throws Exception {
        hearth.configure("org.hearthd.scgi-blog.cfg", "path = /blog\naddress = unix:relative\n");
        hearth.awaitLog("org\\.hearthd\\.scgi~blog: address unix:relative");
        hearth.awaitAnswer("/blog/x", 201, "/blog|/x");
        hearth.configure("org.hearthd.scgi-blog.cfg", "path = /other\naddress = unix:" + address + "\n");
        hearth.awaitAnswer("/other/x", 201, "/other|/x");
    }

    @Test
    public void aChangeThatNobodyElseSeesGivesRequestsInProgressNoDeadline() throws Exception {
        hearth.close();
        Files.writeString(home.resolve("config/org.hearthd.dispatch.cfg"), "drain.timeout.ms = 100\n");
        hearth = HearthProcess.ready(home);
        CompletableFuture<HttpResponse<String>> slow = client.sendAsync(request("/blog/patience").build(),
                BodyHandlers.ofString());
        assertTrue(begun.await(60, TimeUnit.SECONDS));
        hearth.configure("org.hearthd.scgi-blog.cfg",
                "path = /blog\nhalf.close = false\nvariables = HTTP_X_A=changed\naddress = unix:" + address + "\n");
        hearth.awaitAnswer("/blog/x", 201, "/blog|/x|changed|");
        assertThrows("it was ended", TimeoutException.class, () -> slow.get(1, TimeUnit.SECONDS));
        go.countDown();
        assertEquals("late", slow.get(60, TimeUnit.SECONDS).body());
    }

    @Test
    public void aDeletedFileHoldsUpNoOtherChangeAndItsRequestsFinish() throws Exception {
        hearth.configure("org.hearthd.scgi-slow.cfg",
                "path = /slow\nhalf.close = false\ndrain.timeout.ms = 3600000\naddress = unix:" + address + "\n");
        hearth.awaitAnswer("/slow/x", 201, "/slow|/x");
        CompletableFuture<HttpResponse<String>> slow = client.sendAsync(request("/slow/patience").build(),
                BodyHandlers.ofString());
        assertTrue(begun.await(60, TimeUnit.SECONDS));
        Files.delete(hearth.home.resolve("config/org.hearthd.scgi-slow.cfg"));
        hearth.configure("org.hearthd.scgi-next.cfg", "path = /next\naddress = unix:" + address + "\n");
        hearth.awaitAnswer("/next/x", 201, "/next|/x");
        hearth.awaitLog("handler slow is absent");
        assertFalse("it was not waited for", slow.isDone());
        go.countDown();
        assertEquals("late", slow.get(60, TimeUnit.SECONDS).body());
    }

    @Test
    public void keysOfANewFileThatContradictEachOtherAreReportedWithItsName() throws Exception {
        hearth.configure("org.hearthd.scgi-bad.cfg", "mode = anonymous\naddress = 4000\ncommand = x\n");
        hearth.awaitLog("/config/org\\.hearthd\\.scgi-bad\\.cfg: org\\.hearthd\\.scgi~bad: address is of no use");
        hearth.awaitLog("/config/org\\.hearthd\\.scgi-bad\\.cfg is refused; nothing is configured by it");
    }
}
