package org.hearthd.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.hearthd.transport.Await;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class NotExecutedTest extends ProcessContract {
    /** Where another program starts it, that one finds out, and says so with another status than for a program that is missing. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anEssentialProgramWithoutAnInterpreterEndsTheRuntime(boolean session) throws Exception {
        Path script = dir.resolve("script");
        Files.writeString(script, "#!/etc/passwd\n");
        assertTrue(script.toFile().setExecutable(true));
        List<Integer> codes = new CopyOnWriteArrayList<>();
        PersistentHandler handler = new PersistentHandler(house.context(), House.config(PersistentConfig.class,
                values(new String[] {script.toString(), "x"}, "essential", true, "session", session)), House.PID, spawner);
        handler.transports(packets, streams);
        handler.exit(codes::add);
        handler.start();
        assertTrue(Await.until(() -> !codes.isEmpty()), "the runtime goes on");
        assertEquals(List.of(1), codes);
        handler.stop(House.STOPPED);
    }
}
