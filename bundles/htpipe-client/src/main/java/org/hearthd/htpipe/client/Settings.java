package org.hearthd.htpipe.client;

import org.hearthd.ashd.Datagram;
import org.hearthd.ashd.Forwarder;
import org.hearthd.transport.UnixAddress;

/**
 * A client's configuration after it was checked.
 *
 * @param leastNanos the pause before the second attempt to connect
 * @param mostNanos the longest pause between two attempts
 */
record Settings(String handler, UnixAddress address, Forwarder.Limits limits, long leastNanos, long mostNanos) {
    static final String PID = "org.hearthd.htpipe.client";
    private static final long DAY_MS = 86_400_000;
    private static final long NANOS_PER_MS = 1_000_000;

    /**
     * Checks a configuration.
     *
     * @throws IllegalArgumentException naming PID and key
     */
    static Settings of(String pid, HtpipeClientConfig config) {
        long least = range(pid, "reconnect.min.ms", config.reconnect_min_ms(), 1, DAY_MS);
        long most = range(pid, "reconnect.max.ms", config.reconnect_max_ms(), 1, DAY_MS);
        if (least > most) {
            throw new IllegalArgumentException(pid + ": reconnect.min.ms " + least + " is more than reconnect.max.ms " + most);
        }
        Forwarder.Limits limits = new Forwarder.Limits((int) range(pid, "waiting.max", config.waiting_max(), 0, 1_000_000),
                range(pid, "wait.timeout.ms", config.wait_timeout_ms(), 1, DAY_MS),
                (int) range(pid, "datagram.limit", config.datagram_limit(), 64, Datagram.KERNEL_LIMIT));
        return new Settings(handler(pid, config.handler()), address(pid, config.address()), limits, least * NANOS_PER_MS,
                most * NANOS_PER_MS);
    }

    private static String handler(String pid, String configured) {
        String name = configured.isBlank() ? pid.substring(pid.indexOf('~') + 1) : configured.strip();
        if (configured.isBlank() && pid.indexOf('~') < 0) {
            throw new IllegalArgumentException(pid + ": handler is missing");
        }
        return name;
    }

    private static UnixAddress address(String pid, String text) {
        if (text == null || text.isBlank()) {
            throw new IllegalArgumentException(pid + ": address is missing");
        }
        try {
            return UnixAddress.of(text.startsWith("unix:") ? text.substring(5) : text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(pid + ": address: " + e.getMessage(), e);
        }
    }

    private static long range(String pid, String key, long value, long least, long most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(pid + ": " + key + " " + value + " is not within " + least + " and " + most);
        }
        return value;
    }
}
