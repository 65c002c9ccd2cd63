package org.hearthd.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNotEquals;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.hearthd.transport.StreamConnection;
import org.junit.After;
import org.junit.Test;

/** Requests through {@code bin/htpipe}: ashd parent, client, server, child, each a process of its own. */
public class HtpipeIT extends InDirectory {
    private static final long MEGABYTE = 1 << 20;
    private final List<Long> detached = new ArrayList<>();

    /** Ends the servers that nobody else ends. */
    @After
    public void endDetached() throws Exception {
        for (long pid : servers()) {
            detached.add(pid);
        }
        for (long pid : detached) {
            Htpipe.signal(pid, "TERM");
            Await.until("the end of the detached server " + pid, () -> !isServer(pid));
        }
    }

    /** The processes of detached servers with this test's directory as working directory. */
    private Set<Long> servers() throws IOException {
        return ProcessHandle.allProcesses().map(ProcessHandle::pid).filter(this::isServer).collect(Collectors.toSet());
    }

    private boolean isServer(long pid) {
        try {
            String line = Files.readString(Path.of("/proc", Long.toString(pid), "cmdline"));
            return line.contains("\0--detached\0")
                    && Files.readSymbolicLink(Path.of("/proc", Long.toString(pid), "cwd")).equals(dir.toRealPath());
        } catch (IOException e) {
            return false;
        }
    }

    private AshdParent client(String... line) throws IOException {
        return AshdParent.start(dir, Htpipe.command(dir, List.of(), line));
    }

    private AshdParent auto() throws IOException {
        return AshdParent.start(dir, Htpipe.command(dir, EchoHandler.command(), "s"));
    }

    @Test
    public void requestsAndBodiesGoThroughBothEndsAndTheEndOfFileEndsTheClientOnly() throws Exception {
        try (Htpipe server = Htpipe.server(dir, "s"); AshdParent client = client("-C", "s")) {
            long child = client.pid("a");
            assertEquals(child, client.pid("b"));
            assertEquals(16 * MEGABYTE, client.echo(16 * MEGABYTE));
            try (StreamConnection upload = client.send("POST", "count")) {
                upload.output().write(new byte[3_000_000]);
                upload.shutdownOutput();
                assertTrue(AshdParent.answer(upload).contains("read 3000000"));
            }
            assertTrue(client.get("x".repeat(30_000)).startsWith("HTTP/1.1 200"));
            assertTrue(client.get("x".repeat(40_000)).startsWith("HTTP/1.1 4"));
            client.end();
            assertEquals(0, client.awaitExit());
            assertEquals("", client.output());
            // not even of the request that is too long for a program in C: clients could fill the log
            assertEquals("", client.errors());
            try (AshdParent next = client("-C", "s")) {
                assertEquals(child, next.pid("c"));
            }
            server.signal("TERM");
            assertEquals(server.errors(), 0, server.awaitExit());
            Await.until("the child's end", () -> !ProcessHandle.of(child).map(ProcessHandle::isAlive).orElse(false));
        }
    }

    @Test
    public void descriptorsReturnToTheirNumberWhenClientsHaveGoneMidway() throws Exception {
        try (Htpipe server = Htpipe.server(dir, "s"); AshdParent client = client("-C", "s")) {
            long child = client.pid("warm");
            client.echo(MEGABYTE);
            long clientsBefore = client.descriptors();
            long serversBefore = AshdParent.descriptors(server.process.pid());
            long childsBefore = AshdParent.descriptors(child);
            for (int i = 0; i < 50; i++) {
                try (StreamConnection gone = client.send("POST", "echo")) {
                    gone.output().write(new byte[100_000]);
                }
            }
            assertEquals(child, client.pid("still"));
            Await.until("descriptors of all three", () -> client.descriptors() <= clientsBefore
                    && AshdParent.descriptors(server.process.pid()) <= serversBefore
                    && AshdParent.descriptors(child) <= childsBefore);
        }
    }

    @Test
    public void aChildThatDiesIsStartedAgain() throws Exception {
        try (Htpipe server = Htpipe.server(dir, "s"); AshdParent client = client("-C", "s")) {
            long first = client.pid("a");
            assertEquals("", client.get("die"));
            Await.until("an answer of the next child", () -> client.get("b").contains(" by "));
            assertNotEquals(first, client.pid("c"));
            assertTrue(server.process.isAlive());
        }
    }

    @Test
    public void fourClientsAtOnceStartOneServer() throws Exception {
        List<AshdParent> clients = new ArrayList<>();
        try {
            for (int i = 0; i < 4; i++) {
                clients.add(auto());
            }
            long child = clients.get(0).pid("a");
            for (AshdParent client : clients) {
                assertEquals(client.errors(), child, client.pid("b"));
            }
            assertEquals(1, servers().size());
        } finally {
            for (AshdParent client : clients) {
                client.close();
            }
        }
    }

    @Test
    public void theServerThatAClientHasStartedSurvivesItAndHoldsNothingOfIt() throws Exception {
        long child;
        try (AshdParent client = auto()) {
            child = client.pid("a");
            long server = servers().iterator().next();
            Set<String> callers = Set.of("handler");
            for (long pid : List.of(server, child)) {
                for (int number = 0; number <= 2; number++) {
                    String target = Files.readSymbolicLink(Path.of("/proc", Long.toString(pid), "fd", Integer.toString(number)))
                            .toString();
                    assertTrue(target, callers.stream().noneMatch(target::contains));
                }
            }
            assertEquals("/dev/null", Files.readSymbolicLink(Path.of("/proc", Long.toString(server), "fd/0")).toString());
            assertTrue(sockets(server).stream().noneMatch(s -> own(client).contains(s)));
            assertNotEquals(session(ProcessHandle.current().pid()), session(server));
            assertNotEquals(session(ProcessHandle.current().pid()), session(child));
            client.process.destroyForcibly().waitFor();
        }
        try (AshdParent next = auto()) {
            assertEquals(child, next.pid("b"));
            next.end();
            assertEquals(0, next.awaitExit());
            assertEquals("", next.output() + next.errors());
        }
        assertEquals(1, servers().size());
        assertTrue(Files.readString(dir.resolve("s.log")).contains("child begins"));
        assertEquals("rw-------",
                PosixFilePermissions.toString(Files.getPosixFilePermissions(dir.resolve("s.log"))));
    }

    private static Set<String> sockets(long pid) throws IOException {
        try (Stream<Path> open = Files.list(Path.of("/proc", Long.toString(pid), "fd"))) {
            return open.map(HtpipeIT::target).filter(t -> t.startsWith("socket:")).collect(Collectors.toSet());
        }
    }

    private static Set<String> own(AshdParent client) {
        try {
            return sockets(client.process.pid());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static String target(Path link) {
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (IOException e) {
            return "closed";
        }
    }

    private static String session(long pid) throws IOException {
        String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
        return stat.substring(stat.lastIndexOf(')') + 2).split(" ")[3];
    }

    @Test
    public void anAutomaticClientUsesTheServerThatIsThere() throws Exception {
        try (Htpipe server = Htpipe.server(dir, "s");
                AshdParent client = AshdParent.start(dir, Htpipe.command(dir, List.of("no-such-program"), "s"))) {
            assertTrue(client.pid("a") > 0);
            assertTrue(servers().isEmpty());
            assertFalse(Files.exists(dir.resolve("s.log")));
            assertTrue(server.process.isAlive());
        }
    }

    @Test
    public void aSignalDrainsTheClient() throws Exception {
        try (Htpipe server = Htpipe.server(dir, "s"); AshdParent client = client("-C", "s")) {
            client.get("a");
            Htpipe.signal(client.process.pid(), "TERM");
            assertEquals(client.errors(), 0, client.awaitExit());
            assertTrue(server.process.isAlive());
        }
    }
}
