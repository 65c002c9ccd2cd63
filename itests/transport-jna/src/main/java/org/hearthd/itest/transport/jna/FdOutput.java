package org.hearthd.itest.transport.jna;

import com.sun.jna.Native;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.Objects;
import org.hearthd.Fd;

/** Writes to a descriptor of any kind. */
final class FdOutput extends OutputStream {
    /** What a pipe that polls as writable takes without blocking (PIPE_BUF). */
    private static final int CHUNK = 4096;

    private final Guard guard;

    FdOutput(Fd fd) throws IOException {
        guard = new Guard(fd);
    }

    @Override
    public void write(int value) throws IOException {
        write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public synchronized void write(byte[] source, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, source.length);
        guard.enterOrFail();
        try {
            int end = offset + length;
            int at = offset;
            while (at < end) {
                if (!guard.await(Libc.POLLOUT, -1)) {
                    throw guard.closed();
                }
                int chunk = Math.min(CHUNK, end - at);
                long written = Libc.write(guard.number(), Arrays.copyOfRange(source, at, at + chunk), chunk);
                int errno = Native.getLastError();
                if (written < 0 && errno != Libc.EAGAIN && errno != Libc.EINTR) {
                    throw new IOException("cannot write to " + guard + ": " + Libc.failure(errno).getMessage());
                }
                at += Math.max(0, (int) written);
            }
        } finally {
            guard.leave();
        }
    }

    @Override
    public void close() {
        guard.close();
    }
}
