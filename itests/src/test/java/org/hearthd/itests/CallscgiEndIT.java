package org.hearthd.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.hearthd.transport.StreamConnection;
import org.junit.Test;

/** The end of {@code bin/callscgi} while requests come, and what its programs leave: no request vanishes, and nothing runs on unasked. */
public class CallscgiEndIT extends WithCallscgi {
    private static final int REQUESTS = 20;

    /** While one request's last attempt fails others wait for theirs, and more come. */
    @Test
    public void whereNoServerIsFoundEveryRequestThatCouldBeSentHasAnAnswer() throws Exception {
        for (String[] line : new String[][] {{"-us"}, {"-N2", "-us"}, {"-N1", "-us", "/bin/true"}}) {
            List<StreamConnection> clients = new ArrayList<>();
            try (AshdParent parent = start(line)) {
                assertThrows(IOException.class, () -> {
                    while (true) {
                        StreamConnection client = parent.send("GET", "x" + clients.size());
                        clients.add(client);
                        client.shutdownOutput();
                        parent.process.onExit().completeOnTimeout(null, 10, TimeUnit.MILLISECONDS).join();
                    }
                });
                int number = 0;
                for (StreamConnection client : clients) {
                    String answer = AshdParent.answer(client);
                    assertTrue(number + " of " + clients.size() + ": " + answer + parent.errors(),
                            answer.startsWith("HTTP/1.1 503 "));
                    client.close();
                    number++;
                }
                assertEquals(parent.errors(), 1, parent.awaitExit());
            }
        }
    }

    @Test
    public void aSignalWhileTheFirstRequestStillTriesIsNoFailure() throws Exception {
        try (AshdParent parent = start("-N2", "-us"); StreamConnection client = parent.send("GET", "a")) {
            client.shutdownOutput();
            Await.until("an attempt", () -> parent.errors().contains("no such socket"));
            Htpipe.signal(parent.process.pid(), "TERM");
            assertTrue(AshdParent.answer(client).startsWith("HTTP/1.1 503 "));
            assertEquals(parent.errors(), 0, parent.awaitExit());
        }
    }

    @Test
    public void theEndOfFileWhileTheFirstRequestStillTriesIsNoFailureEither() throws Exception {
        try (AshdParent parent = start("-N2", "-us"); StreamConnection client = parent.send("GET", "a")) {
            client.shutdownOutput();
            Await.until("an attempt", () -> parent.errors().contains("no such socket"));
            parent.end();
            assertTrue(AshdParent.answer(client).startsWith("HTTP/1.1 503 "));
            assertEquals(parent.errors(), 0, parent.awaitExit());
        }
    }

    @Test
    public void aProgramThatGoesIntoTheBackgroundIsStartedOnceAndEndsWithItsCaller() throws Exception {
        Path starts = dir.resolve("starts");
        Set<Long> pids = new HashSet<>();
        try (AshdParent parent = start(
                serving("/bin/sh", "-c", "echo x >> \"$0\"; exec 3<&0; \"$@\" <&3 3<&- &", starts.toString()))) {
            for (int i = 0; i < REQUESTS; i++) {
                pids.add(parent.pid("a" + i));
            }
            assertEquals(1, pids.size());
            assertEquals(1, Files.readAllLines(starts).size());
            assertEquals(parent.errors(), 0, end(parent));
            assertTrue(parent.errors(), parent.errors().contains("has gone into the background, as process "));
        }
        Await.until("its end", () -> !runs(pids.iterator().next()));
        assertEquals(List.of(), sockets());
    }

    @Test
    public void whoRemovesTheSocketOfALaunchedProgramMakesOneRequestStartAnother() throws Exception {
        try (AshdParent parent = start(serving("-us"))) {
            long first = parent.pid("a");
            survivors.add(first);
            Files.delete(dir.resolve("s"));
            long second = parent.pid("b");
            survivors.add(second);
            assertTrue("the first one was ended", runs(first));
            assertEquals(second, parent.pid("c"));
            assertEquals(parent.errors(), 0, end(parent));
        }
    }
}
