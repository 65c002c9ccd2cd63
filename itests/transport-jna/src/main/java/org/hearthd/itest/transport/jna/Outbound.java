package org.hearthd.itest.transport.jna;

import com.sun.jna.Native;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.hearthd.Fd;
import org.hearthd.transport.ExhaustedTransportException;
import org.hearthd.transport.TransportException;

/** The sending side of a connection. Any number of threads send, one after the other; who waits for room keeps only bytes from others. */
final class Outbound {
    private final Guard guard;
    private final Message message = new Message();

    Outbound(Guard guard) {
        this.guard = guard;
    }

    synchronized void sendBytes(ByteBuffer data, Fd... fds) throws IOException {
        guard.enterOrFail();
        try {
            ByteBuffer direct = direct(data);
            int[] numbers = numbers(fds);
            int at = direct.position();
            do {
                int sent = sendOnce(direct, at, numbers);
                at += Math.max(0, sent);
                numbers = sent > 0 ? new int[0] : numbers;
                if (sent < 0) {
                    guard.await(Libc.POLLOUT, -1);
                }
            } while (at < direct.limit());
        } finally {
            guard.leave();
        }
    }

    void sendMessage(ByteBuffer data, Fd... fds) throws IOException {
        guard.enterOrFail();
        try {
            while (!attempt(data, fds)) {
                guard.await(Libc.POLLOUT, -1);
            }
        } finally {
            guard.leave();
        }
    }

    boolean trySend(ByteBuffer data, Fd... fds) throws IOException {
        if (!data.hasRemaining()) {
            throw new IllegalArgumentException("a message has at least one byte");
        }
        guard.enterOrFail();
        try {
            return attempt(data, fds);
        } finally {
            guard.leave();
        }
    }

    private synchronized boolean attempt(ByteBuffer data, Fd... fds) throws IOException {
        ByteBuffer direct = direct(data);
        return sendOnce(direct, direct.position(), numbers(fds)) >= 0;
    }

    private static ByteBuffer direct(ByteBuffer data) {
        return data.isDirect() ? data : ByteBuffer.allocateDirect(Math.max(1, data.remaining())).put(data.duplicate()).flip();
    }

    private static int[] numbers(Fd... fds) {
        return Arrays.stream(fds).mapToInt(Fd::number).toArray();
    }

    /** The number of bytes sent, -1 if nothing could be sent at the moment. */
    private int sendOnce(ByteBuffer direct, int at, int[] numbers) throws IOException {
        while (!guard.isClosed()) {
            long sent = Libc.sendmsg(guard.number(), message.outgoing(direct, at, direct.limit() - at, numbers),
                    Libc.MSG_DONTWAIT | Libc.MSG_NOSIGNAL);
            if (sent >= 0) {
                return (int) sent;
            }
            int errno = Native.getLastError();
            if (errno == Libc.EAGAIN) {
                return -1;
            }
            if (!guard.isClosed() && errno != Libc.EINTR) {
                String why = "cannot send to " + guard + ": " + Libc.failure(errno).getMessage();
                throw Libc.BROKEN.contains(errno)
                        ? new IOException(why)
                        : errno == Libc.ETOOMANYREFS ? new ExhaustedTransportException(why) : new TransportException(why);
            }
        }
        throw guard.closed();
    }
}
