package org.hearthd.settings;

import java.util.Map;

/** A component of a test's bundle that can not be started where it is configured with 9; it knows only the JDK. */
public final class Flawed {
    private static final String TOLD = "org.example.flawed.";

    /** What the component with that PID was started or changed with; null: it was not. */
    static String told(String pid) {
        return System.getProperty(TOLD + pid);
    }

    /** The address with which it was not started at last. */
    static String refused(String pid) {
        return told(pid + ".refused");
    }

    static void forget() {
        System.getProperties().keySet().removeIf(key -> key.toString().startsWith(TOLD));
    }

    void activate(Map<String, Object> properties) {
        if ("9".equals(properties.get("size")) || "9".equals(properties.get("port"))) {
            System.setProperty(TOLD + properties.get("service.pid") + ".refused", String.valueOf(properties.get("address")));
            throw new IllegalStateException("flawed by 9");
        }
        modified(properties);
    }

    void modified(Map<String, Object> properties) {
        System.setProperty(TOLD + properties.get("service.pid"), properties.get("size") + " " + properties.get("port"));
    }
}
