package org.hearthd.process;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.AfterEach;

/** One persistent handler with real processes. */
abstract class PersistentContract extends ProcessContract {
    protected PersistentHandler handler;

    @AfterEach
    void stop() {
        if (handler != null) {
            handler.stop();
            assertTrue(house.empty());
        }
    }

    protected void start(String[] command, Object... more) {
        handler = new PersistentHandler(house.context(), config(command, more), House.PID, spawner);
        handler.transports(packets, streams);
        handler.start();
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
