package org.hearthd.itests;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;

import java.io.ByteArrayInputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.Random;
import org.junit.After;
import org.junit.Before;
import org.junit.Test;

/** The HTTP front with {@code bin/htpipe} as its handler, which has a server started in the background, which has a child. */
public class PipelineIT extends InDirectory {
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
}
