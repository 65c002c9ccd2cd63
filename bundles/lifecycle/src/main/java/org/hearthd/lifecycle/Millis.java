package org.hearthd.lifecycle;

/** Checks times of {@link LifecycleConfig}. */
final class Millis {
    private static final long MOST = 86_400_000;

    private Millis() {}

    /**
     * The value, if it is one.
     *
     * @throws IllegalArgumentException naming PID and key
     */
    static long check(String key, long value) {
        if (value < 0 || value > MOST) {
            throw new IllegalArgumentException(
                    LifecycleConfig.PID + ": " + key + " = " + value + " is out of range, 0 to " + MOST + " are possible");
        }
        return value;
    }
}
