package org.hearthd.transport;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * A Unix socket's address: a path. At most {@value #MAX_BYTES} bytes, checked here, so that nobody binds a silently truncated name.
 *
 * @param path absolute or relative to the working directory
 */
public record UnixAddress(Path path) {
    /** The longest path the kernel takes with its terminating NUL: {@code sizeof sun_path} is 108 (unix(7)). */
    public static final int MAX_BYTES = 107;

    /**
     * Checks the length.
     *
     * @throws IllegalArgumentException naming the path if it is empty or too long
     */
    public UnixAddress {
        int bytes = path.toString().getBytes(StandardCharsets.UTF_8).length;
        if (bytes == 0 || bytes > MAX_BYTES) {
            throw new IllegalArgumentException(
                    "socket path " + path + " has " + bytes + " bytes, 1 to " + MAX_BYTES + " are possible");
        }
    }

    /** The address of that path. */
    public static UnixAddress of(String path) {
        return new UnixAddress(Path.of(path));
    }

    @Override
    public String toString() {
        return "unix:" + path;
    }
}
