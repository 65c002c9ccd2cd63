package org.hearthd.stdin;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.hearthd.Fd;

/** Tells a parent's socket from what else may be descriptor 0, before anything is read from it. */
final class SocketType {
    /** Columns of /proc/net/unix: Num RefCount Protocol Flags Type St Inode Path. */
    private static final int TYPE = 4;
    private static final int INODE = 6;
    private static final String SEQPACKET = "0005";

    private SocketType() {}

    /**
     * Refuses what is no SEQPACKET socket. One that was made in another network namespace can not be looked up and is let pass.
     *
     * @throws IOException saying what the descriptor is instead
     */
    static void requirePackets(Fd fd) throws IOException {
        String target = Files.readSymbolicLink(Path.of("/proc/self/fd/" + fd.number())).toString();
        if (!target.startsWith("socket:[")) {
            throw refusal(fd, "");
        }
        String inode = target.substring("socket:[".length(), target.length() - 1);
        List<String> sockets = Files.readAllLines(Path.of("/proc/net/unix"), StandardCharsets.ISO_8859_1);
        for (String line : sockets) {
            String[] columns = line.trim().split("\\s+", INODE + 2);
            if (columns.length > INODE && columns[INODE].equals(inode) && !columns[TYPE].equals(SEQPACKET)) {
                throw refusal(fd, " of another type");
            }
        }
    }

    private static IOException refusal(Fd fd, String type) {
        return new IOException("descriptor 0 is " + fd + type + ", not the SEQPACKET socket of an ashd parent;"
                + " start the runtime as a persistent handler or remove org.hearthd.stdin.cfg");
    }
}
