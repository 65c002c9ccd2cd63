package org.hearthd.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.hearthd.Handler;
import org.hearthd.Headers;
import org.hearthd.Request;
import org.hearthd.transport.Await;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class TransientHandlerTest extends ProcessContract {
    private static final String OK = "printf 'HTTP/1.1 200 OK\\r\\n\\r\\n';";

    private TransientHandler handler;

    @AfterEach
    void stop() {
        if (handler != null) {
            handler.stop(House.STOPPED);
            assertTrue(house.empty());
        }
    }

    @Test
    void theProgramGetsTheRequestInArgumentsAndEnvironmentAndTheSocketAsInputAndOutput() throws Exception {
        start(shell(OK + "printf '%s,' \"$@\" \"$HTTP_VERSION\" \"$REQ_X_ONE\" \"$SET\"; cat"), "environment",
                new String[] {"SET='a b'"});
        assertEquals("test", house.property(Handler.NAME));
        Client client = new Client(streams,
                Request.of("POST", "/a/b%20?q", "HTTP/1.0", "b%20", Headers.of("X-One", "eins", "Content-Length", "4")), "body");
        handler.handle(client.exchange());
        assertEquals("HTTP/1.1 200 OK\r\n\r\nPOST,/a/b%20?q,b%20,HTTP/1.0,eins,a b,body", client.answer());
    }

    @Test
    void aProgramThatEndsWithoutOutputClosesTheSocketSoThatTheFrontAnswers502() throws Exception {
        start(shell("exit 3"));
        assertEquals(List.of(), handler.reasons());
        assertEquals("", ask("x").answer());
        assertTrue(Await.until(() -> handler.reasons().equals(List.of("the last process of its program has failed: status 3"))));
    }

    @Test
    void soManyRunAtATimeSoManyWaitAndTheRestGets503() throws Exception {
        Path gate = dir.resolve("gate");
        start(shell(OK + "while [ ! -e " + gate + " ]; do sleep 0.02; done; echo $3"), "concurrency_max", 2, "waiting_max", 3);
        List<Client> clients = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            clients.add(ask("r" + i));
        }
        String refused = clients.get(5).answer();
        assertTrue(refused.startsWith("HTTP/1.1 503 "), refused);
        assertTrue(refused.contains("The handler test is busy: 2 processes run and 3 requests wait."), refused);
        assertFalse(clients.get(0).answered());
        Files.createFile(gate);
        for (int i = 0; i < 5; i++) {
            assertTrue(clients.get(i).answer().endsWith("r" + i + "\n"));
        }
    }

    @Test
    void whoWaitsTooLongGets503() throws Exception {
        start(shell("sleep 60"), "concurrency_max", 1, "wait_timeout_ms", 100L, "end_eof_ms", 0L);
        Client first = ask("first");
        String late = ask("late").answer();
        assertTrue(late.contains("503"), late);
        assertTrue(late.contains("had no process free in time"), late);
        handler.stop(House.STOPPED);
        assertEquals("", first.answer());
        handler = null;
    }

    @Test
    void aProgramThatCanNotBeExecutedIsA503WithTheHandlersNameUntilItCan() throws Exception {
        Path script = dir.resolve("script");
        start(new String[] {script.toString(), "x"});
        for (int i = 0; i < 3; i++) {
            String answer = ask("x").answer();
            assertTrue(answer.startsWith("HTTP/1.1 503 "), answer);
            assertTrue(answer.contains("The handler test is out of order: its program could not be executed."), answer);
        }
        Files.writeString(script, "#!/bin/sh\n" + OK + "echo works\n");
        assertTrue(script.toFile().setExecutable(true));
        assertTrue(ask("x").answer().endsWith("works\n"));
    }

    @Test
    void everyOctetButNulReachesTheProgramInAnyLocale() throws Exception {
        start(shell(OK + "printf '%s|' \"$#\" \"$2\" \"$3\" \"$REQ_A\" \"$REQ_B\" \"${hearth_octets-none}\" | od -An -v -tx1"));
        String url = "/\u00ff\u00fe'$x`\"\\ \n";
        Client client = new Client(streams, Request.of("GET", url, "HTTP/1.1", "", Headers.of("A", "\u00c3\u00a9.", "B", "b")),
                "");
        handler.handle(client.exchange());
        String answer = client.answer();
        StringBuilder octets = new StringBuilder();
        for (String octet : answer.substring(answer.indexOf("\r\n\r\n") + 4).trim().split("\\s+")) {
            octets.append((char) Integer.parseInt(octet, 16));
        }
        assertEquals("3|" + url + "||\u00c3\u00a9.|b|none|", octets.toString());
    }

    @Test
    void whatIsTooLongForAProgramIsRefused() throws Exception {
        start(shell(OK + "echo $3"));
        String large = ask("x".repeat(140_000)).answer();
        assertTrue(large.startsWith("HTTP/1.1 414 "), large.substring(0, 30));
        Client header = Client.get(streams, "x", "X-Large", "x".repeat(140_000));
        handler.handle(header.exchange());
        assertTrue(header.answer().startsWith("HTTP/1.1 431 "), header.answer().substring(0, 30));
        assertTrue(ask("still there").answer().endsWith("still there\n"));
    }

    @Test
    void aProcessThatRunsTooLongIsEnded() throws Exception {
        start(shell("trap '' TERM; " + OK + "while :; do sleep 0.05; done"), "run_timeout_ms", 300L, "end_term_ms", 50L);
        assertEquals("HTTP/1.1 200 OK\r\n\r\n", ask("x").answer());
    }

    @Test
    void whatWaitsIsRefusedAtTheEndAndWhatRunsMayFinish() throws Exception {
        Path begun = dir.resolve("begun");
        start(shell("touch " + begun + "; sleep 0.3; " + OK + "echo done"), "concurrency_max", 1);
        Client runs = ask("runs");
        Client waits = ask("waits");
        assertTrue(Await.until(() -> Files.exists(begun)));
        handler.stop(House.STOPPED);
        assertTrue(runs.answer().endsWith("done\n"));
        assertTrue(waits.answer().contains("The handler test is being stopped."), waits.answer());
        String after = ask("after").answer();
        assertTrue(after.startsWith("HTTP/1.1 503 "), after);
        handler = null;
    }

    @Test
    void aChangeIsForTheRequestsThatFollowAndABadOneChangesNothing() throws Exception {
        start(shell(OK + "echo old"));
        handler.modified(House.config(TransientConfig.class, values(shell(OK + "echo new"), "handler", "other")), House.PID);
        assertEquals("other", house.property(Handler.NAME));
        assertTrue(ask("x").answer().endsWith("new\n"));
        String message = assertThrows(IllegalArgumentException.class, () -> handler
                .modified(House.config(TransientConfig.class, values(new String[] {"sh -c 'open"})), House.PID)).getMessage();
        assertEquals("org.hearthd.process~test: key command: the closing ' is missing in: sh -c 'open", message);
        assertTrue(ask("x").answer().endsWith("new\n"));
    }

    @Test
    void whoWaitsGetsTheNewPlacesInOrderWhenMoreMayRun() throws Exception {
        Path gate = dir.resolve("gate");
        Path begun = dir.resolve("begun");
        String[] command = shell("echo $3 >>" + begun + "; while [ ! -e " + gate + " ]; do sleep 0.02; done; " + OK);
        start(command, "concurrency_max", 1);
        List<Client> clients = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            clients.add(ask("r" + i));
        }
        assertTrue(Await.until(() -> begun(begun).size() == 1));
        for (int places = 2; places < 5; places++) {
            handler.modified(House.config(TransientConfig.class, values(command, "concurrency_max", places)), House.PID);
            clients.add(ask("overtakes" + places));
            int run = places;
            assertTrue(Await.until(() -> begun(begun).size() >= run), "only " + begun(begun) + " run");
        }
        assertEquals(List.of("r0", "r1", "r2", "r3"), begun(begun));
        Files.createFile(gate);
        for (Client client : clients) {
            assertEquals("HTTP/1.1 200 OK\r\n\r\n", client.answer());
        }
    }

    private static List<String> begun(Path file) {
        try {
            return Files.exists(file) ? Files.readAllLines(file) : List.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Client ask(String rest) {
        Client client = Client.get(streams, rest);
        handler.handle(client.exchange());
        return client;
    }

    private void start(String[] command, Object... more) {
        handler = new TransientHandler(house.context(), House.config(TransientConfig.class, values(command, more)), House.PID,
                spawner);
        handler.streams(streams);
        handler.start();
    }
}
