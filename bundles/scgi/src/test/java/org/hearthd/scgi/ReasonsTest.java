package org.hearthd.scgi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.hearthd.transport.Await;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What {@code why} hears of a handler's servers and programs. */
@Timeout(180)
class ReasonsTest {
    @TempDir
    private Path directory;
    private House house;

    @AfterEach
    void close() throws IOException {
        if (house != null) {
            house.close();
        }
    }

    /** @param keys key and value in turn */
    private void house(Object... keys) throws IOException {
        Map<String, Object> config = new HashMap<>();
        for (int i = 0; i < keys.length; i += 2) {
            config.put((String) keys[i], keys[i + 1]);
        }
        house = new House(directory, config);
    }

    private void ask(int status) throws IOException {
        String answer = house.ask(House.get());
        assertTrue(answer.startsWith("HTTP/1.1 " + status + " "), answer);
    }

    private static void answer(TestServer.Peer peer, String text) throws IOException {
        peer.variables();
        peer.write(text);
    }

    private void awaitReason(String regex) {
        Await.until(regex, () -> house.handler.reasons().stream().anyMatch(line -> line.matches(regex)));
    }

    @Test
    void serversThatWorkOrWereNotNeededAreNoReason() throws Exception {
        try (TestServer server = TestServer.unix(directory.resolve("s"), peer -> answer(peer, "\n"))) {
            house("address", server.address + ", unix:" + directory.resolve("spare"));
            assertEquals(List.of(), house.handler.reasons());
            ask(200);
            assertEquals(List.of(), house.handler.reasons());
        }
    }

    @Test
    void whereOneServerFailsAllAreListedWithTheirAddressTheirHealthAndTheLastError() throws Exception {
        String lost = "unix:" + directory.resolve("lost");
        try (TestServer server = TestServer.unix(directory.resolve("s"), peer -> answer(peer, "\n"))) {
            house("address", lost + ", " + server.address + ", unix:" + directory.resolve("spare"));
            ask(200);
            assertEquals(List.of("server " + lost + ": no such socket; failed attempts since it last answered: 1",
                    "server " + server.address + ": answers",
                    "server unix:" + directory.resolve("spare") + ": has not been needed"), house.handler.reasons());
        }
    }

    @Test
    void aServerThatGivesNoAnswerIsNamedUntilItDoes() throws Exception {
        String[] answer = {""};
        try (TestServer server = TestServer.unix(directory.resolve("s"), peer -> answer(peer, answer[0]))) {
            house("address", server.address);
            ask(502);
            ask(502);
            assertEquals(1, house.handler.reasons().size());
            awaitReason("server unix:.*: .+; failed attempts since it last answered: 2");
            answer[0] = "\n";
            ask(200);
            assertEquals(List.of(), house.handler.reasons());
        }
    }

    @Test
    void anAnswerThatIsCutIsToldUntilTheNextOneIsWhole() throws Exception {
        String[] answer = {"Content-Length: 5\n\nfo"};
        try (TestServer server = TestServer.unix(directory.resolve("s"), peer -> answer(peer, answer[0]))) {
            house("address", server.address);
            house.ask(House.get());
            awaitReason("server unix:[^;]*: .+");
            answer[0] = "\n";
            ask(200);
            assertEquals(List.of(), house.handler.reasons());
        }
    }

    @Test
    void theExitStatusAndTheLastLinesOfAPrivateProgramAreTold() throws Exception {
        house("mode", "anonymous", "command", new String[] {"sh", "-c", "echo no database >&2; exit 3"}, "restart.delay.min.ms",
                10L);
        assertEquals(List.of(), house.handler.reasons());
        house.ask(House.get());
        awaitReason("its program has ended: status 3; its last lines: no database");
        awaitReason("it has failed more than once in a row and is started again for a request.*");
    }

    /** A starter leaves its program behind, which nobody connects to. */
    @Test
    void aPrivateProgramThatEndsWellIsToldThatItHasToStay() throws Exception {
        house("mode", "anonymous", "command", new String[] {"sh", "-c", "exit 0"}, "restart.delay.min.ms", 10L);
        house.ask(House.get());
        awaitReason("its program has ended, though it has to stay in the foreground: status 0");
    }

    @Test
    void theExitStatusOfAProgramAtAnAddressIsTold() throws Exception {
        String address = "unix:" + directory.resolve("p");
        house("mode", "mixed", "address", address, "retries", 1, "retry.delay.ms", 50L, "command",
                new String[] {"sh", "-c", "exit 4"});
        ask(503);
        awaitReason("its program has ended: status 4");
        awaitReason("server " + address + ": no such socket; .*");
    }

    @Test
    void aProgramThatIsNotThereIsToldByItsName() throws Exception {
        house("mode", "launching", "address", "unix:" + directory.resolve("l"), "command", new String[] {"/no/such/program"});
        house.ask(House.get());
        awaitReason("its program .*(/no/such/program|127).*");
    }
}
