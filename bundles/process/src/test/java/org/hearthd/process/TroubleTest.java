package org.hearthd.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.hearthd.transport.Await;
import org.hearthd.transport.Logged;
import org.junit.jupiter.api.Test;

/** Programs that can not be executed, end at once, or do not read. */
final class TroubleTest extends PersistentContract {
    @Test
    void aProgramThatCanNotBeExecutedIsA503WithNameAndReasonUntilItCan() throws Exception {
        Path script = dir.resolve("script");
        start(new String[] {script.toString(), "x"}, "restart_delay_max_ms", 100L);
        String answer = ask("x").answer();
        assertTrue(answer.startsWith("HTTP/1.1 503 "), answer);
        assertTrue(answer.contains("The handler test is out of order: its program could not be executed."), answer);
        script("script", java("script"));
        assertTrue(Await.until(() -> handler.trouble() == null), "not started again");
        assertTrue(ask("x").answer().contains("script "));
    }

    @Test
    void anEssentialProgramThatCanNotBeExecutedEndsTheRuntimeAtItsFirstStartOnly() throws Exception {
        List<Integer> codes = new ArrayList<>();
        String[] command = {dir.resolve("missing").toString(), "x"};
        for (boolean essential : new boolean[] {true, false}) {
            make(command, "essential", essential);
            handler.exit(codes::add);
            handler.start();
            handler.stop(House.STOPPED);
        }
        handler = null;
        assertEquals(List.of(1), codes);
        Path script = script("script", java("script"));
        make(new String[] {script.toString(), "x"}, "essential", true, "restart_delay_min_ms", 1L);
        handler.exit(codes::add);
        handler.start();
        assertTrue(ask("x").answer().contains("script "));
        Files.delete(script);
        ask("die");
        assertTrue(Await.until(() -> handler.trouble() != null), "no trouble");
        assertEquals(List.of(1), codes);
    }

    @Test
    void aProgramThatEndsAtOnceAgainAndAgainIsA503WithItsStatus() throws Exception {
        start(shell("echo broken >&2; exit 3"), "restart_delay_min_ms", 10L);
        assertTrue(Await.until(() -> handler.trouble() != null), "no trouble");
        String answer = ask("x").answer();
        assertTrue(answer.startsWith("HTTP/1.1 503 "), answer);
        assertTrue(answer.contains("The handler test is out of order: its program ends soon after its start (status 3)."),
                answer);
        assertEquals("its program ended: status 3; its last lines: broken", handler.reasons().get(0));
    }

    @Test
    void whatWaitsForAProgramThatTurnsOutToBeBrokenIsToldSoAtOnce() throws Exception {
        start(shell("exit 3"), "restart_delay_min_ms", 2000L, "wait_timeout_ms", 60_000L);
        assertTrue(Await.until(() -> ProcessHandle.current().children().findAny().isEmpty()), "it did not end");
        List<Client> clients = new ArrayList<>();
        while (clients.stream().filter(client -> !client.answered()).findAny().isEmpty()) {
            clients.add(ask("early"));
            assertTrue(clients.size() < 1000, "nothing waits");
            assertTrue(handler.trouble() == null, "it is out of order already");
        }
        for (Client client : clients) {
            String answer = client.answer();
            assertTrue(answer.isEmpty() || answer.contains("The handler test is out of order: its program ends soon"), answer);
        }
    }

    @Test
    void aProcessThatNeverReadsGetsWhatItsQueueHoldsAndTheRestGets503() throws Exception {
        start(shell("exec sleep 60"), "wait_timeout_ms", 200L, "waiting_max", 20, "end_eof_ms", 0L);
        List<Client> clients = new ArrayList<>();
        while (clients.stream().noneMatch(Client::answered)) {
            clients.add(ask("r"));
            assertTrue(clients.size() < 5000, "nothing was refused");
        }
        String full = clients.stream().filter(Client::answered).findFirst().orElseThrow().answer();
        assertTrue(full.contains("Too many requests wait for the handler test."), full);
        assertTrue(Await.until(() -> clients.stream().filter(Client::answered).count() >= 21), "waiting does not end");
        handler.stop(House.STOPPED);
        handler = null;
        for (Client client : clients) {
            String answer = client.answer();
            assertTrue(answer.isEmpty() || answer.startsWith("HTTP/1.1 503 "), answer);
        }
    }

    @Test
    void aProcessThatReadsAgainIsReported() throws Exception {
        Path go = dir.resolve("go");
        try (Logged log = new Logged()) {
            start(once(go, "exec " + quoted(java("late"))), "wait_timeout_ms", 100L,
                    "waiting_max", 5);
            while (!log.says("does not read its requests")) {
                ask("r");
            }
            assertFalse(log.says("reads its requests again"));
            Files.createFile(go);
            assertTrue(Await.until(() -> {
                ask("r");
                return log.says("reads its requests again");
            }), log.lines().toString());
        }
    }

    @Test
    void aProcessWhoseQueueIsNotFullIsReportedAndSentNoMoreUntilItReads() throws Exception {
        Path go = dir.resolve("go");
        try (Logged log = new Logged()) {
            start(once(go, "exec " + quoted(java("late"))), "wait_timeout_ms", 1000L);
            List<Client> lie = List.of(ask("one"), ask("two"));
            assertTrue(Await.until(() -> log.says(" does not read its requests (2 in its socket, until it does or ends);")),
                    log.lines().toString());
            assertEquals(1, handler.reasons().size(), handler.reasons().toString());
            String answer = ask("three").answer();
            assertTrue(answer.startsWith("HTTP/1.1 503 "), answer);
            assertTrue(answer.contains("The handler test did not take the request in time."), answer);
            Files.createFile(go);
            for (Client client : lie) {
                String late = client.answer();
                assertTrue(late.contains("late "), late);
            }
            assertTrue(Await.until(() -> log.says("reads its requests again")), log.lines().toString());
            String next = ask("four").answer();
            assertTrue(next.contains("late "), next);
            assertEquals(List.of(), handler.reasons());
            assertEquals(1, reports(log), log.lines().toString());
        }
    }

    @Test
    void aProcessThatTakesOneRequestAfterTheOtherIsNotTakenForOneThatDoesNotRead() throws Exception {
        try (Logged log = new Logged()) {
            start(java("steady"), "wait_timeout_ms", 3000L);
            // a virtual machine that starts may be as slow as that
            assertTrue(ask("first").answer().contains("steady "));
            assertTrue(Await.until(() -> handler.reasons().isEmpty()));
            long before = reports(log);
            List<Client> clients = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                clients.add(ask("slow"));
            }
            for (Client client : clients) {
                assertTrue(client.answer().contains("steady "));
            }
            assertEquals(before, reports(log), log.lines().toString());
        }
    }

    @Test
    void whatNobodyCanWatchAnyMoreIsSentRequestsAgain() throws Exception {
        Path go = dir.resolve("go");
        start(once(go, "exec 5<&0 </dev/null sleep 60"), "wait_timeout_ms", 1000L, "end_eof_ms", 0L);
        Client lies = ask("one");
        assertTrue(Await.until(() -> !handler.reasons().isEmpty()), "not reported");
        assertTrue(ask("two").answer().startsWith("HTTP/1.1 503 "));
        Files.createFile(go);
        assertTrue(Await.until(() -> handler.reasons().isEmpty()), "still reported");
        Client sent = ask("three");
        handler.stop(House.STOPPED);
        handler = null;
        assertEquals("", lies.answer());
        assertEquals("", sent.answer());
    }

    @Test
    void whatReplacesAProcessThatDoesNotReadGetsTheRequests() throws Exception {
        try (Logged log = new Logged()) {
            start(shell("exec sleep 60"), "wait_timeout_ms", 200L, "drain_timeout_ms", 0L);
            Client lies = ask("one");
            assertTrue(Await.until(() -> log.says("does not read its requests (1 in its socket")), log.lines().toString());
            Client waits = ask("two");
            modify(java("new"), "wait_timeout_ms", 60_000L, "drain_timeout_ms", 0L);
            assertTrue(ask("three").answer().contains("new "));
            assertEquals("", lies.answer());
            assertEquals(List.of(), handler.reasons());
            // it has waited for 200 ms, or was sent before that
            assertFalse(waits.answer().isEmpty());
        }
    }

    private static long reports(Logged log) {
        return log.lines().stream().filter(line -> line.contains("does not read")).count();
    }

    @Test
    void whatAProcessThatDoesNotReadHasSaidLastIsReportedWithIt() throws Exception {
        try (Logged log = new Logged()) {
            // what is in its queue nobody can see
            start(shell("exec 5<&0 </dev/null; echo stuck >&2; exec sleep 60"), "wait_timeout_ms", 100L, "waiting_max", 5,
                    "end_eof_ms",
                    0L);
            assertTrue(Await.until(() -> log.says(": stuck")), "it has said nothing");
            while (!log.says("does not read its requests")) {
                ask("r");
            }
            assertTrue(log.says("does not read its requests; those that have waited for 100 ms get 503; its last lines: stuck"),
                    log.lines().toString());
        }
    }
}
