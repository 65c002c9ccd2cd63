package org.hearthd.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNotEquals;
import static org.junit.Assert.assertTrue;
import static org.junit.Assume.assumeNoException;
import static org.junit.Assume.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.hearthd.Headers;
import org.hearthd.transport.StreamConnection;
import org.junit.After;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** {@code bin/callscgi} as a process below an ashd parent, in each mode; the programs are servers in perl. */
public class CallscgiIT {
    /**
     * Serves one request at a time, on standard input or, after a while, at a path; answers with its process id. If there is a file for
     * it, it writes down there which request it has, and then that it is about to answer.
     */
    private static final String SERVER = """
            use Socket; my $l = \\*STDIN;
            if (@ARGV) {
              select(undef, undef, undef, 0.5);
              socket(L, PF_UNIX, SOCK_STREAM, 0) or die; bind(L, sockaddr_un($ARGV[0])) or die "bind: $!";
              listen(L, 128) or die; $l = \\*L;
            }
            while (accept(my $c, $l)) {
              my ($n, $b, $h) = ('', '', '');
              while (sysread($c, $b, 1) && $b ne ':') { $n .= $b }
              while (length($h) <= $n && sysread($c, $h, $n + 1 - length($h), length($h))) { }
              select(undef, undef, undef, 1) if $h =~ m{slow}; select(undef, undef, undef, 12) if $h =~ m{patience};
              if ($ENV{RECORD} && $h =~ m{REQUEST_URI\\0/([^\\0]+)}) {
                open(R, '>>', $ENV{RECORD}) or die; syswrite(R, "$$ has $1\n");
                select(undef, undef, undef, 0.01); syswrite(R, "$$ answers $1\n"); close R;
              }
              syswrite($c, "Status: 200 OK\\r\\n\\r\\nserved by $$");
              close $c;
            }
            """;
    private static final int KILLS = 20;
    private static final int CLIENTS = 4;
    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();
    private final List<Long> survivors = new ArrayList<>();
    private Path directory;
    private Path sockets;

    @Before
    public void directories() throws IOException {
        directory = folder.getRoot().toPath();
        sockets = Files.createDirectories(directory.resolve(".ashd/sockets"));
    }

    @After
    public void endSurvivors() {
        survivors.forEach(pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
    }

    private ProcessBuilder command(String... arguments) {
        // whoever runs the tests in the background ignores signals that are to be tried here
        List<String> line = new ArrayList<>(List.of("env", "--default-signal=HUP,INT"));
        line.add(HearthProcess.DIST.resolve("bin/callscgi").toString());
        line.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(line).directory(directory.toFile());
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().put("TMPDIR", directory.toString());
        builder.environment().put("HOME", directory.toString());
        return builder;
    }

    private AshdParent start(String... arguments) throws IOException {
        return AshdParent.start(directory, command(arguments));
    }

    private String[] serving(String... options) {
        return Stream.concat(Stream.of(options), Stream.of("perl", "-e", SERVER)).toArray(String[]::new);
    }

    private List<Path> sockets() throws IOException {
        try (Stream<Path> files = Files.list(sockets)) {
            return files.toList();
        }
    }

    private static boolean runs(long pid) {
        return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
    }

    private static int end(AshdParent parent) throws Exception {
        return end(parent, "TERM");
    }

    private static int end(AshdParent parent, String signal) throws Exception {
        Htpipe.signal(parent.process.pid(), signal);
        return parent.awaitExit();
    }

    @Test
    public void badUsageIsExitStatusOneAndHelpIsZero() throws Exception {
        for (String line : List.of("", "-x", "-t 1 -u s", "-N 3", "-N x -t 1", "-t no-such-service", "-t ::1:4000", "-t 1")) {
            try (Htpipe program = Htpipe.start(directory, command(line.isEmpty() ? new String[0] : line.split(" ")))) {
                assertEquals(line, 1, program.awaitExit());
                assertTrue(line + ": " + program.errors(),
                        Stream.of("usage: ", "no TCP service", "in brackets", "not a Unix SEQPACKET socket")
                                .anyMatch(program.errors()::contains));
            }
        }
        try (Htpipe program = Htpipe.start(directory, command("-h"))) {
            assertEquals(0, program.awaitExit());
            assertTrue(program.output().startsWith("usage: callscgi [-h] [-N RETRIES]"));
        }
    }

    @Test
    public void anAnonymousProgramIsStartedAgainAndEndsWithASignal() throws Exception {
        try (AshdParent parent = start(serving())) {
            long first = parent.pid("a");
            assertEquals(1, sockets().size());
            assertTrue(sockets().get(0).getFileName().toString().startsWith("scgi-a-"));
            Htpipe.signal(first, "KILL");
            long second = parent.pid("b");
            assertNotEquals(first, second);
            assertEquals(parent.errors(), 0, end(parent, "INT"));
            assertTrue("the program runs on", !runs(second));
            assertEquals(List.of(), sockets());
        }
    }

    @Test
    public void theEndOfFileLetsRequestsFinishAndEndsTheProgram() throws Exception {
        try (AshdParent parent = start(serving())) {
            long pid = parent.pid("a");
            try (var slow = parent.send("GET", "slow")) {
                slow.shutdownOutput();
                parent.end();
                assertTrue(AshdParent.answer(slow).contains("served by " + pid));
            }
            assertEquals(parent.errors(), 0, parent.awaitExit());
            assertTrue("the program runs on", !runs(pid));
            assertEquals(List.of(), sockets());
        }
    }

    /** Longer than any room waits at its own end: 10 s. */
    @Test
    public void aSignalLetsRequestsFinishHoweverLongTheyTake() throws Exception {
        try (AshdParent parent = start(serving())) {
            long pid = parent.pid("a");
            try (var slow = parent.send("GET", "patience")) {
                slow.shutdownOutput();
                Htpipe.signal(parent.process.pid(), "TERM");
                String answer = AshdParent.answer(slow);
                assertTrue(answer + parent.errors(), answer.contains("served by " + pid));
            }
            assertEquals(parent.errors(), 0, parent.awaitExit());
            assertTrue("the program runs on", !runs(pid));
        }
    }

    @Test
    public void aLaunchedProgramServesTheNextCallerToo() throws Exception {
        long pid;
        try (AshdParent parent = start(serving("-iblog"))) {
            pid = parent.pid("a");
            survivors.add(pid);
            assertEquals(parent.errors(), 0, end(parent));
        }
        assertEquals(List.of(sockets.resolve("scgi-p-blog")), sockets());
        try (AshdParent parent = start("-i", "blog", "/no/such/program")) {
            assertEquals(pid, parent.pid("b"));
        }
        try (AshdParent parent = start("-u", sockets.resolve("scgi-p-blog").toString())) {
            assertEquals(pid, parent.pid("c"));
        }
    }

    @Test
    public void aMixedProgramBindsByItself() throws Exception {
        try (AshdParent parent = start("-N5", "-us", "perl", "-e", SERVER, directory.resolve("s").toString())) {
            long pid = parent.pid("a");
            survivors.add(pid);
            assertEquals(parent.errors(), 0, end(parent, "HUP"));
            assertTrue("it did not survive", runs(pid));
        }
    }

    @Test
    public void whoCanNotConnectAtFirstAnswersAndExitsWithOne() throws Exception {
        for (String[] line : new String[][] {{"-us"}, {"-N1", "-us", "/bin/true"}, {"-u/proc/no/s", "/bin/true"}}) {
            try (AshdParent parent = start(line)) {
                assertTrue(parent.get("a").startsWith("HTTP/1.1 503 "));
                assertEquals(parent.errors(), 1, parent.awaitExit());
                assertTrue(parent.errors(), parent.errors().contains("no connection was possible"));
            }
        }
    }

    @Test
    public void anIpv6AddressIsUnderstood() throws Exception {
        try (ServerSocket listening = new ServerSocket()) {
            try {
                listening.bind(new InetSocketAddress("::1", 0));
            } catch (IOException e) {
                assumeNoException("this machine has no IPv6", e);
            }
            answersFrom(listening, "[::1]:" + listening.getLocalPort());
        }
    }

    @Test
    public void aPortMayBeTheNameOfAService() throws Exception {
        try (ServerSocket listening = new ServerSocket()) {
            String name = null;
            for (String line : Files.readAllLines(Path.of("/etc/services"))) {
                String[] words = line.strip().split("\\s+");
                if (name == null && words.length > 1 && words[1].matches("[0-9]{4,5}/tcp")) {
                    try {
                        listening.bind(new InetSocketAddress("127.0.0.1", Integer.parseInt(words[1].split("/")[0])));
                        name = words[0];
                    } catch (BindException e) {
                        continue; // somebody has that port
                    }
                }
            }
            assumeTrue("no port with a name is free", name != null);
            answersFrom(listening, "127.0.0.1:" + name);
            answersFrom(listening, name);
        }
    }

    /** One request to a server of this test's. */
    private void answersFrom(ServerSocket listening, String address) throws Exception {
        CompletableFuture<String> server = CompletableFuture.supplyAsync(() -> answerOne(listening));
        try (AshdParent parent = start("-t", address)) {
            String answer = parent.get("a");
            assertTrue(answer + parent.errors(), answer.endsWith("\r\n\r\nthere"));
            assertEquals(parent.errors(), 0, end(parent));
        }
        server.join();
    }

    /** Returns the variables of the request, with a NUL behind each name and each value. */
    private static String answerOne(ServerSocket listening) {
        try (Socket peer = listening.accept()) {
            int length = 0;
            for (int c = peer.getInputStream().read(); c != ':'; c = peer.getInputStream().read()) {
                length = 10 * length + c - '0';
            }
            String variables = new String(peer.getInputStream().readNBytes(length + 1), StandardCharsets.ISO_8859_1);
            peer.getOutputStream().write("Content-Length: 5\n\nthere".getBytes(StandardCharsets.US_ASCII));
            return variables;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The directory's name is no text in any encoding; ashd passes octets. */
    @Test
    public void aFileOfTheParentIsNamedByTheOctetsOfTheWorkingDirectory() throws Exception {
        String cd = "d=$(printf 'w\\346\\227\\245\\377') && mkdir -p \"$d\" && cd \"$d\" && exec \"$@\"";
        for (String locale : List.of("C", "C.UTF-8")) {
            try (ServerSocket listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                CompletableFuture<String> server = CompletableFuture.supplyAsync(() -> answerOne(listening));
                ProcessBuilder builder = command("-t", "127.0.0.1:" + listening.getLocalPort());
                builder.command().addAll(0, List.of("/bin/sh", "-c", cd, "sh"));
                builder.environment().put("LC_ALL", locale);
                try (AshdParent parent = AshdParent.start(directory, builder);
                        StreamConnection client = parent.send("GET", "x", Headers.of("X-Ash-File", "caf\u00e9/index"))) {
                    client.shutdownOutput();
                    String answer = AshdParent.answer(client);
                    assertTrue(answer + parent.errors(), answer.endsWith("there"));
                    String file = directory.toRealPath() + "/w\u00e6\u0097\u00a5\u00ff/caf\u00e9/index";
                    assertTrue(server.join(), server.join().contains("SCRIPT_FILENAME\0" + file + "\0"));
                }
            }
        }
    }

    @Test
    public void aRelativeSocketIsInTheWorkingDirectoryThoughItsNameIsNoText() throws Exception {
        String make = "d=$(printf 'w\\346\\377') && mkdir \"$d\" && ln -s \"$d\" link";
        assertEquals(0, new ProcessBuilder("/bin/sh", "-c", make).directory(directory.toFile()).start().waitFor());
        Process server = new ProcessBuilder("perl", "-e", SERVER, directory.resolve("link/s").toString()).start();
        ProcessBuilder builder = command("-N20", "-us");
        builder.command().addAll(0, List.of("/bin/sh", "-c", "cd -P link && exec \"$@\"", "sh"));
        try (AshdParent parent = AshdParent.start(directory, builder)) {
            assertEquals(server.pid(), parent.pid("a"));
        } finally {
            server.destroyForcibly();
        }
    }

    /** Row S25 of ashd's faults: nothing can be done about it, but nobody else suffers. */
    @Test
    public void aKilledCallerLeavesItsProgramAndSocketAndDisturbsNobody() throws Exception {
        long left;
        try (AshdParent parent = start(serving())) {
            left = parent.pid("a");
            survivors.add(left);
            assertEquals(137, end(parent, "KILL"));
        }
        List<Path> old = sockets();
        assertEquals(1, old.size());
        assertTrue("the program has ended", runs(left));
        try (AshdParent parent = start(serving())) {
            assertNotEquals(left, parent.pid("b"));
            assertEquals(parent.errors(), 0, end(parent));
        }
        assertEquals(old, sockets());
        assertTrue("the program of the killed one was ended", runs(left));
        long launched;
        try (AshdParent parent = start(serving("-iblog"))) {
            launched = parent.pid("c");
            survivors.add(launched);
            assertEquals(137, end(parent, "KILL"));
        }
        try (AshdParent parent = start("-iblog", "/no/such/program")) {
            assertEquals("mode launching leaves it on purpose", launched, parent.pid("d"));
        }
    }

    /** Row S26 of ashd's faults: there another variable is printed. */
    @Test
    public void whatCanNotBeReachedIsNamedInTheMessage() throws Exception {
        Map<String, String> names = Map.of("-inobody", "unix:" + sockets.resolve("scgi-p-nobody"), "-unobody",
                "unix:" + directory.resolve("nobody"), "-t127.0.0.1:1", "127.0.0.1:1", "-t[::1]:1", "[::1]:1");
        for (Map.Entry<String, String> each : names.entrySet()) {
            try (AshdParent parent = start(each.getKey())) {
                assertTrue(parent.get("a").startsWith("HTTP/1.1 503 "));
                assertEquals(parent.errors(), 1, parent.awaitExit());
                assertTrue(parent.errors(), parent.errors().contains("server " + each.getValue() + ": "));
                assertFalse(parent.errors(), parent.errors().contains("null"));
            }
        }
    }

    @Test
    public void callersThatLaunchAtTheSameTimeShareOneProgram() throws Exception {
        try (AshdParent one = start(serving("-iblog")); AshdParent other = start(serving("-iblog"))) {
            CompletableFuture<String> first = CompletableFuture.supplyAsync(() -> get(one, "a"));
            CompletableFuture<String> second = CompletableFuture.supplyAsync(() -> get(other, "b"));
            String errors = one.errors() + other.errors();
            assertTrue(first.join() + errors, first.join().contains("served by "));
            survivors.add(one.pid("c"));
            assertEquals(errors, first.join(), second.join());
            assertEquals(one.errors(), 0, end(one));
            assertEquals(other.errors(), 0, end(other));
        }
    }

    /** Each kill takes away exactly the request that the program has read and not answered: that one is a 502, all others are answered. */
    @Test
    public void aKilledProgramLosesTheRequestThatItHasAndNoOther() throws Exception {
        Path record = Files.createFile(directory.resolve("record"));
        ProcessBuilder builder = command(serving());
        builder.environment().put("RECORD", record.toString());
        try (AshdParent parent = AshdParent.start(directory, builder)) {
            parent.pid("a");
            AtomicBoolean stop = new AtomicBoolean();
            AtomicInteger count = new AtomicInteger();
            AtomicInteger good = new AtomicInteger();
            Set<String> lost = ConcurrentHashMap.newKeySet();
            Queue<String> other = new ConcurrentLinkedQueue<>();
            List<Thread> clients = Stream.generate(() -> new Thread(() -> {
                while (!stop.get()) {
                    String request = "x" + count.incrementAndGet();
                    String answer = get(parent, request);
                    if (answer.contains("served by")) {
                        good.incrementAndGet();
                    } else if (answer.startsWith("HTTP/1.1 502 ")) {
                        lost.add(request);
                    } else {
                        other.add(answer);
                    }
                }
            })).limit(CLIENTS).toList();
            clients.forEach(Thread::start);
            Set<String> taken = new HashSet<>();
            for (int i = 0; i < KILLS; i++) {
                int before = good.get();
                Await.until("answers before kill " + i, () -> good.get() > before + 2 * CLIENTS);
                taken.add(kill(parent, record));
            }
            int before = good.get();
            Await.until("answers after the last kill", () -> good.get() > before + 2 * CLIENTS);
            stop.set(true);
            for (Thread client : clients) {
                client.join();
            }
            assertEquals(List.of(), List.copyOf(other));
            assertEquals(KILLS, taken.size());
            assertEquals(taken, lost);
            assertEquals("zombies or second programs", 1, parent.process.children().count());
            assertEquals(0, end(parent));
            assertEquals(List.of(), sockets());
        }
    }

    /** Kills the program at a moment at which it has a request; returns which. */
    private static String kill(AshdParent parent, Path record) throws Exception {
        long program = parent.process.children().filter(c -> c.info().command().orElse("").contains("perl")).findFirst()
                .orElseThrow().pid();
        Path state = Path.of("/proc", Long.toString(program), "stat");
        AtomicReference<String> had = new AtomicReference<>();
        Await.until("a request in the hands of " + program, () -> {
            Htpipe.signal(program, "STOP");
            Await.until(program + " stands still", () -> Files.readString(state).contains(") T "));
            List<String> lines = Files.readAllLines(record);
            String last = lines.isEmpty() ? "" : lines.get(lines.size() - 1);
            boolean has = last.startsWith(program + " has ");
            had.set(last.substring(last.lastIndexOf(' ') + 1));
            Htpipe.signal(program, has ? "KILL" : "CONT");
            return has;
        });
        return had.get();
    }

    private static String get(AshdParent parent, String request) {
        try {
            return parent.get(request);
        } catch (IOException e) {
            return e.toString();
        }
    }
}
