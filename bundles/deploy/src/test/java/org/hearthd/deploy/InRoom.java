package org.hearthd.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;

/** Tests of a deploy directory in a real framework. */
abstract class InRoom {
    /** Enough for a start on a busy machine. */
    private static final long READY_MS = 10_000;

    @TempDir
    Path home;
    Room room;

    @BeforeEach
    void open() throws Exception {
        room = new Room(home);
    }

    @AfterEach
    void close() throws Exception {
        room.close();
    }

    static Jars hello(String version) {
        return Jars.bundle("org.example.hello", version).greets("hello");
    }

    void startWith(Jars jar) throws Exception {
        room.put("hello.jar", jar);
        room.start(Map.of("poll.ms", 50, "gc.interval.ms", 300L, "ready.timeout.ms", READY_MS));
        assertNotNull(room.active("hello.jar"), room.log::toString);
    }

    /** The bundle still runs, untouched, and all three places say why the jar does not. */
    void assertRefused(Bundle old, String reason) throws Exception {
        room.until(() -> room.mark("hello.jar").contains(reason), "the mark says " + reason);
        String mark = room.mark("hello.jar");
        assertTrue(mark.lines().count() <= 10, mark);
        assertTrue(mark.contains("serving: org.example.hello " + old.getVersion() + " goes on\n"), mark);
        assertTrue(room.state("hello.jar").contains(reason), () -> room.log.toString());
        assertTrue(room.logged("hello.jar cannot be deployed: "), () -> room.log.toString());
        assertTrue(room.logged(reason), () -> room.log.toString());
        room.until(() -> room.bundles("hello.jar").equals(List.of(old)), "nothing else is left of the attempt");
        assertEquals(Bundle.ACTIVE, old.getState());
        assertEquals(old.getVersion().toString(), room.handlers.serving("hello"));
    }
}
