package org.hearthd.itest.transport.jna;

import com.sun.jna.Native;
import java.io.IOException;
import org.hearthd.Fd;

/** A listening socket. */
final class Acceptor {
    private final Guard guard;

    Acceptor(Fd fd) throws IOException {
        guard = new Guard(fd);
        try {
            // another holder of the socket may be faster; accept has no MSG_DONTWAIT
            int flags = Libc.check(Libc.fcntl(guard.number(), Libc.F_GETFL, 0));
            Libc.check(Libc.fcntl(guard.number(), Libc.F_SETFL, flags | Libc.O_NONBLOCK));
        } catch (IOException e) {
            guard.close();
            throw e;
        }
    }

    Fd accept() throws IOException {
        if (!guard.enter()) {
            return null;
        }
        try {
            Fd client = null;
            while (client == null && guard.await(Libc.POLLIN, -1)) {
                client = attempt();
            }
            return client;
        } finally {
            guard.leave();
        }
    }

    Fd acceptNow() throws IOException {
        if (!guard.enter()) {
            return null;
        }
        try {
            return attempt();
        } finally {
            guard.leave();
        }
    }

    private Fd attempt() throws IOException {
        int client = Libc.accept4(guard.number(), null, null, Libc.SOCK_CLOEXEC);
        if (client >= 0) {
            return new NumberFd(client);
        }
        int errno = Native.getLastError();
        if (errno != Libc.EAGAIN && errno != Libc.EINTR) {
            throw new IOException("cannot accept from " + guard + ": " + Libc.failure(errno).getMessage());
        }
        return null;
    }

    void close() {
        guard.close();
    }
}
