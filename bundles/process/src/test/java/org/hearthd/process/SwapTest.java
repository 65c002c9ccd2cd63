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
import org.hearthd.transport.Await;
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
    void aChangedProgramTakesOverBeforeTheOldOneEnds() throws Exception {
        start(java("old"));
        long old = pid(ask("x"));
        List<Client> clients = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            clients.add(ask("o" + i));
        }
        modify(java("new"), "handler", "other");
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
    void messagesNameARenamedHandlerAsItIsCalledNow() throws Exception {
        start(java("java"));
        modify(java("java"), "handler", "other");
        String answer = ask("x".repeat(70_000)).answer();
        assertTrue(answer.contains("The request is too long for the handler other."), answer);
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
    void theCommandRestartsAProgramWhoseFileHasChanged() throws Exception {
        Path script = script("script", java("one"));
        start(new String[] {script.toString(), "x"});
        assertEquals("one", word(ask("x"), 0));
        RestartCommand command = new RestartCommand();
        command.addHandler(handler, Map.of(Handler.NAME, "test"));
        script("script", java("two"));
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
    void whileThereIsNoTransportRequestsWaitAndTheProcessStays() throws Exception {
        start(java("java"));
        String pid = word(ask("x"), 1);
        handler.transports(null, null);
        Client during = ask("during");
        handler.transports(packets, streams);
        assertEquals(pid, word(during, 1));
        handler.stop(House.STOPPED);
        handler = new PersistentHandler(house.context(), config(java("java")), House.PID, spawner);
        handler.start();
        Client early = ask("early");
        assertFalse(early.answered());
        handler.transports(packets, streams);
        assertEquals("java", word(early, 0));
    }
}
