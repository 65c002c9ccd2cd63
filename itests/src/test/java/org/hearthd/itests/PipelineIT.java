package org.hearthd.itests;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.After;
import org.junit.Before;
import org.junit.Test;

/** The HTTP front with {@code bin/htpipe} as its handler, which has a server started in the background, which has a child. */
public class PipelineIT extends InDirectory {
    private static final int MEBIBYTES = 1024;
    private Path socket;

    @Before
    public void home() throws Exception {
        socket = dir.resolve("s");
        HearthProcess.home(home, "org.hearthd.process-pipe.cfg",
                "command = '" + HearthProcess.DIST.resolve("bin/htpipe") + "' '" + socket + "' '"
                        + String.join("' '", EchoHandler.command()) + "'\n");
    }

    @After
    public void endServer() throws Exception {
        Htpipe.endDetached(socket);
    }

    private HearthProcess front() throws Exception {
        HearthProcess front = HearthProcess.ready(home);
        front.configure("org.hearthd.route-pipe.cfg", "path = /pipe\nhandler = pipe\n");
        front.awaitAnswer("/pipe/x", 200, "x by ");
        return front;
    }

    @Test
    public void theFrontMayBeRestartedWhileTheChildGoesOn() throws Exception {
        String answer;
        try (HearthProcess front = front()) {
            answer = front.get("/pipe/x").body();
            front.signal("TERM");
            assertEquals(front.errors(), 0, front.awaitExit());
        }
        try (HearthProcess front = front()) {
            assertEquals(answer, front.get("/pipe/x").body());
        }
    }

    @Test
    public void chunkedBodiesGoThroughInBothDirections() throws Exception {
        byte[] sent = new byte[3_000_000];
        new Random(1).nextBytes(sent);
        try (HearthProcess front = front()) {
            HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
            HttpResponse<byte[]> echo = client.send(HttpRequest.newBuilder(URI.create(front.url("/pipe/echo")))
                    .POST(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(sent))).build(),
                    BodyHandlers.ofByteArray());
            assertEquals(200, echo.statusCode());
            assertEquals("chunked", echo.headers().firstValue("Transfer-Encoding").orElse(""));
            assertArrayEquals(sent, echo.body());
        }
    }

    /** More than any part of the way has memory for, and every octet is looked at. */
    @Test
    public void aGibibyteGoesThroughInBothDirections() throws Exception {
        byte[] piece = new byte[1 << 20];
        new Random(2).nextBytes(piece);
        try (HearthProcess front = front()) {
            URI url = URI.create(front.url("/pipe/echo"));
            try (Socket client = new Socket(url.getHost(), url.getPort())) {
                client.setSoTimeout(60_000);
                OutputStream out = client.getOutputStream();
                out.write(
                        ("POST /pipe/echo HTTP/1.0\r\nHost: h\r\nContent-Length: " + (long) MEBIBYTES * piece.length + "\r\n\r\n")
                                .getBytes(StandardCharsets.US_ASCII));
                CompletableFuture<Void> sending = CompletableFuture.runAsync(() -> send(out, piece),
                        task -> new Thread(task).start());
                InputStream in = client.getInputStream();
                String head = head(in);
                assertTrue(head, head.startsWith("HTTP/1.1 200 "));
                for (int i = 0; i < MEBIBYTES; i++) {
                    assertTrue("MiB " + i, Arrays.equals(piece, in.readNBytes(piece.length)));
                }
                assertEquals("nothing follows", -1, in.read());
                sending.get(60, TimeUnit.SECONDS);
            }
        }
    }

    private static void send(OutputStream out, byte[] piece) {
        try {
            for (int i = 0; i < MEBIBYTES; i++) {
                out.write(piece);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String head(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int octet = in.read();
            assertTrue("the connection ended after: " + head, octet >= 0);
            head.append((char) octet);
        }
        return head.toString();
    }
}
