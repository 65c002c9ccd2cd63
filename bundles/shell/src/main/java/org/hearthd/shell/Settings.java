package org.hearthd.shell;

import java.nio.file.Path;
import org.hearthd.transport.UnixAddress;

/**
 * The configuration after it was checked.
 *
 * @param address where to listen instead of the usual place, or null
 */
record Settings(UnixAddress address, long commandTimeoutMs) {
    static final String PID = "org.hearthd.shell";
    private static final String SCHEME = "unix:";
    private static final long MOST_MS = 86_400_000;

    /** @throws IllegalArgumentException naming PID and key */
    static Settings of(ShellConfig config) {
        long timeout = config.command_timeout_ms();
        if (timeout < 1 || timeout > MOST_MS) {
            throw new IllegalArgumentException(PID + ": command.timeout.ms " + timeout + " is not within 1 and " + MOST_MS);
        }
        return new Settings(address(config.address().strip()), timeout);
    }

    private static UnixAddress address(String text) {
        if (text.isEmpty()) {
            return null;
        }
        Path path = Path.of(text.startsWith(SCHEME) ? text.substring(SCHEME.length()) : text);
        if (!path.isAbsolute()) {
            throw new IllegalArgumentException(PID + ": address " + text + " is not an absolute path");
        }
        try {
            return new UnixAddress(path);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(PID + ": address: " + e.getMessage(), e);
        }
    }
}
