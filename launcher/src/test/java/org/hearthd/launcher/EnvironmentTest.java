package org.hearthd.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.Map;
import org.junit.jupiter.api.Test;

class EnvironmentTest {
    private static final Map<String, String> LISTEN = Map.of("LISTEN_PID", "7", "LISTEN_FDS", "2", "LISTEN_FDNAMES", "a:b",
            "NOTIFY_SOCKET", "/run/n");

    @Test
    void inheritedSocketsAreOursOnlyWithOurProcessId() throws Exception {
        Arguments arguments = Arguments.parse("run", "--notification-fd", "4");
        Map<String, String> ours = Environment.properties(arguments, LISTEN, 7);
        assertEquals("2", ours.get("hearth.listen.fds"));
        assertEquals("a:b", ours.get("hearth.listen.fdnames"));
        assertEquals("4", ours.get("hearth.notification.fd"));
        Map<String, String> others = Environment.properties(arguments, LISTEN, 8);
        assertFalse(others.containsKey("hearth.listen.fds"));
        assertEquals("/run/n", others.get("hearth.notify.socket"));
    }
}
