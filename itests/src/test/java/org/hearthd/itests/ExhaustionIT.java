package org.hearthd.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.After;
import org.junit.Before;
import org.junit.Test;

/** A runtime that has no descriptor left. */
public class ExhaustionIT extends WithHearth {
    private static final int SPARE = 10;

    private final List<Socket> crowd = new ArrayList<>();

    @Before
    public void start() throws Exception {
        hearth = HearthProcess.ready(home);
        assertEquals(200, hearth.get("/hello").statusCode());
    }

    @After
    public void stop() throws Exception {
        disperse();
    }

    private void disperse() throws IOException {
        for (Socket socket : crowd) {
            socket.close();
        }
        crowd.clear();
    }

    private Socket connect() throws IOException {
        String[] address = hearth.url("").substring("http://".length()).split(":");
        Socket socket = new Socket(address[0], Integer.parseInt(address[1]));
        crowd.add(socket);
        return socket;
    }

    @Test
    public void clientsWaitWhileThereIsNoDescriptorAndAreServedWhenThereIsOneAgain() throws Exception {
        long before = hearth.descriptors();
        String limit = "--nofile=" + (before + SPARE) + ":";
        assertEquals(0, new ProcessBuilder("prlimit", "--pid", Long.toString(hearth.process.pid()), limit).inheritIO().start()
                .waitFor());
        for (int i = 0; i < 3 * SPARE; i++) {
            connect();
        }
        hearth.awaitLog("accepting on .* fails and is tried again .*Too many open files");
        try (Socket waiting = connect()) {
            crowd.remove(waiting);
            waiting.getOutputStream().write("GET /hello HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            waiting.setSoTimeout(500);
            assertThrows(SocketTimeoutException.class, () -> waiting.getInputStream().read());
            disperse();
            waiting.setSoTimeout(30_000);
            String answer = new String(waiting.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
            assertTrue(answer + hearth.errors(), answer.contains("Hello from hello 1.0.0"));
        }
        hearth.awaitAnswer("/hello", 200, "Hello");
        hearth.configure("org.hearthd.route-hi.cfg", "path = /hi\nhandler = hello\n");
        hearth.awaitAnswer("/hi", 200, "Hello");
        Await.until("no descriptor is lost", () -> hearth.descriptors() <= before + 1);
    }
}
