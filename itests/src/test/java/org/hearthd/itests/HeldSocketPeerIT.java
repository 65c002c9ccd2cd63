package org.hearthd.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.Before;
import org.junit.Test;

/** Listening sockets that other programs have opened and hold: systemd's and s6's ways to hand them over. */
public class HeldSocketPeerIT extends InDirectory {
    /** What makes LISTEN_FDS of a socket on descriptor 0. */
    private static final String FROM_ZERO = "exec 3<&0 </dev/null; LISTEN_PID=$$ LISTEN_FDS=1 LISTEN_FDNAMES=main exec \"$@\"";

    private Path socket;

    @Before
    public void socket() {
        socket = dir.resolve("held.sock");
    }

    @Test
    public void theClientWhoseConnectionMadeSystemdStartHearthIsAnswered() throws Exception {
        try (Peer activator = Peer.start(dir, "systemd-socket-activate", "--listen=" + socket, "--fdname=main", "-E", "JAVA_HOME",
                "-E",
                "PATH", hearth(), "serve", "--home", home.toString())) {
            Await.until("listens " + activator, () -> Files.exists(socket) && activator.text().contains("Listening on"));
            assertAnswered(ask(), activator);
            end(activator, "TERM", 0);
            assertTrue("whoever made the path keeps it", Files.exists(socket));
        }
    }

    @Test
    public void aSocketThatS6HasBoundIsServedFromDescriptorZero() throws Exception {
        try (Peer bound = Peer.start(dir, line("s6-ipcserver-socketbinder", socket.toString()))) {
            Await.until("listens " + bound, () -> Files.exists(socket));
            assertAnswered(ask(), bound);
            end(bound, "TERM", 0);
        }
    }

    @Test
    public void clientsOfAHeldSocketWaitWhileHearthIsStoppedOrKilledAndStartedAgain() throws Exception {
        Path holder = dir.resolve("holder.sock");
        try (Peer daemon = Peer.start(dir, "s6-fdholder-daemon", "-i", rules().toString(), holder.toString())) {
            Await.until("the holder is there " + daemon, () -> Files.exists(holder));
            Peer.output(dir, "s6-ipcserver-socketbinder", socket.toString(), "s6-fdholder-store", holder.toString(), "web");
            String[] serve = line("s6-fdholder-retrieve", holder.toString(), "web");
            try (Peer first = Peer.start(dir, serve)) {
                assertAnswered(ask(), first);
                end(first, "KILL", 128 + 9);
            }
            for (int i = 0; i < 2; i++) {
                try (Peer waiting = Peer.start(dir, curl())) {
                    Await.until("the client is connected to nobody " + waiting, () -> waiting.text().contains("Connected to"));
                    try (Peer next = Peer.start(dir, serve)) {
                        assertAnswered(waiting.await(), next);
                        end(next, "TERM", 0);
                    }
                }
            }
            assertEquals("the holder still has it", "web\n", Peer.output(dir, "s6-fdholder-list", holder.toString()));
        }
    }

    private static void end(Peer server, String signal, int status) throws Exception {
        server.signal(signal);
        assertEquals(server.toString(), status, server.await().status());
    }

    /** Whoever runs this test may store and retrieve. */
    private Path rules() throws Exception {
        Path rules = dir.resolve("rules");
        Path self = Files.createDirectories(rules.resolve("uid/default"));
        Path env = Files.createDirectories(self.resolve("env"));
        Files.createFile(self.resolve("allow"));
        for (String right : List.of("S6_FDHOLDER_STORE_REGEX", "S6_FDHOLDER_RETRIEVE_REGEX")) {
            Files.writeString(env.resolve(right), ".*\n");
        }
        Files.writeString(env.resolve("S6_FDHOLDER_LIST"), "\n");
        return rules;
    }

    private String[] line(String... chain) {
        List<String> line = new ArrayList<>(List.of(chain));
        line.addAll(List.of("sh", "-c", FROM_ZERO, "sh", hearth(), "serve", "--home", home.toString()));
        return line.toArray(String[]::new);
    }

    private static String hearth() {
        return HearthProcess.ROOT.resolve("bin/hearth").toString();
    }

    /** Waits for the answer as long as nobody takes the connection. */
    private Peer.Result ask() throws Exception {
        return Peer.run(dir, curl());
    }

    private String[] curl() {
        return new String[] {"curl", "-q", "-s", "-v", "--max-time", "60", "--unix-socket", socket.toString(), "http://h/hello"};
    }

    private static void assertAnswered(Peer.Result asked, Peer server) {
        assertTrue(asked + "\n" + server, asked.output().startsWith("Hello from hello 1.0.0"));
    }
}
