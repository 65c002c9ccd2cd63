package org.hearthd.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.nio.file.Files;
import java.util.List;
import org.hearthd.transport.StreamConnection;
import org.junit.Test;

/** {@code bin/htpipe} with children in Python and in C, and with more than a short test can move. */
public class HtpipePeerIT extends InDirectory {
    private static final String CHILD = """
            import array, socket, sys
            requests = socket.socket(fileno=0)
            while True:
                data, ancillary, flags, address = requests.recvmsg(65536, socket.CMSG_SPACE(4))
                if not data:
                    break
                answer = socket.socket(fileno=array.array("i", ancillary[0][2])[0])
                size = 0
                while True:
                    part = answer.recv(65536)
                    if not part:
                        break
                    size += len(part)
                answer.sendall(b"HTTP/1.1 200 OK\\r\\n\\r\\nPython read %d\\n" % size)
                answer.close()
            """;

    @Test
    public void aChildInPythonReadsBodies() throws Exception {
        Files.writeString(dir.resolve("child.py"), CHILD);
        ProcessBuilder server = Htpipe.command(dir, List.of("python3", "child.py"), "-S", "s");
        try (Htpipe htpipe = Htpipe.listening(dir, server, "s");
                AshdParent client = AshdParent.start(dir, Htpipe.command(dir, List.of(), "-C", "s"))) {
            assertTrue(client.get("a").endsWith("Python read 0\n"));
            try (StreamConnection upload = client.send("POST", "b")) {
                upload.output().write(new byte[5_000_000]);
                upload.shutdownOutput();
                assertTrue(htpipe.errors(), AshdParent.answer(upload).endsWith("Python read 5000000\n"));
            }
        }
    }

    @Test
    public void aChildInCReadsBodies() throws Exception {
        List<String> child = List.of(ForeignHandlerPeerIT.compiled(dir).toString());
        try (Htpipe server = Htpipe.listening(dir, Htpipe.command(dir, child, "-S", "s"), "s");
                AshdParent client = AshdParent.start(dir, Htpipe.command(dir, List.of(), "-C", "s"))) {
            assertEquals("HTTP/1.1 200 OK\r\n\r\nc a 0", client.get("a"));
            try (StreamConnection upload = client.send("POST", "b")) {
                upload.output().write(new byte[5_000_000]);
                upload.shutdownOutput();
                assertEquals(server.errors(), "HTTP/1.1 200 OK\r\n\r\nc b 5000000", AshdParent.answer(upload));
            }
            client.end();
            assertEquals(client.errors(), 0, client.awaitExit());
            server.signal("TERM");
            assertEquals(server.errors(), 0, server.awaitExit());
        }
    }

    @Test
    public void aGibibyteGoesThroughBothWays() throws Exception {
        try (Htpipe server = Htpipe.server(dir, "s");
                AshdParent client = AshdParent.start(dir, Htpipe.command(dir, List.of(), "-C", "s"))) {
            assertEquals(server.errors(), 1L << 30, client.echo(1L << 30));
        }
    }
}
