package org.hearthd.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.hearthd.Handler;
import org.hearthd.transport.Logged;
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
        handler.stop();
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
    void aProgramThatCanNotBeExecutedIsA503WithNameAndReasonUntilItCan() throws Exception {
        Path script = dir.resolve("script");
        start(new String[] {script.toString(), "x"}, "restart_delay_max_ms", 100L);
        String answer = ask("x").answer();
        assertTrue(answer.startsWith("HTTP/1.1 503 "), answer);
        assertTrue(answer.contains("The handler test is out of order: its program could not be executed."), answer);
        Files.writeString(script, "#!/bin/sh\nexec " + quoted(java("script")) + "\n");
        assertTrue(script.toFile().setExecutable(true));
        assertTrue(Await.until(() -> handler.trouble() == null), "not started again");
        assertTrue(ask("x").answer().contains("script "));
    }

    @Test
    void anEssentialProgramThatCanNotBeExecutedEndsTheRuntimeAtItsFirstStartOnly() throws Exception {
        List<Integer> codes = new ArrayList<>();
        String[] command = {dir.resolve("missing").toString(), "x"};
        for (boolean essential : new boolean[] {true, false}) {
            handler = new PersistentHandler(house.context(), config(command, "essential", essential), House.PID, spawner);
            handler.transports(packets, streams);
            handler.exit(codes::add);
            handler.start();
            handler.stop();
        }
        handler = null;
        assertEquals(List.of(1), codes);
        Path script = dir.resolve("script");
        Files.writeString(script, "#!/bin/sh\nexec " + quoted(java("script")) + "\n");
        assertTrue(script.toFile().setExecutable(true));
        handler = new PersistentHandler(house.context(), config(new String[] {script.toString(), "x"}, "essential", true,
                "restart_delay_min_ms", 1L), House.PID, spawner);
        handler.transports(packets, streams);
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
    void messagesNameARenamedHandlerAsItIsCalledNow() throws Exception {
        start(java("java"));
        handler.modified(config(java("java"), "handler", "other"), House.PID);
        assertTrue(handler.change().get(30, TimeUnit.SECONDS));
        String answer = ask("x".repeat(70_000)).answer();
        assertTrue(answer.contains("The request is too long for the handler other."), answer);
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
        handler.stop();
        handler = null;
        for (Client client : clients) {
            String answer = client.answer();
            assertTrue(answer.isEmpty() || answer.startsWith("HTTP/1.1 503 "), answer);
        }
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
    void aChangedProgramTakesOverBeforeTheOldOneEnds() throws Exception {
        start(java("old"));
        long old = pid(ask("x"));
        List<Client> clients = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            clients.add(ask("o" + i));
        }
        handler.modified(config(java("new"), "handler", "other"), House.PID);
        assertTrue(handler.change().get(30, TimeUnit.SECONDS));
        assertEquals("other", house.property(Handler.NAME));
        for (int i = 0; i < 50; i++) {
            clients.add(ask("n" + i));
        }
        for (Client client : clients) {
            assertTrue(client.answer().startsWith("HTTP/1.1 200 "), client.answer());
        }
        assertTrue(clients.get(0).answer().contains("old "));
        assertTrue(clients.get(99).answer().contains("new "));
        assertTrue(Await.until(() -> ProcessHandle.of(old).isEmpty()), "the old one did not end");
    }

    @Test
    void aBadChangeIsRefusedAndTheOldProcessGoesOn() throws Exception {
        start(java("old"));
        long pid = pid(ask("x"));
        try (Logged log = new Logged()) {
            for (Object[] bad : new Object[][] {
                {new String[] {"/no/such/program x"}, "status 127, cannot execute /no/such/program"},
                {shell("echo no >&2; exit 2"), "status 2; its last lines: no"}}) {
                handler.modified(config((String[]) bad[0]), House.PID);
                assertFalse(handler.change().get(30, TimeUnit.SECONDS));
                assertTrue(log.says("org.hearthd.process~test: key command: handler test keeps its old process, the new one does"
                        + " not start: " + bad[1]), log.lines().toString());
            }
        }
        String message = assertThrows(IllegalArgumentException.class,
                () -> handler.modified(config(new String[] {"'"}), House.PID)).getMessage();
        assertTrue(message.contains("key command: the closing '"), message);
        assertThrows(IllegalArgumentException.class, () -> handler.modified(config(java("old"), "stdout", "file"), House.PID));
        assertThrows(IllegalArgumentException.class,
                () -> handler.modified(config(java("old"), "restart_delay_min_ms", 40_000L), House.PID));
        handler.modified(config(java("old"), "waiting_max", 7), House.PID);
        assertEquals(pid, pid(ask("x")));
    }

    @Test
    void theHandlerIsNamedAfterItsFileOrInIt() {
        assertEquals("test", PersistentSettings.of(config(shell("x")), House.PID).handler());
        assertEquals("blog", PersistentSettings.of(config(shell("x"), "handler", "blog"), House.PID).handler());
        assertThrows(IllegalArgumentException.class,
                () -> PersistentSettings.of(config(shell("x")), Map.of("service.pid", "org.hearthd.process")));
    }

    @Test
    void environmentWordsSetAndRemove() {
        PersistentSettings settings = PersistentSettings
                .of(config(shell("x"), "environment", new String[] {"A='b c' -D E="}, "environment_inherit", false), House.PID);
        assertEquals("b c", settings.program().environment().changes().get("A"));
        assertEquals("", settings.program().environment().changes().get("E"));
        assertTrue(settings.program().environment().changes().containsKey("D"));
        assertFalse(settings.program().environment().inherit());
        for (String bad : List.of("=x", "x", "-")) {
            assertThrows(IllegalArgumentException.class,
                    () -> PersistentSettings.of(config(shell("x"), "environment", new String[] {bad}), House.PID));
        }
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
        try {
            return Files.readAllLines(log).stream().map(Long::valueOf).toList();
        } catch (IOException e) {
            return List.of();
        }
    }
}
