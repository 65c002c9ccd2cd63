package org.hearthd.process;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.hearthd.transport.Await;
import org.hearthd.transport.junixsocket.RealSockets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Real children, and as many descriptors and processes afterwards as before. */
abstract class ProcessContract extends RealSockets {
    protected ProcessSpawner spawner;
    protected final House house = new House();

    @BeforeEach
    void makeSpawner() {
        spawner = new ProcessSpawner(descriptors, null);
    }

    /** A zombie would be among the children too. */
    @AfterEach
    void leavesNoProcess() {
        spawner.stop();
        assertTrue(Await.until(() -> ProcessHandle.current().children().findAny().isEmpty()), "a child was left");
    }

    protected static String[] java(String word) {
        return new String[] {Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC", "-cp", System.getProperty("java.class.path"), JavaChild.class.getName(), word};
    }

    protected static String[] shell(String text) {
        return new String[] {"sh", "-c", text, "sh"};
    }

    /** Values of a configuration: a command, then keys and values in turn. */
    protected static Map<String, Object> values(String[] command, Object... more) {
        Map<String, Object> values = new HashMap<>(Map.of("command", command));
        for (int i = 0; i < more.length; i += 2) {
            values.put((String) more[i], more[i + 1]);
        }
        return values;
    }
}
