package org.hearthd.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.hearthd.transport.Await;
import org.hearthd.transport.Logged;
import org.junit.jupiter.api.Test;

/** Processes that say when they are ready, or do not. */
final class ReadyTest extends PersistentContract {
    @Test
    void aProcessThatSaysWhenItIsReadyGetsNoRequestBefore() throws Exception {
        Path go = dir.resolve("go");
        start(java("old"));
        String old = word(ask("x"), 1);
        handler.modified(
                config(once(go, "echo ready >&0; exec " + quoted(java("new"))),
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
        handler.modified(config(once(go, "exit 3"), "ready_message", true),
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
        start(once(go, "echo >&0; exec " + quoted(java("new"))), "ready_message",
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
}
