package org.hearthd.transport;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** What kind of socket a descriptor is, as the kernel lists it: no transport tells. */
public final class PacketSocket {
    private static final String SEQPACKET = "0005";
    private static final int TYPE = 4;
    private static final int INODE = 6;

    private PacketSocket() {}

    /**
     * Refuses what is not a Unix SEQPACKET socket.
     *
     * @param proc the kernel's view of processes, {@code /proc}
     * @throws IOException saying what the descriptor is
     */
    public static void check(int number, Path proc) throws IOException {
        String target = Files.readSymbolicLink(proc.resolve("self/fd/" + number)).toString();
        if (!target.startsWith("socket:[") || !listed(target.substring(8, target.length() - 1), proc)) {
            throw new IOException("standard input (descriptor " + number + ") is " + target
                    + " and not a Unix SEQPACKET socket, as a program gets it that an ashd parent starts as its handler");
        }
    }

    private static boolean listed(String inode, Path proc) throws IOException {
        // paths in the list are octets
        try (Stream<String> lines = Files.lines(proc.resolve("self/net/unix"), StandardCharsets.ISO_8859_1)) {
            return lines.map(line -> line.trim().split("\\s+"))
                    .anyMatch(field -> field.length > INODE && field[TYPE].equals(SEQPACKET) && field[INODE].equals(inode));
        }
    }
}
