package org.hearthd.scgi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.hearthd.listeners.Listeners;
import org.hearthd.transport.Logged;
import org.junit.jupiter.api.Test;

/** Mode launching, where others want to launch the same server at the same time. */
class RaceTest extends ProgramContract {
    /** Somebody else takes the address between the refused connection and the attempt to listen there. */
    private interface Somebody {
        void listens() throws IOException;
    }

    private void startBehind(String address, Somebody other) throws IOException {
        start("launching", "address", address, "command", new String[] {"/no/such/program"}, "essential", true);
        Listeners real = house.listeners;
        house.listeners = request -> {
            other.listens();
            return real.listen(request);
        };
    }

    private void assertAnsweredByTheOther() throws IOException {
        try (Logged log = new Logged()) {
            String answer = get("/x");
            assertTrue(answer.endsWith("hello"), answer);
            assertFalse(log.says("can not be"), "it is no failure: " + log.lines());
        }
        assertNull(house.ends.poll(), "the runtime ends though a server is there");
    }

    @Test
    void whoIsOvertakenAtAPathUsesTheServerThatIsThereThen() throws Exception {
        startBehind("unix:" + directory.resolve("s"), () -> unix("s", ScgiContract::hello));
        assertAnsweredByTheOther();
    }

    @Test
    void whoIsOvertakenAtAPortUsesTheServerThatIsThereThen() throws Exception {
        int port = freePort();
        startBehind("127.0.0.1:" + port, () -> open(TestServer.tcp(port, ScgiContract::hello)));
        assertAnsweredByTheOther();
    }

    @Test
    void anAddressThatCanNotBeBoundIs503AndSaidAndEndsTheRuntime() throws Exception {
        startBehind("unix:" + directory.resolve("s"), () -> {
            throw new IOException("no room");
        });
        try (Logged log = new Logged()) {
            String answer = get("/x");
            assertTrue(answer.startsWith("HTTP/1.1 503 "), answer);
            assertTrue(log.says("nobody listens there, and it can not be bound: no room"), log.lines().toString());
        }
        assertTrue(house.ends.poll(60, TimeUnit.SECONDS).contains("can not be started"));
    }

    @Test
    void callersThatLaunchAtTheSameTimeShareOneServer() throws Exception {
        String address = "127.0.0.1:" + freePort();
        start("launching", "address", address, "command", server(), "essential", true);
        House other = open(new House(directory.resolve("other"),
                mode("launching", "address", address, "command", server(), "essential", true)));
        List<CompletableFuture<String>> answers = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            List.of(house, other).forEach(one -> answers.add(CompletableFuture.supplyAsync(() -> {
                try {
                    return one.ask(request("/pid"));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            })));
        }
        Set<String> all = answers.stream().map(CompletableFuture::join).map(answer -> answer.replaceAll("(?s) in=.*", ""))
                .collect(Collectors.toSet());
        assertEquals(1, all.size(), all.toString());
        endLater(pid());
        assertNull(house.ends.poll());
        assertNull(other.ends.poll());
    }
}
