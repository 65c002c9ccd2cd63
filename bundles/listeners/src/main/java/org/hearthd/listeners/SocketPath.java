package org.hearthd.listeners;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.ConnectException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Optional;
import org.hearthd.transport.UnixAddress;

/** What stands at the path of a Unix socket. */
final class SocketPath {
    private static final System.Logger LOG = System.getLogger(SocketPath.class.getName());
    private static final int FILE_TYPE = 0170000;
    private static final int SOCKET = 0140000;
    private static final String WRONG_TYPE = "Protocol wrong type for socket";

    private SocketPath() {}

    /** The identity of a file. The time tells it from a later file that was given the same inode again. */
    record Identity(Object key, FileTime modified) {}

    /** The file that has this name now, symbolic links not followed. */
    static Optional<Identity> identity(Path path) throws IOException {
        try {
            BasicFileAttributes file = Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            return Optional.of(new Identity(file.fileKey(), file.lastModifiedTime()));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    /**
     * A connection of another type than the server's: the kernel refuses it with ECONNREFUSED only if nobody has bound the path, with
     * EPROTOTYPE if somebody has, and the server hears nothing of that. A program may take a connection without a request ill.
     */
    interface Probe {
        /** Connects and closes. */
        void connect(UnixAddress address) throws IOException;
    }

    /**
     * Removes a socket that nobody has bound any more; to be called under the path's lock.
     *
     * @throws IOException saying why what stands there is not removed: it is no socket, it is alive, or that can not be found out
     */
    static void removeStale(UnixAddress address, Probe probe) throws IOException {
        Path path = address.path();
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        int mode = (Integer) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
        if ((mode & FILE_TYPE) != SOCKET) {
            throw new IOException("exists and is not a socket; it is not removed");
        }
        if (!Files.isWritable(path)) {
            throw new IOException("exists, and whether it is in use can not be found out: permission denied");
        }
        checkRefuses(address, probe);
        Files.delete(path);
    }

    private static void checkRefuses(UnixAddress address, Probe probe) throws IOException {
        try {
            probe.connect(address);
        } catch (ConnectException e) {
            LOG.log(Level.DEBUG, () -> address + ": nobody listens there any more: " + e.getMessage());
            return;
        } catch (IOException e) {
            String why = e.getMessage().endsWith(WRONG_TYPE) ? "" : " (" + e.getMessage() + ")";
            throw new IOException("in use by a running server" + why, e);
        }
        throw new IOException("in use by a running server");
    }
}
