package org.hearthd.transport;

import java.net.URLDecoder;
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
        int bytes = octets(path).length;
        if (bytes == 0 || bytes > MAX_BYTES) {
            throw new IllegalArgumentException(
                    "socket path " + path + " has " + bytes + " bytes, 1 to " + MAX_BYTES + " are possible");
        }
    }

    /** The address of that path. */
    public static UnixAddress of(String path) {
        return new UnixAddress(Path.of(path));
    }

    /** The path as java.nio.file has it, which depends on the locale: what is bound with these octets is what it finds. */
    public byte[] octets() {
        return octets(path);
    }

    private static byte[] octets(Path path) {
        String text = path.toString();
        byte[] plain = text.getBytes(StandardCharsets.UTF_8);
        if (plain.length == text.length()) {
            return plain;
        }
        // nowhere else they are shown as they are; behind a directory comes a slash
        String raw = Path.of("/").resolve(path).toUri().getRawPath().replace("+", "%2B");
        String whole = URLDecoder.decode(raw, StandardCharsets.ISO_8859_1);
        return whole.substring(path.isAbsolute() ? 0 : 1, whole.length() - (whole.endsWith("/") ? 1 : 0))
                .getBytes(StandardCharsets.ISO_8859_1);
    }

    @Override
    public String toString() {
        return "unix:" + path;
    }
}
