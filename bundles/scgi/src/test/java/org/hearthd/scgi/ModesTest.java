package org.hearthd.scgi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.hearthd.Headers;
import org.hearthd.Request;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Programs that are started, end and are started again, in each mode. The program is a server in perl, which every Debian has. */
@Timeout(180)
class ModesTest {
    /** Serves one request at a time, on standard input or at the path or port it is given; answers with its process id. */
    private static final String SERVER = """
            use Socket; $| = 1; my $l = \\*STDIN;
            if (@ARGV) {
              my $unix = $ARGV[0] =~ m{^/};
              select(undef, undef, undef, $ARGV[1]) if @ARGV > 1;
              socket(L, $unix ? PF_UNIX : PF_INET, SOCK_STREAM, 0) or die; setsockopt(L, SOL_SOCKET, SO_REUSEADDR, 1);
              bind(L, $unix ? sockaddr_un($ARGV[0]) : sockaddr_in($ARGV[0], INADDR_LOOPBACK)) or die "bind: $!";
              listen(L, 128) or die; $l = \\*L;
            }
            while (accept(my $c, $l)) {
              my ($n, $b, $h) = ('', '', '');
              while (sysread($c, $b, 1) && $b ne ':') { $n .= $b }
              while (length($h) <= $n && sysread($c, $h, $n + 1 - length($h), length($h))) { }
              my %v = split /\\0/, $h;
              my $u = $v{REQUEST_URI};
              exit 3 if $u eq '/die';
              my $fds = join ' ', map { readlink("/proc/self/fd/$_") || () } 3..99;
              syswrite($c, "Status: 200 OK\\r\\n\\r\\npid=$$ in=" . readlink('/proc/self/fd/0') . " more=$fds.");
              close $c;
            }
            """;
    @TempDir
    private Path directory;
    private House house;

    @AfterEach
    void close() throws IOException {
        if (house != null) {
            house.close();
        }
    }

    private void house(String mode, Object... keys) throws IOException {
        Map<String, Object> config = new HashMap<>(Map.of("mode", mode));
        for (int i = 0; i < keys.length; i += 2) {
            config.put((String) keys[i], keys[i + 1]);
        }
        house = new House(directory, config);
    }

    private static String[] server(String... arguments) {
        return Stream.concat(Stream.of("perl", "-e", SERVER), Stream.of(arguments)).toArray(String[]::new);
    }

    private String get(String url) throws IOException {
        return house.ask(Request.of("GET", url, "HTTP/1.1", url.substring(1), Headers.of()));
    }

    private long pid() throws IOException {
        String answer = get("/pid");
        assertTrue(answer.startsWith("HTTP/1.1 200 "), answer);
        return Long.parseLong(answer.substring(answer.indexOf("pid=") + 4, answer.indexOf(" in=")));
    }

    private static boolean alive(long pid) {
        return Files.exists(Path.of("/proc/" + pid));
    }

    private static void kill(long pid) {
        ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
    }

    private List<Path> sockets() throws IOException {
        try (Stream<Path> files = Files.list(directory.resolve("sockets"))) {
            return files.toList();
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress("127.0.0.1", 0));
            return socket.getLocalPort();
        }
    }

    private void endLater(long pid) {
        kill(pid);
        House.await("end of " + pid, () -> !ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false));
    }

    @Test
    void anAnonymousProgramGetsAPrivateSocketAndNothingElseAndEndsWithItsHandler() throws IOException {
        house("anonymous", "command", server());
        assertFalse(Files.exists(directory.resolve("sockets")), "nothing is started before the first request");
        long pid = pid();
        String answer = get("/x");
        assertTrue(answer.contains("in=socket:"), answer);
        assertFalse(answer.substring(answer.indexOf("more=")).matches("(?s).*socket:.*socket:.*"), answer);
        assertEquals(pid, pid());
        Path socket = sockets().get(0);
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)));
        assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(socket.getParent())));
        house.close();
        assertFalse(alive(pid), "the program runs on");
        assertEquals(List.of(), sockets());
        house = null;
    }

    @Test
    void aProgramThatCrashesIsStartedAgainAndTheRequestItDiedOfIs502() throws IOException {
        house("anonymous", "command", server());
        long pid = pid();
        String answer = get("/die");
        assertTrue(answer.startsWith("HTTP/1.1 502 "), answer);
        assertNotEquals(pid, pid());
    }

    @Test
    void aProgramWhosePathIsGoneIsReplaced() throws IOException {
        house("anonymous", "command", server());
        long pid = pid();
        Files.delete(sockets().get(0));
        assertNotEquals(pid, pid());
        House.await("end of the old program", () -> !alive(pid));
    }

    @Test
    void aProgramThatEndsAtOnceIsStartedWithPausesAndItsRequestsAreAnswered() throws IOException {
        Path starts = directory.resolve("starts");
        house("anonymous", "command", new String[] {"/bin/sh", "-c", "echo x >> \"$0\"; exit 7", starts.toString()},
                "restart.delay.min.ms", 60_000L, "restart.delay.max.ms", 60_000L);
        CompletableFuture<String> first = CompletableFuture.supplyAsync(this::anything);
        House.await("a start", () -> Files.exists(starts));
        house.handler.change(House.settings(Map.of("mode", "anonymous", "command",
                new String[] {"/bin/sh", "-c", "echo x >> \"$0\"; exit 7", starts.toString()}, "restart.delay.min.ms", 50L)));
        assertTrue(first.join().matches("(?s)HTTP/1.1 50[23] .*"), first.join());
        House.await("no more waiting", () -> anything().contains("does not stay alive"));
        long count = Files.readAllLines(starts).size();
        for (int i = 0; i < 50; i++) {
            assertTrue(anything().matches("(?s)HTTP/1.1 50[23] .*"));
        }
        assertTrue(Files.readAllLines(starts).size() <= count + 4, "started for each request");
    }

    private String anything() {
        try {
            return get("/x");
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aProgramThatDoesNotAcceptIsNotStartedAgain() throws IOException {
        Path starts = directory.resolve("starts");
        house("anonymous", "command", new String[] {"/bin/sh", "-c", "echo x >> \"$0\"; exec sleep 1000", starts.toString()},
                "first.byte.timeout.ms", 100L, "end.term.ms", 1000L);
        for (int i = 0; i < 3; i++) {
            assertTrue(anything().startsWith("HTTP/1.1 504 "));
        }
        assertEquals(1, Files.readAllLines(starts).size(), "it may only be busy");
    }

    @Test
    void aProgramThatCanNotBeExecutedIs503() throws IOException {
        house("anonymous", "command", new String[] {"/no/such/program", "x"});
        assertTrue(get("/x").startsWith("HTTP/1.1 503 "));
    }

    @Test
    void aKilledProgramLosesOnlyRequestsItHad() throws Exception {
        house("anonymous", "command", server());
        AtomicBoolean stop = new AtomicBoolean();
        AtomicInteger good = new AtomicInteger();
        AtomicInteger bad = new AtomicInteger();
        AtomicInteger other = new AtomicInteger();
        Thread[] clients = new Thread[4];
        for (int i = 0; i < clients.length; i++) {
            clients[i] = new Thread(() -> {
                while (!stop.get()) {
                    String answer = anything();
                    (answer.contains("pid=") ? good : answer.startsWith("HTTP/1.1 502 ") ? bad : other).incrementAndGet();
                }
            });
            clients[i].start();
        }
        for (int i = 0; i < 20; i++) {
            kill(pid());
            int before = good.get();
            House.await("answers after kill " + i, () -> good.get() > before + 10);
        }
        stop.set(true);
        for (Thread client : clients) {
            client.join();
        }
        assertEquals(0, other.get(), "neither answered nor 502");
        assertTrue(bad.get() <= 40, bad + " lost, at most the one it had each time and those it had just closed");
        house.close();
        house = null;
        assertEquals(List.of(), sockets());
        assertEquals(0, ProcessHandle.current().children().filter(child -> child.info().command().orElse("perl").contains("perl"))
                .count());
    }

    @Test
    void aLaunchedProgramIsStartedOnlyIfNobodyListensAndSurvives() throws IOException {
        int port = freePort();
        house("launching", "address", "localhost:" + port, "command", server(), "stderr", "null");
        long pid = pid();
        house.close();
        assertTrue(alive(pid), "it did not survive");
        house("launching", "address", "127.0.0.1:" + port, "command", new String[] {"/no/such", "x"});
        assertEquals(pid, pid());
        endLater(pid);
        assertTrue(get("/x").startsWith("HTTP/1.1 503 "));
        assertNull(house.ends.poll());
    }

    @Test
    void aLaunchedProgramThatDiesIsStartedAgainAndItsSocketFileIsReplaced() throws IOException {
        Path path = directory.resolve("s");
        house("launching", "address", "unix:" + path, "command", server());
        long pid = pid();
        endLater(pid);
        House.await("the successor", () -> anything().contains("pid="));
        long next = pid();
        assertNotEquals(pid, next);
        endLater(next);
    }

    @Test
    void aLaunchedProgramIsStartedAgainAtItsTcpPortAsSoonAsItHasDied() throws IOException {
        house("launching", "address", "127.0.0.1:" + freePort(), "command", server());
        long pid = pid();
        endLater(pid);
        long next = pid();
        assertNotEquals(pid, next);
        endLater(next);
    }

    @Test
    void aMixedProgramBindsByItselfAndIsWaitedFor() throws IOException {
        Path path = directory.resolve("s");
        house("mixed", "address", "unix:" + path, "command", server(path.toString(), "0.3"), "retries", 20,
                "retry.delay.ms", 100L);
        String answer = get("/x");
        assertTrue(answer.contains("in=/dev/null"), answer);
        long pid = pid();
        house.close();
        house = null;
        assertTrue(alive(pid), "it did not survive");
        endLater(pid);
    }

    @Test
    void anEssentialServerThatIsNeverReachedEndsTheRuntimeAfterTheAnswer() throws Exception {
        house("mixed", "address", "127.0.0.1:" + freePort(), "command", new String[] {"/bin/sh", "-c", "exit 0"}, "retries", 2,
                "retry.delay.ms", 20L, "essential", true);
        assertTrue(get("/x").startsWith("HTTP/1.1 503 "));
        String why = house.ends.poll(60, TimeUnit.SECONDS);
        assertTrue(why != null && why.contains("not available"), why);
    }

    @Test
    void aClientTriesAgainAndHoldsNobodyUp() throws Exception {
        int port = freePort();
        house("client", "address", "127.0.0.1:" + port, "retries", 100, "retry.delay.ms", 50L);
        CompletableFuture<String> waiting = CompletableFuture.supplyAsync(this::anything);
        Process late = new ProcessBuilder(server(Integer.toString(port), "0.2")).inheritIO().start();
        assertTrue(waiting.get(60, TimeUnit.SECONDS).contains("pid=" + late.pid()));
        late.destroyForcibly().waitFor();
    }
}
