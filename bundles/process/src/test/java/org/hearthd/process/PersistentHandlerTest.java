package org.hearthd.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.hearthd.Handler;
import org.hearthd.spi.Leave;
import org.hearthd.transport.Await;
import org.junit.jupiter.api.Test;

final class PersistentHandlerTest extends PersistentContract {
    @Test
    void oneProcessAnswersAllAndEndsByItselfAtTheEndOfFile() throws Exception {
        start(java("java"));
        assertEquals("test", house.property(Handler.NAME));
        assertEquals(List.of(), handler.reasons());
        assertEquals(true, house.property(Handler.NON_BLOCKING));
        long pid = pid(ask("one"));
        assertEquals(pid, pid(ask("two")));
        handler.stop(House.STOPPED);
        handler = null;
        assertTrue(ProcessHandle.of(pid).isEmpty());
    }

    @Test
    void aProcessThatDiesIsReplacedAtOnceAndOnlyWhatItHadIsLost() throws Exception {
        start(java("java"), "restart_good_ms", 1L);
        long pid = pid(ask("one"));
        assertEquals("", ask("die").answer());
        // what follows at once may have been sent to the dying process, too
        assertNotEquals(pid, pid(untilAnswered()));
    }

    @Test
    void whoeverWaitsForAProgramThatWorksButDiesAgainAndAgainIsAnsweredByASuccessor() throws Exception {
        start(java("java"), "restart_delay_min_ms", 10L, "ready_after_ms", 1L, "wait_timeout_ms", 60_000L);
        for (int i = 0; i < 4; i++) {
            assertEquals("", ask("die").answer());
            Client next = ask("next");
            while (next.answer().isEmpty()) {
                // it was sent to the dying process, too
                next = ask("next");
            }
            pid(next);
        }
    }

    @Test
    void deathIsNoticedWithoutARequest() throws Exception {
        Path log = dir.resolve("log");
        start(shell("echo $$ >> " + log + "; exec sleep 60"), "restart_good_ms", 1L, "end_eof_ms", 0L);
        assertTrue(Await.until(() -> pids(log).size() == 1));
        assertTrue(ProcessHandle.of(pids(log).get(0)).orElseThrow().destroyForcibly());
        assertTrue(Await.until(() -> pids(log).size() == 2), "no successor");
        assertTrue(Await.until(() -> ProcessHandle.current().children().count() == 1), "a zombie");
    }

    @Test
    void underLoadKillsLeaveEveryRequestAnsweredOrItsSocketClosed() throws Exception {
        start(java("java"), "restart_good_ms", 1L);
        long pid = pid(ask("first"));
        List<Client> clients = new ArrayList<>();
        for (int i = 0; i < 600; i++) {
            if (i % 200 == 100) {
                clients.get(i - 30).answer();
                ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
            }
            clients.add(ask("r" + i));
            if (i % 200 == 199) {
                pid = pid(untilAnswered());
            }
        }
        int answered = 0;
        for (Client client : clients) {
            String answer = client.answer();
            assertTrue(answer.isEmpty() || answer.startsWith("HTTP/1.1 200 ") || answer.startsWith("HTTP/1.1 503 "), answer);
            answered += answer.startsWith("HTTP/1.1 200 ") ? 1 : 0;
        }
        assertTrue(answered >= 200, "only " + answered + " of 600 were answered");
    }

    @Test
    void aProcessThatClosesItsSocketHasASuccessorAndMayFinish() throws Exception {
        Path log = dir.resolve("log");
        start(shell("echo $$ >> " + log + "; [ -e " + log + ".second ] && exec sleep 60; touch " + log + ".second; sleep 0.3;"
                + " exec 0</dev/null; exec sleep 0.7"), "restart_good_ms", 1L);
        assertTrue(Await.until(() -> pids(log).size() == 2), "no successor");
        assertTrue(Await.until(() -> ProcessHandle.of(pids(log).get(0)).isEmpty()), "the first was not reaped");
        ProcessHandle.of(pids(log).get(1)).ifPresent(ProcessHandle::destroy);
    }

    @Test
    void aProcessThatGoesOnGetsTheEndOfFileThenSigtermThenSigkill() throws Exception {
        Path log = dir.resolve("log");
        start(shell("trap 'echo term >> " + log + "' TERM; echo begun >> " + log + "; cat; echo eof >> " + log
                + "; while :; do sleep 0.05; done"), "end_eof_ms", 5000L, "end_term_ms", 5000L);
        assertTrue(Await.until(() -> Files.exists(log)));
        ProcessHandle process = ProcessHandle.current().children().findAny().orElseThrow();
        handler.stop(House.STOPPED);
        handler = null;
        assertTrue(Await.until(() -> !process.isAlive()));
        assertEquals(List.of("begun", "eof", "term"), Files.readAllLines(log));
    }

    @Test
    void outputThatIsWantedNowhereGoesThere() throws Exception {
        Path log = dir.resolve("log");
        start(shell("where=$(readlink /proc/$$/fd/1 /proc/$$/fd/2); echo \"$where\" > " + log + "; exec cat"), "stdout", "null",
                "stderr", "null");
        assertTrue(Await.until(() -> lines(log).size() == 2));
        assertEquals(List.of("/dev/null", "/dev/null"), lines(log));
    }

    /** A request that a process has answered; those sent to a process that died meanwhile are not. */
    private Client untilAnswered() throws Exception {
        Client client = ask("again");
        for (int i = 0; i < 100 && !client.answer().startsWith("HTTP/1.1 200 "); i++) {
            client = ask("again");
        }
        return client;
    }

    private static List<Long> pids(Path log) {
        return lines(log).stream().map(Long::valueOf).toList();
    }

    private static List<String> lines(Path log) {
        try {
            return Files.readAllLines(log);
        } catch (IOException e) {
            return List.of();
        }
    }

    @Test
    void tellsHowLongItsEndMayLast() throws Exception {
        start(shell("exec cat > /dev/null"), "end_eof_ms", 20_000L, "end_term_ms", 300L);
        assertEquals(21_300L, house.property(Leave.LONGEST_MS));
        modify(shell("exec cat > /dev/null"), "end_eof_ms", 40_000L, "end_term_ms", 300L);
        assertEquals(41_300L, house.property(Leave.LONGEST_MS));
    }
}
