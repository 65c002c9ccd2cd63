package org.hearthd.scgi;

import java.io.IOException;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Where a server listens, as configured.
 *
 * @param text as configured, for messages
 * @param unix the socket's path, or null
 * @param host a name or a literal address without brackets, or null
 */
record Address(String text, SocketAddress unix, String host, int port) {
    private static final String UNIX = "unix:";
    /** What fits into an address of the kernel. */
    static final int LONGEST_PATH = 107;
    private static final Path SERVICES = Path.of("/etc/services");

    /** @throws IllegalArgumentException saying what is wrong */
    static Address parse(String text) {
        return parse(text, SERVICES);
    }

    static Address parse(String text, Path services) {
        if (text.startsWith(UNIX)) {
            String path = text.substring(UNIX.length());
            if (!path.startsWith("/") || path.getBytes(StandardCharsets.UTF_8).length > LONGEST_PATH) {
                throw new IllegalArgumentException(
                        text + " is not unix: and an absolute path of at most " + LONGEST_PATH + " bytes");
            }
            return new Address(text, UnixDomainSocketAddress.of(path), null, 0);
        }
        if (text.chars().anyMatch(c -> c <= ' ')) {
            throw new IllegalArgumentException(text + " has a blank; several addresses are separated by commas");
        }
        int colon = text.lastIndexOf(':');
        String host = colon < 0 ? "" : text.substring(0, colon);
        if (host.startsWith("[") && host.endsWith("]") && host.indexOf(':') > 0) {
            host = host.substring(1, host.length() - 1);
        } else if (host.indexOf(':') >= 0 || host.indexOf('[') >= 0 || host.indexOf(']') >= 0) {
            throw new IllegalArgumentException(text + " is not unix:PATH or [HOST:]PORT; IPv6 addresses stand in brackets");
        }
        return new Address(text, null, host.isEmpty() ? "localhost" : host, port(text, text.substring(colon + 1), services));
    }

    private static int port(String text, String port, Path services) {
        boolean number = !port.isEmpty() && port.chars().allMatch(c -> c >= '0' && c <= '9');
        if (!number && port.matches("[A-Za-z0-9][A-Za-z0-9_.+-]*")) {
            return service(text, port, services);
        }
        if (!number || port.length() > 5 || Integer.parseInt(port) == 0 || Integer.parseInt(port) > 65_535) {
            throw new IllegalArgumentException(text + ": the port is not 1 to 65535 and no name of a service");
        }
        return Integer.parseInt(port);
    }

    private static int service(String text, String name, Path services) {
        try {
            for (String line : Files.readAllLines(services, StandardCharsets.ISO_8859_1)) {
                int comment = line.indexOf('#');
                List<String> words = List.of((comment < 0 ? line : line.substring(0, comment)).strip().split("\\s+"));
                if (words.size() > 1 && words.get(1).endsWith("/tcp") && (words.get(0).equals(name) || words.indexOf(name) > 1)) {
                    return Integer.parseInt(words.get(1).substring(0, words.get(1).length() - 4));
                }
            }
        } catch (IOException | NumberFormatException e) {
            throw new IllegalArgumentException(text + ": service names can not be read from " + services, e);
        }
        throw new IllegalArgumentException(text + ": " + services + " has no TCP service " + name);
    }

    @Override
    public String toString() {
        return text;
    }
}
