package org.hearthd.observe;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;

/** A file that may be moved away or removed at any time: each call looks whether the path still leads to it. */
final class LogFile implements Target {
    private final Path path;
    private FileChannel channel;
    /** Device and inode. */
    private Object identity;

    LogFile(Path path) {
        this.path = path;
    }

    @Override
    public void write(ByteBuffer lines) throws IOException {
        try {
            if (channel == null || !identity.equals(identity())) {
                open();
                wholeLine(lines);
            }
            while (lines.hasRemaining()) {
                channel.write(lines);
            }
        } catch (IOException e) {
            throw new IOException(path + ": " + (e.getMessage() == null || e.getMessage().equals(path.toString())
                    ? e.getClass().getSimpleName()
                    : e.getMessage()), e);
        }
    }

    /** What is looked up behind the open may be another file already, so it has to be the same before and after. */
    private void open() throws IOException {
        Object before;
        do {
            close();
            before = identity();
            channel = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND);
            identity = identity();
        } while (identity == null || !identity.equals(before));
    }

    /** A line that was cut by a failure is written again in whole. */
    private static void wholeLine(ByteBuffer lines) {
        int at = lines.position();
        while (at > 0 && lines.get(at - 1) != '\n') {
            at--;
        }
        lines.position(at);
    }

    /** Null if there is no such file. */
    private Object identity() throws IOException {
        try {
            return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    @Override
    public void close() throws IOException {
        FileChannel open = channel;
        channel = null;
        if (open != null) {
            open.close();
        }
    }
}
