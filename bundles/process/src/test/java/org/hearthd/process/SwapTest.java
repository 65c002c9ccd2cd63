package org.hearthd.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.hearthd.Handler;
import org.hearthd.transport.Logged;
import org.junit.jupiter.api.Test;

/** One process takes the place of another. */
final class SwapTest extends PersistentContract {
    @Test
    void whatASlowProcessHasBeenSentItAnswersHoweverLongThatTakes() throws Exception {
        start(java("old"), "end_eof_ms", 0L, "end_term_ms", 0L);
        String old = word(ask("x"), 1);
        List<Client> slow = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            slow.add(ask("slow"));
        }
        modify(java("new"), "end_eof_ms", 0L, "end_term_ms", 0L);
        assertFalse(slow.get(29).answered(), "the old process was too fast for this test");
        assertEquals("new", word(ask("x"), 0));
        for (Client client : slow) {
            assertEquals("old", word(client, 0));
            assertEquals(old, word(client, 1));
        }
        assertTrue(Await.until(() -> ProcessHandle.of(Long.parseLong(old)).isEmpty()), "the old one did not end");
    }

    @Test
    void whoDoesNotFinishWithinTheDrainTimeoutIsEndedAndTheLogSaysSo() throws Exception {
        try (Logged log = new Logged()) {
            start(shell("exec sleep 60"), "drain_timeout_ms", 100L, "end_eof_ms", 60_000L);
            modify(java("new"), "end_eof_ms", 10_000L);
            assertTrue(Await.until(() -> log.says("was replaced and has not finished its requests within 100 ms")));
            assertTrue(Await.until(() -> log.says("was replaced and has ended: signal 15")), log.lines().toString());
            assertEquals("new", word(ask("x"), 0));
        }
    }

    @Test
    void ofSeveralChangesTheLastOneWinsAndTheOthersLeaveNothing() throws Exception {
        start(java("old"));
        assertEquals("old", word(ask("x"), 0));
        for (int i = 0; i < 5; i++) {
            handler.modified(config(java("new" + i)), House.PID);
        }
        assertTrue(handler.change().get(30, TimeUnit.SECONDS));
        assertEquals("new4", word(ask("x"), 0));
        handler.modified(config(java("other")), House.PID);
        modify(java("new4"));
        assertEquals("new4", word(ask("x"), 0));
        assertTrue(Await.until(() -> ProcessHandle.current().children().count() == 1), "a process is left");
    }

    @Test
    void eachChangeThatTakesEffectIsANewRevision() throws Exception {
        start(java("old"));
        assertEquals(0L, house.property(Restartable.REVISION));
        modify(java("old"), "waiting_max", 7);
        assertEquals(1L, house.property(Restartable.REVISION));
        handler.modified(config(shell("exit 3")), House.PID);
        assertFalse(handler.change().get(30, TimeUnit.SECONDS));
        assertEquals(1L, house.property(Restartable.REVISION));
        modify(java("new"));
        assertEquals(2L, house.property(Restartable.REVISION));
    }

    @Test
    void eachRequestHasTheGenerationOfTheProcessThatGetsIt() throws Exception {
        start(java("old"));
        handler.generation("child/1#1");
        assertEquals("child/1#1", label("old", ask("x", "child/1#1")));
        List<Client> during = new ArrayList<>();
        house.whileChanging = () -> {
            handler.generation("child/1#2");
            during.add(ask("x", "child/1#2"));
        };
        modify(java("new"));
        assertEquals("child/1#1", label("old", during.get(0)), "the new one gets nothing before everybody knows of it");
        assertEquals("child/1#2", label("new", ask("x", "child/1#1")), "one that dispatch gave to the old one a moment too late");
        house.whileChanging = () -> handler.generation("child/1#3");
        modify(java("new"), "waiting_max", 7);
        assertEquals("child/1#3", label("new", ask("x", "child/1#3")));
        house.whileChanging = () -> handler.generation("child/1#4");
        handler.restart().get(30, TimeUnit.SECONDS);
        assertEquals("child/1#4", label("new", ask("x", "child/1#4")));
    }

    private Client ask(String rest, String generation) {
        Client client = Client.get(streams, rest).givenTo(generation);
        handler.handle(client.exchange());
        return client;
    }

    private static String label(String word, Client client) throws Exception {
        assertEquals(word, word(client, 0));
        return client.generation();
    }

    @Test
    void aProcessThatSaysWhenItIsReadyGetsNoRequestBefore() throws Exception {
        Path go = dir.resolve("go");
        start(java("old"));
        String old = word(ask("x"), 1);
        handler.modified(
                config(shell("while ! [ -e " + go + " ]; do sleep 0.05; done; echo ready >&0; exec " + quoted(java("new"))),
                        "ready_message", true, "ready_after_ms", 1L),
                House.PID);
        for (int i = 0; i < 50; i++) {
            assertEquals(old, word(ask("x"), 1));
        }
        assertFalse(handler.change().isDone());
        Files.createFile(go);
        assertTrue(handler.change().get(30, TimeUnit.SECONDS));
        assertEquals("new", word(ask("x"), 0));
    }

    @Test
    void aProcessThatDoesNotSayInTimeThatItIsReadyIsEndedAndTheOldOneStays() throws Exception {
        start(java("old"));
        String old = word(ask("x"), 1);
        try (Logged log = new Logged()) {
            handler.modified(config(shell("exec sleep 60"), "ready_message", true, "ready_timeout_ms", 50L), House.PID);
            assertFalse(handler.change().get(30, TimeUnit.SECONDS));
            assertTrue(log.says("it has not said within 50 ms that it is ready, signal 15"), log.lines().toString());
        }
        assertEquals(old, word(ask("x"), 1));
    }

    @Test
    void aMalformedChangeDoesNotHideWhyTheOneThatIsBeingTriedFails() throws Exception {
        Path go = dir.resolve("go");
        start(java("old"));
        handler.modified(config(shell("while ! [ -e " + go + " ]; do sleep 0.05; done; exit 3"), "ready_message", true),
                House.PID);
        assertThrows(IllegalArgumentException.class, () -> handler.modified(config(new String[] {"'"}), House.PID));
        Files.createFile(go);
        assertFalse(handler.change().get(30, TimeUnit.SECONDS));
        assertEquals(1, handler.reasons().size());
        assertTrue(handler.reasons().get(0).contains("the new one does not start: status 3"), handler.reasons().toString());
    }

    @Test
    void requestsWaitForAFirstProcessThatSaysWhenItIsReady() throws Exception {
        Path go = dir.resolve("go");
        start(shell("while ! [ -e " + go + " ]; do sleep 0.05; done; echo >&0; exec " + quoted(java("new"))), "ready_message",
                true);
        Client early = ask("early");
        assertFalse(early.answered());
        Files.createFile(go);
        assertEquals("new", word(early, 0));
    }

    @Test
    void aFirstProcessThatDoesNotSayThatItIsReadyIsTrouble() throws Exception {
        start(shell("exec sleep 60"), "ready_message", true, "ready_timeout_ms", 20L, "restart_delay_min_ms", 1L);
        assertTrue(Await.until(() -> handler.trouble() != null), "no trouble");
        assertTrue(ask("x").answer().startsWith("HTTP/1.1 503 "));
    }

    @Test
    void theCommandRestartsAProgramWhoseFileHasChanged() throws Exception {
        Path script = dir.resolve("script");
        write(script, java("one"));
        start(new String[] {script.toString(), "x"});
        assertEquals("one", word(ask("x"), 0));
        RestartCommand command = new RestartCommand();
        command.addHandler(handler, Map.of(Handler.NAME, "test"));
        write(script, java("two"));
        String said = command.restart("test");
        Client after = ask("x");
        assertEquals("two", word(after, 0));
        assertEquals("handler test: process " + word(after, 1) + " has taken over", said);
        assertEquals(1L, house.property(Restartable.REVISION));
        assertTrue(assertThrows(IllegalArgumentException.class, () -> command.restart("tset")).getMessage()
                .contains("there are: [test]"));
        Files.delete(script);
        String refused = assertThrows(IllegalStateException.class, () -> command.restart("test")).getMessage();
        assertTrue(refused.contains("keeps its old process, the new one does not start: status 127"), refused);
        assertEquals(word(after, 1), word(ask("x"), 1));
    }

    @Test
    void restartsUnderLoadLoseNothing() throws Exception {
        start(java("java"));
        List<Client> clients = new ArrayList<>();
        String first = word(ask("x"), 1);
        for (int i = 0; i < 3; i++) {
            var restarted = handler.restart();
            while (!restarted.isDone()) {
                clients.add(ask("r"));
                assertEquals("java", word(clients.get(clients.size() - 1), 0));
            }
            restarted.get();
        }
        for (Client client : clients) {
            assertEquals("java", word(client, 0));
        }
        assertNotEquals(first, word(ask("x"), 1));
    }

    @Test
    void aProcessThatReadsAgainIsReported() throws Exception {
        Path go = dir.resolve("go");
        try (Logged log = new Logged()) {
            start(shell("while ! [ -e " + go + " ]; do sleep 0.05; done; exec " + quoted(java("late"))), "wait_timeout_ms", 100L,
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
    void whileThereIsNoTransportRequestsWaitAndTheProcessStays() throws Exception {
        start(java("java"));
        String pid = word(ask("x"), 1);
        handler.transports(null, null);
        Client during = ask("during");
        handler.transports(packets, streams);
        assertEquals(pid, word(during, 1));
        handler.stop();
        handler = new PersistentHandler(house.context(), config(java("java")), House.PID, spawner);
        handler.start();
        Client early = ask("early");
        assertFalse(early.answered());
        handler.transports(packets, streams);
        assertEquals("java", word(early, 0));
    }

    private static void write(Path script, String... command) throws Exception {
        Files.writeString(script, "#!/bin/sh\nexec " + quoted(command) + "\n");
        assertTrue(script.toFile().setExecutable(true));
    }

    private void modify(String[] command, Object... more) throws Exception {
        handler.modified(config(command, more), House.PID);
        assertTrue(handler.change().get(30, TimeUnit.SECONDS));
    }
}
