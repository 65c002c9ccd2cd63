package org.hearthd.process;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What becomes of requests when their handler is stopped. */
final class EndingTest extends ProcessContract {
    @Test
    void aRequestThatWaitsForRoomAtTheEndIsTakenByTheProcess() throws Exception {
        Path begin = dir.resolve("begin");
        String[] command = shell(
                "until [ -e " + begin + " ]; do sleep 0.05; done; exec '" + String.join("' '", java("late")) + "'");
        PersistentHandler handler = new PersistentHandler(house.context(), House.config(PersistentConfig.class,
                values(command, "waiting_max", 1, "wait_timeout_ms", 60_000L, "end_eof_ms", 60_000L)), House.PID, spawner);
        handler.transports(packets, streams);
        handler.start();
        List<Client> clients = new ArrayList<>();
        while (clients.stream().noneMatch(Client::answered)) {
            Client client = Client.get(streams, "r");
            handler.handle(client.exchange());
            clients.add(client);
            assertTrue(clients.size() < 5000, "nothing was refused");
        }
        Client refused = clients.remove(clients.size() - 1);
        assertTrue(refused.answer().contains("Too many requests wait"), refused.answer());
        Files.createFile(begin);
        handler.stop(House.STOPPED);
        for (Client client : clients) {
            assertTrue(client.answer().startsWith("HTTP/1.1 200 "), client.answer());
        }
    }
}
