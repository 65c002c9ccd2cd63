package org.hearthd.listeners;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Keeps others who want to bind the same socket path waiting, in this process and in others: a locked file {@code PATH.lock}, which
 * is there only while it is locked. Without it one starter could see the socket that another one has bound but does not listen on
 * yet, take it for stale and remove it.
 *
 * <p>The kernel drops a process's lock as soon as that process closes any descriptor of the file. So one thread at a time opens it, and
 * once it is locked nobody does.
 */
final class PathLock implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(PathLock.class.getName());
    private static final long TIMEOUT_S = 10;
    private static final long POLL_NANOS = 5_000_000;
    /** The lock files that a thread of this process has open. */
    private static final Set<Path> OPEN = ConcurrentHashMap.newKeySet();

    private final Path file;
    private final Path name;
    private final FileChannel channel;

    private PathLock(Path file, Path name, FileChannel channel) {
        this.file = file;
        this.name = name;
        this.channel = channel;
    }

    /** Waits for the lock of that socket path, a few seconds at most: nobody holds it longer than binding takes. */
    static PathLock of(Path socket) throws IOException {
        Path file = socket.resolveSibling(socket.getFileName() + ".lock");
        Path name = name(file);
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(TIMEOUT_S);
        while (System.nanoTime() < deadline) {
            PathLock lock = OPEN.add(name) ? attempt(file, name) : null;
            if (lock != null) {
                return lock;
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
        throw new IOException(file + " is locked by another process for more than " + TIMEOUT_S + " s");
    }

    /** One name for one file, however its directory was named. */
    private static Path name(Path file) throws IOException {
        Path directory = file.toAbsolutePath().getParent();
        // where it is not there, opening the file says so
        return (Files.exists(directory) ? directory.toRealPath() : directory).resolve(file.getFileName());
    }

    /** Null, and the file is closed again, where somebody else has the lock. */
    private static PathLock attempt(Path file, Path name) throws IOException {
        FileChannel channel = null;
        PathLock lock = null;
        try {
            channel = open(file);
            Optional<Object> opened = opened(file, channel);
            // an inode is not given again while the file is open; the previous owner may have removed the name
            if (opened.isPresent() && channel.tryLock() != null && opened.equals(inode(file))) {
                lock = new PathLock(file, name, channel);
            }
            return lock;
        } finally {
            if (lock == null) {
                close(channel, name);
            }
        }
    }

    /** The virtual machine's own messages are the name of the file, which nobody has asked for. */
    private static FileChannel open(Path file) throws IOException {
        try {
            return FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
        } catch (NoSuchFileException e) {
            throw new IOException("there is no directory " + file.toAbsolutePath().getParent(), e);
        } catch (AccessDeniedException e) {
            throw new IOException("no permission to write " + file, e);
        }
    }

    /**
     * The inode of the opened file, if it has the name; to be called before it is locked. A file that has lost its name does not get it
     * back: what has the mark at last has had the name from the beginning.
     */
    private static Optional<Object> opened(Path file, FileChannel channel) throws IOException {
        byte[] mark = UUID.randomUUID().toString().getBytes(StandardCharsets.US_ASCII);
        channel.write(ByteBuffer.wrap(mark), 0);
        try {
            Optional<Object> inode = inode(file);
            return Arrays.equals(mark, Files.readAllBytes(file)) ? inode : Optional.empty();
        } catch (NoSuchFileException e) {
            LOG.log(Level.TRACE, "the lock file was removed by its previous owner", e);
            return Optional.empty();
        }
    }

    private static Optional<Object> inode(Path file) throws IOException {
        return SocketPath.identity(file).map(SocketPath.Identity::key);
    }

    private static void close(FileChannel channel, Path name) throws IOException {
        try {
            if (channel != null) {
                channel.close();
            }
        } finally {
            OPEN.remove(name);
        }
    }

    @Override
    public void close() throws IOException {
        try {
            Files.deleteIfExists(file);
        } finally {
            close(channel, name);
        }
    }
}
