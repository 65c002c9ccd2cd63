package org.hearthd.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.hearthd.transport.StreamConnection;
import org.junit.Test;

/** A server of {@code bin/htpipe} that is told to end while its child has more than it can hold. */
public class HtpipeEndIT extends InDirectory {
    private static final int REQUESTS = 330;
    @Test
    public void everyRequestThatWasTakenIsAnsweredBeforeTheServerEnds() throws Exception {
        Path begin = dir.resolve("begin");
        List<String> child = List.of("sh", "-c", "until [ -e " + begin + " ]; do sleep 0.05; done; exec '"
                + String.join("' '", EchoHandler.command("serial")) + "'");
        List<StreamConnection> requests = new ArrayList<>();
        try (Htpipe server = Htpipe.listening(dir, Htpipe.command(dir, child, "-S", "s"), "s");
                AshdParent client = AshdParent.start(dir, Htpipe.command(dir, List.of(), "-C", "s"))) {
            long before = AshdParent.descriptors(server.process.pid());
            for (int i = 0; i < REQUESTS; i++) {
                StreamConnection request = client.send("GET", "r" + i);
                request.shutdownOutput();
                requests.add(request);
            }
            // those that the child's queue has no room for
            Await.until("requests that wait in the server",
                    () -> AshdParent.descriptors(server.process.pid()) >= before + 20);
            Files.createFile(begin);
            server.signal("TERM");
            for (int i = 0; i < REQUESTS; i++) {
                String answer = AshdParent.answer(requests.get(i));
                assertTrue("request " + i + ": " + answer + server.errors(), answer.startsWith("HTTP/1.1 200 "));
            }
            assertEquals(server.errors(), 0, server.awaitExit());
        } finally {
            requests.forEach(StreamConnection::close);
        }
    }
}
