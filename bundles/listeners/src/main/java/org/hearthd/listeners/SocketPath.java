package org.hearthd.listeners;

import java.io.IOException;
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
    private static final int FILE_TYPE = 0170000;
    private static final int SOCKET = 0140000;

    private SocketPath() {}

    /** The identity of a file. The time tells it from a later file that was given the same inode again. */
    record Identity(Object key, FileTime modified) {}

    /** Tells whether a process has bound an address. */
    interface Bound {
        boolean test(UnixAddress address) throws IOException;
    }

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
     * Removes a socket that nobody has bound any more; to be called under the path's lock. Nobody is connected to for that: a program
     * may take a connection without a request ill.
     *
     * @throws IOException saying why what stands there is not removed: it is no socket, it is alive, or that can not be found out
     */
    static void removeStale(UnixAddress address, Bound bound) throws IOException {
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
        if (isBound(address, bound)) {
            throw new IOException("in use by a running server");
        }
        Files.deleteIfExists(path);
    }

    private static boolean isBound(UnixAddress address, Bound bound) throws IOException {
        try {
            return bound.test(address);
        } catch (IOException e) {
            throw new IOException("exists, and whether it is in use can not be found out: " + e.getMessage(), e);
        }
    }
}
