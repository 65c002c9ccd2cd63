package org.hearthd.listeners;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.hearthd.Fd;
import org.hearthd.transport.SocketInfo;
import org.hearthd.transport.TcpSockets;

/** What the kernel tells about Unix sockets in /proc/net/unix, which is all that is known of a socket where room net is not installed. */
final class UnixSockets {
    private static final int FLAGS = 3;
    private static final int TYPE = 4;
    private static final int INODE = 6;
    private static final int PATH = 7;
    /** __SO_ACCEPTCON */
    private static final int LISTENING = 1 << 16;

    private UnixSockets() {}

    /** What kind of socket a number is; empty if it is no Unix socket of this network namespace. */
    static Optional<SocketInfo> inspect(int number) throws IOException {
        String link = Files.readSymbolicLink(Path.of("/proc/self/fd/" + number)).toString();
        if (!link.matches("socket:\\[\\d+\\]")) {
            return Optional.empty();
        }
        String inode = link.substring("socket:[".length(), link.length() - 1);
        String all = new String(Files.readAllBytes(Path.of("/proc/net/unix")), StandardCharsets.UTF_8);
        return all.lines().map(line -> line.trim().split(" +", PATH + 1)).filter(f -> f.length > INODE && f[INODE].equals(inode))
                .findFirst().map(UnixSockets::info);
    }

    private static SocketInfo info(String... fields) {
        SocketInfo.Type type = switch (Integer.parseInt(fields[TYPE], 16)) {
            case 1 -> SocketInfo.Type.STREAM;
            case 5 -> SocketInfo.Type.PACKET;
            default -> SocketInfo.Type.OTHER;
        };
        // an abstract name is no path
        String path = fields.length > PATH && !fields[PATH].startsWith("@") ? fields[PATH] : "";
        return new SocketInfo(type, (Integer.parseUnsignedInt(fields[FLAGS], 16) & LISTENING) != 0,
                UnixDomainSocketAddress.of(path));
    }

    /** What kind of socket it is, by whoever can tell. */
    static SocketInfo inspect(Fd fd, TcpSockets tcp) throws IOException {
        if (tcp != null) {
            return tcp.inspect(fd);
        }
        return inspect(fd.number()).orElseThrow(() -> new IOException("no socket inspection (offered by room net) available"));
    }
}
