package org.hearthd.transport.junixsocket;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Objects;
import org.hearthd.Fd;
import org.newsclub.net.unix.Sender;

/** Writes to a descriptor of any kind. */
final class FdOutput extends OutputStream {
    /** What a pipe that polls as writable takes without blocking (PIPE_BUF). */
    private static final int CHUNK = 4096;

    private final Link link;
    private final Sender port;

    /** Takes {@code fd} over; closes it on failure. */
    FdOutput(Fd fd) throws IOException {
        link = new Link(fd);
        port = link.port(Sender::new);
    }

    @Override
    public void write(int value) throws IOException {
        write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public synchronized void write(byte[] source, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, source.length);
        if (!link.enter()) {
            throw link.closed();
        }
        try {
            int end = offset + length;
            int at = offset;
            while (at < end) {
                if (!link.await(port)) {
                    throw link.closed();
                }
                at += port.write(source, at, Math.min(CHUNK, end - at));
            }
        } catch (IOException e) {
            throw new IOException("cannot write to " + link + ": " + e.getMessage(), e);
        } finally {
            link.leave();
        }
    }

    @Override
    public void close() {
        link.close();
    }
}
