package org.hearthd.listeners;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Keeps others who want to bind the same socket path waiting, in this process and in others: a locked file {@code PATH.lock}, which
 * is there only while it is locked. Without it one starter could see the socket that another one has bound but does not listen on
 * yet, take it for stale and remove it.
 */
final class PathLock implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(PathLock.class.getName());
    private static final long TIMEOUT_S = 10;
    private static final long POLL_NANOS = 5_000_000;

    private final Path file;
    private final FileChannel channel;

    private PathLock(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /** Waits for the lock of that socket path, a few seconds at most: nobody holds it longer than binding takes. */
    static PathLock of(Path socket) throws IOException {
        Path file = socket.resolveSibling(socket.getFileName() + ".lock");
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(TIMEOUT_S);
        while (System.nanoTime() < deadline) {
            FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE,
                    LinkOption.NOFOLLOW_LINKS);
            try {
                if (locked(channel) && isStill(file, channel)) {
                    return new PathLock(file, channel);
                }
                channel.close();
            } catch (IOException | RuntimeException e) {
                channel.close();
                throw e;
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
        throw new IOException(file + " is locked by another process for more than " + TIMEOUT_S + " s");
    }

    private static boolean locked(FileChannel channel) throws IOException {
        try {
            FileLock lock = channel.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException e) {
            LOG.log(Level.TRACE, "another thread of this process has the lock", e);
            return false;
        }
    }

    /** Whether the locked file is the one that has the name now: the previous owner may have removed it meanwhile. */
    private static boolean isStill(Path file, FileChannel channel) throws IOException {
        byte[] mark = UUID.randomUUID().toString().getBytes(StandardCharsets.US_ASCII);
        channel.write(ByteBuffer.wrap(mark), 0);
        try {
            return Arrays.equals(mark, Files.readAllBytes(file));
        } catch (NoSuchFileException e) {
            LOG.log(Level.TRACE, "the lock file was removed by its previous owner", e);
            return false;
        }
    }

    @Override
    public void close() throws IOException {
        try (channel) {
            Files.deleteIfExists(file);
        }
    }
}
