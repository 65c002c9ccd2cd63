package org.hearthd.transport;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/** What kind of socket a descriptor is, as the kernel lists it: no transport tells. */
public final class PacketSocket {
    private static final String SEQPACKET = "0005";
    private static final String LISTENS = "00010000";
    private static final int FLAGS = 3;
    private static final int TYPE = 4;
    private static final int INODE = 6;

    private PacketSocket() {}

    /**
     * Refuses what is not a Unix SEQPACKET socket, or one that listens.
     *
     * @param proc the kernel's view of processes, {@code /proc}
     * @throws IOException saying what the descriptor is
     */
    public static void check(int number, Path proc) throws IOException {
        String target = Files.readSymbolicLink(proc.resolve("self/fd/" + number)).toString();
        Optional<String[]> listed = target.startsWith("socket:[")
                ? listed(target.substring(8, target.length() - 1), proc)
                : Optional.empty();
        if (listed.isEmpty() || listed.get()[FLAGS].equals(LISTENS)) {
            throw new IOException("standard input (descriptor " + number + ") is " + target + (listed.isEmpty()
                    ? " and not a Unix SEQPACKET socket"
                    : ", which listens, and not a connection")
                    + ", as a program gets it that an ashd parent starts as its handler");
        }
    }

    /** The fields of a SEQPACKET socket. */
    private static Optional<String[]> listed(String inode, Path proc) throws IOException {
        // paths in the list are octets
        try (Stream<String> lines = Files.lines(proc.resolve("self/net/unix"), StandardCharsets.ISO_8859_1)) {
            return lines.map(line -> line.trim().split("\\s+"))
                    .filter(field -> field.length > INODE && field[TYPE].equals(SEQPACKET) && field[INODE].equals(inode))
                    .findAny();
        }
    }
}
