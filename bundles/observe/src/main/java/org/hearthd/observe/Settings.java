package org.hearthd.observe;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/**
 * A log's configuration after it was checked.
 *
 * @param file where the lines go, or null for stderr
 * @param buffer bytes that may wait
 */
record Settings(String name, Path file, LineFormat format, int buffer) {
    static final String PID = "org.hearthd.observe.access";

    /** @throws IllegalArgumentException naming PID and key */
    static Settings of(String pid, AccessLogConfig config) {
        LineFormat format = switch (config.format()) {
            case "combined" -> new Combined();
            case "json" -> new Json();
            default -> throw new IllegalArgumentException(pid + ": format " + config.format() + " is neither combined nor json");
        };
        if (config.buffer_kib() < 16 || config.buffer_kib() > 1 << 20) {
            throw new IllegalArgumentException(pid + ": buffer.kib " + config.buffer_kib() + " is not within 16 and 1048576");
        }
        String rest = pid.startsWith(PID) ? pid.substring(PID.length()) : pid;
        String name = rest.isEmpty() ? "main" : rest.substring(1);
        return new Settings(name, file(pid, config.target().strip()), format, config.buffer_kib() * 1024);
    }

    private static Path file(String pid, String target) {
        if (target.equals("stderr")) {
            return null;
        }
        try {
            Path file = Path.of(target);
            if (file.isAbsolute()) {
                return file;
            }
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException(pid + ": target " + target + ": " + e.getMessage(), e);
        }
        throw new IllegalArgumentException(pid + ": target " + target + " is neither stderr nor an absolute path");
    }

    /** Where the lines go, for people. */
    String target() {
        return file == null ? "stderr" : file.toString();
    }
}
