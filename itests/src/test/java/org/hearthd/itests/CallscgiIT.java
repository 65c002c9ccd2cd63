package org.hearthd.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNotEquals;
import static org.junit.Assert.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.Test;

/** {@code bin/callscgi} in each mode: what it starts, whom it connects to, how it ends. */
public class CallscgiIT extends WithCallscgi {
    @Test
    public void badUsageIsExitStatusOneAndHelpIsZero() throws Exception {
        for (String line : List.of("", "-x", "-t 1 -u s", "-N 3", "-N x -t 1", "-t no-such-service", "-t ::1:4000", "-t 1")) {
            try (Htpipe program = Htpipe.start(dir, command(line.isEmpty() ? new String[0] : line.split(" ")))) {
                assertEquals(line, 1, program.awaitExit());
                assertTrue(line + ": " + program.errors(),
                        Stream.of("usage: ", "no TCP service", "in brackets", "not a Unix SEQPACKET socket")
                                .anyMatch(program.errors()::contains));
            }
        }
        try (Htpipe program = Htpipe.start(dir, command("-h"))) {
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
        try (AshdParent parent = start("-N5", "-us", "perl", "-e", SERVER, dir.resolve("s").toString())) {
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

    /** Row S26 of ashd's faults: there another variable is printed. */
    @Test
    public void whatCanNotBeReachedIsNamedInTheMessage() throws Exception {
        Map<String, String> names = Map.of("-inobody", "unix:" + sockets.resolve("scgi-p-nobody"), "-unobody",
                "unix:" + dir.resolve("nobody"), "-t127.0.0.1:1", "127.0.0.1:1", "-t[::1]:1", "[::1]:1");
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
}
