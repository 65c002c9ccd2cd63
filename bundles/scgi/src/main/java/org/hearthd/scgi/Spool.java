package org.hearthd.scgi;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;

/**
 * A request body that is kept until its length is known: in memory, and beyond a threshold in a file that has no name any more.
 * Of one loop; the file is written elsewhere.
 */
final class Spool {
    private static final System.Logger LOG = System.getLogger(Spool.class.getName());
    private static final int PIECE = 64 * 1024;

    private final EventLoop loop;
    private final Executor workers;
    private final Path directory;
    private final int threshold;
    private ByteBuf memory = Unpooled.EMPTY_BUFFER;
    private FileChannel file;
    private long size;
    /** How much of the file has been given away. */
    private long taken;
    private boolean writing;
    private boolean released;

    /** @param threshold bytes that are kept in memory */
    Spool(EventLoop loop, Executor workers, Path directory, int threshold) {
        this.loop = loop;
        this.workers = workers;
        this.directory = directory;
        this.threshold = threshold;
    }

    long size() {
        return size;
    }

    /**
     * Keeps a piece, which it owns from now on.
     *
     * @param then gets null when the next piece may come, or what has failed; not called after {@link #release}
     */
    void add(ByteBuf piece, Consumer<IOException> then) {
        size += piece.readableBytes();
        if (size <= threshold) {
            if (memory == Unpooled.EMPTY_BUFFER) {
                memory = piece.alloc().directBuffer(piece.readableBytes());
            }
            memory.writeBytes(piece);
            piece.release();
            then.accept(null);
            return;
        }
        ByteBuf all = memory.isReadable() ? piece.alloc().compositeBuffer(2).addComponents(true, memory, piece) : piece;
        memory = Unpooled.EMPTY_BUFFER;
        writing = true;
        try {
            workers.execute(() -> {
                IOException failure = write(all);
                report(failure, then);
            });
        } catch (RejectedExecutionException e) {
            // the handler has stopped
            writing = false;
            all.release();
            then.accept(new IOException("temporary files are not written any more", e));
        }
    }

    /** On a worker. */
    private void report(IOException failure, Consumer<IOException> then) {
        try {
            loop.execute(() -> written(failure, then));
        } catch (RejectedExecutionException e) {
            // the loop has ended, and nobody is there for the file but us
            close();
        }
    }

    /** On a worker. */
    private IOException write(ByteBuf all) {
        try {
            if (file == null) {
                file = open();
            }
            while (all.isReadable()) {
                int count = file.write(all.nioBuffer());
                all.skipBytes(count);
            }
            return null;
        } catch (IOException e) {
            return new IOException("a temporary file in " + directory + ": " + e.getMessage(), e);
        } finally {
            all.release();
        }
    }

    private FileChannel open() throws IOException {
        Path path = directory.resolve("scgi-" + UUID.randomUUID());
        FileChannel opened = FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ,
                StandardOpenOption.WRITE);
        try {
            Files.delete(path);
            return opened;
        } catch (IOException e) {
            opened.close();
            throw e;
        }
    }

    private void written(IOException failure, Consumer<IOException> then) {
        writing = false;
        if (released) {
            close();
        } else {
            then.accept(failure);
        }
    }

    /**
     * The next piece of the whole, when all of it is kept; reads a file on the loop, as the kernel would if it sent the file itself.
     *
     * @return the caller's
     */
    ByteBuf next() throws IOException {
        if (file == null) {
            ByteBuf all = memory;
            memory = Unpooled.EMPTY_BUFFER;
            return all;
        }
        ByteBuf piece = ByteBufAllocator.DEFAULT.directBuffer(PIECE);
        try {
            int length = piece.writeBytes(file, taken, PIECE);
            if (length <= 0) {
                throw new IOException("a temporary file in " + directory + " has lost its end");
            }
            taken += length;
            return piece;
        } catch (IOException e) {
            piece.release();
            throw e;
        }
    }

    /** Forgets what is kept. */
    void release() {
        released = true;
        memory.release();
        memory = Unpooled.EMPTY_BUFFER;
        if (!writing) {
            close();
        }
    }

    private void close() {
        if (file == null) {
            return;
        }
        try {
            file.close();
        } catch (IOException e) {
            LOG.log(Level.DEBUG, () -> "a temporary file in " + directory, e);
        }
        file = null;
    }
}
