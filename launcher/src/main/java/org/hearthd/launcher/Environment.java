package org.hearthd.launcher;

import java.util.HashMap;
import java.util.Map;

/**
 * Turns the command line and the environment into framework properties: bundles read neither. A JVM can not unset its environment, so
 * whoever starts a child has to take LISTEN_PID, LISTEN_FDS, LISTEN_FDNAMES and NOTIFY_SOCKET out of the child's.
 */
final class Environment {
    private Environment() {}

    /** The properties that bundles may read (docs/architecture.md section 7). */
    static Map<String, String> properties(Arguments arguments, Map<String, String> environment, long pid) {
        Map<String, String> properties = inherited(environment, pid);
        properties.put("hearth.home", arguments.home().toString());
        properties.put("hearth.port", Integer.toString(arguments.port()));
        if (arguments.notificationFd() >= 0) {
            properties.put("hearth.notification.fd", Integer.toString(arguments.notificationFd()));
        }
        return properties;
    }

    /** Those that no command line says. */
    static Map<String, String> inherited(Map<String, String> environment, long pid) {
        Map<String, String> properties = new HashMap<>();
        properties.put("hearth.version", Main.version());
        put(properties, "hearth.notify.socket", environment.get("NOTIFY_SOCKET"));
        // sd_listen_fds(3): the variables are meant for us only if they carry our process id
        if (Long.toString(pid).equals(environment.get("LISTEN_PID"))) {
            put(properties, "hearth.listen.fds", environment.get("LISTEN_FDS"));
            put(properties, "hearth.listen.fdnames", environment.get("LISTEN_FDNAMES"));
        }
        return properties;
    }

    private static void put(Map<String, String> properties, String key, String value) {
        if (value != null && !value.isEmpty()) {
            properties.put(key, value);
        }
    }
}
