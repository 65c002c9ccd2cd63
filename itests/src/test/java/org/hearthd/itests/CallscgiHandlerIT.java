package org.hearthd.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.util.Map;
import org.junit.After;
import org.junit.Before;
import org.junit.Test;

/** {@code bin/callscgi} as a persistent handler: from the HTTP front through the process and over its response sockets to a server. */
public class CallscgiHandlerIT extends WithHearth {
    private static final int PIECES = 100;
    private static final String PIECE = "0123456789\u00e9".repeat(1000);
    private ScriptedScgi server;

    @Before
    public void start() throws Exception {
        server = ScriptedScgi.start(dir.resolve("s"), CallscgiHandlerIT::serve);
        HearthProcess.home(home, "org.hearthd.process-c.cfg", "command = '" + HearthProcess.DIST.resolve("bin/callscgi")
                + "' -u '" + dir.resolve("s") + "'\nenvironment = 'JAVA_HOME=" + System.getProperty("java.home") + "' 'HOME="
                + dir
                + "' 'TMPDIR=" + dir + "'\n");
        hearth = HearthProcess.ready(home);
        hearth.configure("org.hearthd.route-c.cfg", "path = /c\nhandler = c\n");
        hearth.awaitAnswer("/c/ok", 200, "ok");
    }

    @After
    public void stop() throws Exception {
        server.close();
    }

    private static void serve(ScriptedScgi.Call call) throws IOException {
        Map<String, String> variables = call.variables();
        switch (variables.get("PATH_INFO")) {
            case "/get" -> call.write("X-A: 1\nX-A: 2\n\n" + variables.get("REQUEST_METHOD") + " " + variables.get("REQUEST_URI")
                    + " " + variables.get("SCRIPT_NAME") + " " + variables.get("REMOTE_ADDR") + " " + variables.get("HTTP_X_B"));
            case "/post" -> call.write("X-Length: " + call.bodyLength() + "\n\n" + call.read(call.bodyLength()));
            case "/hints" -> call.write("Status: 103 Early Hints\nLink: </a>\n\nStatus: 201 Made\n\nlate");
            case "/nothing" -> call.write("Status: 204 No Content\nX-A: 1\n\n");
            default -> call.write("\nok");
        }
    }

    /** All on one connection: what follows shows that the framing of the answer before was right. */
    @Test
    public void requestsAndAnswersGoThroughAndTheClientsConnectionStays() throws Exception {
        try (KeepAlive client = new KeepAlive(hearth.url("/"))) {
            client.send("GET /c/get?q=%20 HTTP/1.1\r\nHost: h\r\nX-B: 1\r\nX-B: \u00e9\r\n\r\n");
            String got = client.answer();
            assertTrue(got, got.startsWith("HTTP/1.1 200 OK\n") && got.contains("X-A: 1\nX-A: 2\n"));
            assertTrue(got, got.endsWith("\n\nGET /c/get?q=%20 /c 127.0.0.1 1, \u00e9"));
            client.send("POST /c/post HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n");
            for (int i = 0; i < PIECES; i++) {
                client.send(Integer.toHexString(PIECE.length()) + "\r\n" + PIECE + "\r\n");
            }
            client.send("0\r\n\r\n");
            String head = client.head();
            assertTrue(head, head.contains("X-Length: " + PIECES * PIECE.length() + "\n"));
            assertTrue("the body comes back as it was sent", client.body(head).equals(PIECE.repeat(PIECES)));
            String late = client.get("/c/hints");
            assertTrue("no interim answer goes over a response socket: " + late, late.startsWith("HTTP/1.1 201 Made\n"));
            assertTrue(late, late.endsWith("\n\nlate"));
            String nothing = client.get("/c/nothing");
            assertTrue(nothing, nothing.startsWith("HTTP/1.1 204 No Content\n") && nothing.contains("X-A: 1\n"));
            assertTrue(nothing, nothing.endsWith("\n\n") && !nothing.contains("Content-Length") && !nothing.contains("chunked"));
            String last = client.get("/c/x");
            assertTrue(last, last.endsWith("\n\nok"));
        }
        hearth.signal("TERM");
        assertEquals(hearth.errors(), 0, hearth.awaitExit());
    }
}
