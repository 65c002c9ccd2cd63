package org.hearthd.itest.transport.jna;

import com.sun.jna.Native;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.hearthd.Fd;

/** The sending side of a connection. Any number of threads send, one after the other. */
final class Outbound {
    private final Guard guard;
    private final Message message = new Message();

    Outbound(Guard guard) {
        this.guard = guard;
    }

    synchronized void send(ByteBuffer data, Fd... fds) throws IOException {
        guard.enterOrFail();
        try {
            ByteBuffer direct = data.isDirect()
                    ? data
                    : ByteBuffer.allocateDirect(Math.max(1, data.remaining())).put(data.duplicate()).flip();
            int[] numbers = Arrays.stream(fds).mapToInt(Fd::number).toArray();
            int at = direct.position();
            do {
                at += sendOnce(direct, at, numbers);
                numbers = new int[0];
            } while (at < direct.limit());
        } catch (IOException e) {
            throw new IOException("cannot send to " + guard + ": " + e.getMessage(), e);
        } finally {
            guard.leave();
        }
    }

    private int sendOnce(ByteBuffer direct, int at, int[] numbers) throws IOException {
        while (!guard.isClosed()) {
            long sent = Libc.sendmsg(guard.number(), message.outgoing(direct, at, direct.limit() - at, numbers),
                    Libc.MSG_DONTWAIT | Libc.MSG_NOSIGNAL);
            if (sent >= 0) {
                return (int) sent;
            }
            int errno = Native.getLastError();
            if (errno == Libc.EAGAIN) {
                guard.await(Libc.POLLOUT, -1);
            } else if (!guard.isClosed() && errno != Libc.EINTR) {
                throw Libc.failure(errno);
            }
        }
        throw guard.closed();
    }
}
