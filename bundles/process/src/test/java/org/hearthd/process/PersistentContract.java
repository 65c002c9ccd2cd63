package org.hearthd.process;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;

/** One persistent handler with real processes. */
abstract class PersistentContract extends ProcessContract {
    protected PersistentHandler handler;

    @AfterEach
    void stop() {
        if (handler != null) {
            handler.stop(House.STOPPED);
            assertTrue(house.empty());
        }
    }

    protected void start(String[] command, Object... more) {
        make(command, more);
        handler.start();
    }

    protected void make(String[] command, Object... more) {
        handler = new PersistentHandler(house.context(), config(command, more), House.PID, spawner);
        handler.transports(packets, streams);
    }

    /** Waits until the change has taken effect. */
    protected void modify(String[] command, Object... more) throws Exception {
        handler.modified(config(command, more), House.PID);
        assertTrue(handler.change().get(30, TimeUnit.SECONDS));
    }

    /** Makes a file of this name, or changes it, that is a program and becomes that command. */
    protected Path script(String name, String... command) throws IOException {
        Path script = dir.resolve(name);
        Files.writeString(script, "#!/bin/sh\nexec " + quoted(command) + "\n");
        assertTrue(script.toFile().setExecutable(true));
        return script;
    }

    /** A command that waits for that file first. */
    protected static String[] once(Path go, String then) {
        return shell("while ! [ -e " + go + " ]; do sleep 0.05; done; " + then);
    }

    protected static PersistentConfig config(String[] command, Object... more) {
        return House.config(PersistentConfig.class, values(command, more));
    }

    protected Client ask(String rest) {
        Client client = Client.get(streams, rest);
        handler.handle(client.exchange());
        return client;
    }

    /** The word of an answer of {@link JavaChild}: its own, then its process id. */
    protected static String word(Client client, int which) throws Exception {
        String answer = client.answer();
        assertTrue(answer.startsWith("HTTP/1.1 200 "), answer);
        return answer.substring(answer.indexOf("\r\n\r\n")).trim().split(" ")[which];
    }

    protected static long pid(Client client) throws Exception {
        return Long.parseLong(word(client, 1));
    }

    protected static String quoted(String... words) {
        return "'" + String.join("' '", words) + "'";
    }
}
