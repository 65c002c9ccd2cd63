package org.hearthd.scgi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.hearthd.Fd;
import org.hearthd.transport.Await;
import org.hearthd.transport.Logged;
import org.hearthd.transport.OpenDescriptors;
import org.hearthd.transport.UnixAddress;
import org.hearthd.transport.junixsocket.JunixPackets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Programs that are started, end and are started again, in each mode. */
class ModesTest extends ProgramContract {
    private static final int WAITING = 10;

    @Test
    void anAnonymousProgramGetsAPrivateSocketAndNothingElseAndEndsWithItsHandler() throws IOException {
        start("anonymous", "command", server());
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
        start("anonymous", "command", server());
        long pid = pid();
        String answer = get("/die");
        assertTrue(answer.startsWith("HTTP/1.1 502 "), answer);
        assertNotEquals(pid, pid());
    }

    /** Row S18 of ashd's faults: there a program has the connections that are open when it is started. */
    @Test
    void aProgramThatIsStartedAgainGetsNoConnectionInProgress() throws Exception {
        start("anonymous", "command", server());
        long pid = pid();
        House.Client first = open(house.send(request("/wait" + directory.resolve("never"))));
        first.end();
        Await.until("a request in its hands", () -> Files.exists(directory.resolve("never.begun")));
        int before = OpenDescriptors.list().size();
        List<House.Client> clients = new ArrayList<>();
        for (int i = 0; i < WAITING; i++) {
            House.Client client = open(house.send(request("/x")));
            client.end();
            clients.add(client);
        }
        // both ends of each client's socket, and a connection to the program
        Await.until("connections", () -> OpenDescriptors.list().size() >= before + 3 * WAITING);
        endLater(pid);
        assertTrue(first.readAll().startsWith("HTTP/1.1 502 "));
        for (House.Client waiting : clients) {
            String answer = waiting.readAll();
            assertTrue(answer.matches("(?s)HTTP/1.1 200 .*pid=\\d+ in=socket:\\[\\d+] more=socket:\\[\\d+]\\."), answer);
            assertFalse(answer.contains("pid=" + pid + " "), answer);
        }
    }

    @Test
    void aProgramWhosePathIsGoneIsReplaced() throws IOException {
        start("anonymous", "command", server(), "drain.timeout.ms", 50L);
        long pid = pid();
        Files.delete(sockets().get(0));
        assertNotEquals(pid, pid());
        Await.until("end of the old program", () -> !alive(pid));
    }

    @Test
    void aProgramThatEndsAtOnceIsStartedWithPausesAndItsRequestsAreAnswered() throws IOException {
        Path starts = directory.resolve("starts");
        start("anonymous", "command", new String[] {"/bin/sh", "-c", "echo x >> \"$0\"; exit 7", starts.toString()},
                "restart.delay.min.ms", 60_000L, "restart.delay.max.ms", 60_000L);
        CompletableFuture<String> first = CompletableFuture.supplyAsync(this::anything);
        Await.until("a start", () -> Files.exists(starts));
        house.handler.change(House.settings(Map.of("mode", "anonymous", "command",
                new String[] {"/bin/sh", "-c", "echo x >> \"$0\"; exit 7", starts.toString()}, "restart.delay.min.ms", 50L,
                "drain.timeout.ms", 50L)));
        assertTrue(first.join().matches("(?s)HTTP/1.1 50[23] .*"), first.join());
        Await.until("no more waiting", () -> anything().contains("does not stay alive"));
        long count = Files.readAllLines(starts).size();
        for (int i = 0; i < 50; i++) {
            assertTrue(anything().matches("(?s)HTTP/1.1 50[23] .*"));
        }
        assertTrue(Files.readAllLines(starts).size() <= count + 4, "started for each request");
    }

    /** Starts what serves as a daemon does: the first process notes that, and ends well. */
    private String[] daemon(Path starts) {
        return new String[] {"/bin/sh", "-c", "echo x >> \"$0\"; exec 3<&0; \"$@\" <&3 3<&- &", starts.toString(), server()[0],
            server()[1],
            server()[2]};
    }

    @Test
    void aProgramThatGoesIntoTheBackgroundIsStartedAgainWhenItHasEndedThereAndEndsWithItsHandler() throws Exception {
        Path starts = directory.resolve("starts");
        long second;
        try (Logged log = new Logged()) {
            start("anonymous", "command", daemon(starts));
            long first = pid();
            Await.until("the end of the first process",
                    () -> log.says("has gone into the background, as process " + first + ":"));
            for (int i = 0; i < 20; i++) {
                assertEquals(first, pid());
            }
            assertEquals(1, Files.readAllLines(starts).size());
            String answer = get("/die");
            assertTrue(answer.startsWith("HTTP/1.1 502 "), answer);
            second = pid();
            assertNotEquals(first, second);
            Await.until("a message", () -> log.says("has ended in the background"));
        }
        assertEquals(2, Files.readAllLines(starts).size());
        assertTrue(alive(second));
        house.close();
        house = null;
        // nobody may take note of the end of an orphan
        assertEquals(Optional.empty(), ProcessHandle.of(second).flatMap(process -> process.info().command()), "it runs on");
        assertEquals(List.of(), sockets());
    }

    @Test
    void whatAProgramThatHasServedLeavesBehindWithItsSocketDoesNotKeepItFromBeingStartedAgain() throws Exception {
        start("anonymous", "restart.good.ms", 1L, "command", new String[] {"/bin/sh", "-c",
            "exec 3<&0; sleep 1000 <&3 3<&- & \"$@\" <&3 3<&-; exit 0", "sh", server()[0], server()[1], server()[2]});
        long first = pid();
        assertTrue(get("/die").startsWith("HTTP/1.1 502 "));
        assertNotEquals(first, pid());
    }

    @Test
    void aChangedProgramMayGoIntoTheBackgroundToo() throws Exception {
        start("anonymous", "command", server(), "drain.timeout.ms", 50L);
        long old = pid();
        Path starts = directory.resolve("starts");
        house.handler.change(House.settings(mode("anonymous", "command", daemon(starts)))).get(60, TimeUnit.SECONDS);
        assertNotEquals(old, pid());
        assertEquals(1, Files.readAllLines(starts).size());
    }

    @Test
    void aProgramThatDoesNotAcceptIsNotStartedAgain() throws IOException {
        Path starts = directory.resolve("starts");
        start("anonymous", "command", new String[] {"/bin/sh", "-c", "echo x >> \"$0\"; exec sleep 1000", starts.toString()},
                "first.byte.timeout.ms", 100L, "end.term.ms", 1000L);
        for (int i = 0; i < 3; i++) {
            assertTrue(anything().startsWith("HTTP/1.1 504 "));
        }
        assertEquals(1, Files.readAllLines(starts).size(), "it may only be busy");
    }

    @Test
    void aProgramThatCanNotBeExecutedIs503() throws IOException {
        start("anonymous", "command", new String[] {"/no/such/program", "x"});
        assertTrue(get("/x").startsWith("HTTP/1.1 503 "));
    }

    @Test
    void aProgramThatDiesUnderLoadLosesTheRequestItDiesOfAndNoOther() throws Exception {
        start("anonymous", "command", server());
        AtomicBoolean stop = new AtomicBoolean();
        AtomicInteger good = new AtomicInteger();
        BlockingQueue<String> other = new LinkedBlockingQueue<>();
        Thread[] clients = new Thread[4];
        for (int i = 0; i < clients.length; i++) {
            clients[i] = new Thread(() -> {
                while (!stop.get()) {
                    String answer = anything();
                    if (answer.contains("pid=")) {
                        good.incrementAndGet();
                    } else {
                        other.add(answer);
                    }
                }
            });
            clients[i].start();
        }
        for (int i = 0; i < 20; i++) {
            int before = good.get();
            String answer = get("/die");
            assertTrue(answer.startsWith("HTTP/1.1 502 "), answer);
            Await.until("answers after death " + i, () -> good.get() > before + 10);
        }
        stop.set(true);
        for (Thread client : clients) {
            client.join();
        }
        assertEquals(List.of(), List.copyOf(other));
        house.close();
        house = null;
        assertEquals(List.of(), sockets());
        assertEquals(0, ProcessHandle.current().children().filter(child -> child.info().command().orElse("perl").contains("perl"))
                .count());
    }

    @Test
    void aLaunchedProgramIsStartedOnlyIfNobodyListensAndSurvives() throws IOException {
        int port = freePort();
        start("launching", "address", "localhost:" + port, "command", server(), "stderr", "null");
        long pid = pid();
        house.close();
        assertTrue(alive(pid), "it did not survive");
        start("launching", "address", "127.0.0.1:" + port, "command", new String[] {"/no/such", "x"});
        assertEquals(pid, pid());
        endLater(pid);
        assertTrue(get("/x").startsWith("HTTP/1.1 503 "));
        assertNull(house.ends.poll());
    }

    @Test
    void aLaunchedProgramWhoseSocketFileWasRemovedIsLeftRunningAndAnotherOneIsStarted() throws IOException {
        Path path = directory.resolve("s");
        start("launching", "address", "unix:" + path, "command", server(), "stderr", "null", "restart.delay.min.ms", 30_000L);
        long first = pid();
        Files.delete(path);
        long second;
        try (Logged log = new Logged()) {
            second = pid();
            assertTrue(log.says("process " + first + " can not be reached any more and is left running"), log.lines().toString());
        }
        assertNotEquals(first, second);
        assertTrue(alive(first), "it was ended");
        endLater(first);
        assertEquals(second, pid());
        Files.delete(path);
        String answer = get("/x");
        assertTrue(answer.startsWith("HTTP/1.1 503 "), "there is no pause: " + answer);
        endLater(second);
    }

    @Test
    void aLaunchedProgramThatHasClosedItsSocketAndHangsIsLeftRunningAndAnotherOneIsStarted() throws IOException {
        Path pids = directory.resolve("pids");
        start("launching", "address", "127.0.0.1:" + freePort(), "command",
                new String[] {"/bin/sh", "-c",
                    "echo $$ >> $0; [ -e $0.closed ] && exec \"$@\"; > $0.closed; exec sleep 1000 < /dev/null",
                    pids.toString(), server()[0], server()[1], server()[2]},
                "stderr", "null");
        Await.until("an answer", () -> anything().contains("pid="));
        List<String> both = Files.readAllLines(pids);
        assertEquals(2, both.size());
        for (String each : both) {
            assertTrue(alive(Long.parseLong(each)));
            endLater(Long.parseLong(each));
        }
    }

    @Test
    void aLaunchedProgramThatDiesIsStartedAgainAndItsSocketFileIsReplaced() throws IOException {
        Path path = directory.resolve("s");
        start("launching", "address", "unix:" + path, "command", server());
        long pid = pid();
        endLater(pid);
        Await.until("the successor", () -> anything().contains("pid="));
        long next = pid();
        assertNotEquals(pid, next);
        endLater(next);
    }

    @Test
    void aLaunchedProgramIsStartedAgainAtItsTcpPortAsSoonAsItHasDied() throws IOException {
        start("launching", "address", "127.0.0.1:" + freePort(), "command", server());
        long pid = pid();
        endLater(pid);
        long next = pid();
        assertNotEquals(pid, next);
        endLater(next);
    }

    @Test
    void aMixedProgramBindsByItselfAndIsWaitedFor() throws IOException {
        Path path = directory.resolve("s");
        start("mixed", "address", "unix:" + path, "command", server(path.toString(), "0.3"), "retries", 20,
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
    void aMixedProgramIsNotStartedWhileSomebodyListens() throws IOException {
        start("mixed", "address", unix(ScgiContract::hello).address, "command",
                new String[] {"/bin/sh", "-c", "echo x > \"$0\"", directory.resolve("started").toString()}, "retries", 2);
        assertTrue(get("/x").endsWith("hello"));
        assertFalse(Files.exists(directory.resolve("started")));
    }

    /** A socket of another type is alive and gives another error than a refusal, also to root. */
    @ParameterizedTest
    @ValueSource(strings = {"mixed", "launching"})
    void noProgramIsStartedNextToAServerThatCanNotBeReached(String mode) throws IOException {
        Path path = directory.resolve("s");
        Path started = directory.resolve("started");
        try (Fd other = new JunixPackets().listen(new UnixAddress(path), 0600, 1); Logged log = new Logged()) {
            start(mode, "address", "unix:" + path, "command",
                    new String[] {"/bin/sh", "-c", "echo x > \"$0\"", started.toString()},
                    "retries", 2, "retry.delay.ms", 200L);
            String answer = get("/x");
            assertTrue(answer.startsWith("HTTP/1.1 503 "), answer);
            assertTrue(log.says("unix:" + path + ": ") && log.says("cannot connect: "), log.lines().toString());
            assertFalse(Files.exists(started), "the program was started");
            assertTrue(other.isOpen() && Files.exists(path), "its socket was replaced");
        }
    }

    @Test
    void anEssentialServerThatIsNeverReachedEndsTheRuntimeAfterTheAnswer() throws Exception {
        start("mixed", "address", "127.0.0.1:" + freePort(), "command", new String[] {"/bin/sh", "-c", "exit 0"}, "retries", 2,
                "retry.delay.ms", 20L, "essential", true);
        assertTrue(get("/x").startsWith("HTTP/1.1 503 "));
        String why = house.ends.poll(60, TimeUnit.SECONDS);
        assertTrue(why != null && why.contains("not available"), why);
    }

    @Test
    void anOutageAfterTheFirstConnectionIs503AndEndsByItself() throws Exception {
        TestServer server = unix("s", ScgiContract::hello);
        start("client", "address", server.address, "essential", true);
        assertAnswer(200);
        server.close();
        assertAnswer(503);
        Files.delete(directory.resolve("s"));
        assertAnswer(503);
        assertNull(house.ends.poll());
        unix("s", ScgiContract::hello);
        assertAnswer(200);
    }

    @Test
    void aRequestThatWaitsForAnotherAttemptHoldsNoOtherUp() throws Exception {
        start("client", "address", "unix:" + directory.resolve("later"), "retries", 1, "retry.delay.ms", 3_600_000L,
                "drain.timeout.ms", 0L);
        try (Logged log = new Logged(); House.Client waiting = house.send(House.get())) {
            waiting.end();
            Await.until("the first attempt", () -> log.says("no such socket"));
            unix("later", ScgiContract::hello);
            assertAnswer(200);
            house.handler.stop();
            assertTrue(waiting.readAll().contains("is being stopped"), "it did not wait");
        }
    }

    @Test
    void aClientTriesAgainUntilSomebodyListens() throws Exception {
        int port = freePort();
        start("client", "address", "127.0.0.1:" + port, "retries", 100, "retry.delay.ms", 50L);
        CompletableFuture<String> waiting = CompletableFuture.supplyAsync(this::anything);
        Process late = new ProcessBuilder(server(Integer.toString(port), "0.2")).inheritIO().start();
        assertTrue(waiting.get(60, TimeUnit.SECONDS).contains("pid=" + late.pid()));
        late.destroyForcibly().waitFor();
    }
}
