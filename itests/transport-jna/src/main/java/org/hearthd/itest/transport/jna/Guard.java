package org.hearthd.itest.transport.jna;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.hearthd.Fd;
import org.hearthd.transport.PeerCredentials;

/** A descriptor in use by several threads: closing wakes those that wait, and the last to leave closes the number. */
final class Guard {
    private final Fd own;
    private final Fd wake;
    private final AtomicBoolean closed = new AtomicBoolean();
    private final AtomicInteger users = new AtomicInteger(1);

    /** Takes {@code fd} over; closes it on failure. */
    Guard(Fd fd) throws IOException {
        own = fd.take();
        try {
            wake = new NumberFd(Libc.check(Libc.eventfd(0, Libc.EFD_CLOEXEC)));
        } catch (IOException e) {
            own.close();
            throw e;
        }
    }

    /** A guard of a socket. Takes {@code fd} over; closes it on failure, also when it is something else. */
    static Guard ofSocket(Fd fd) throws IOException {
        try {
            Libc.check(Libc.getsockopt(fd.number(), Libc.SOL_SOCKET, Libc.SO_TYPE, new int[1], new int[] {Integer.BYTES}));
        } catch (IOException e) {
            String what = fd.toString();
            fd.close();
            throw new IOException("cannot use " + what + ": " + e.getMessage(), e);
        }
        return new Guard(fd);
    }

    boolean enter() {
        int now = users.get();
        while (now > 0 && !closed.get()) {
            if (users.compareAndSet(now, now + 1)) {
                return true;
            }
            now = users.get();
        }
        return false;
    }

    void enterOrFail() throws IOException {
        if (!enter()) {
            throw closed();
        }
    }

    void leave() {
        if (users.decrementAndGet() == 0) {
            own.close();
            wake.close();
        }
    }

    /** The number, between {@link #enter} and {@link #leave}; -1, which every call refuses, once it was released. */
    int number() {
        return own.isOpen() ? own.number() : -1;
    }

    boolean isClosed() {
        return closed.get();
    }

    /** Waits for the events; false when closed meanwhile. */
    boolean await(int events, int millis) throws IOException {
        try (Memory fds = new Memory(16)) {
            fds.setInt(0, number());
            fds.setInt(4, events);
            fds.setInt(8, wake.number());
            fds.setInt(12, Libc.POLLIN);
            while (Libc.poll(fds, 2, millis) < 0) {
                if (Native.getLastError() != Libc.EINTR) {
                    throw Libc.failure(Native.getLastError());
                }
            }
            return fds.getShort(14) == 0 && fds.getShort(6) != 0;
        }
    }

    Optional<PeerCredentials> peer() {
        if (!enter()) {
            return Optional.empty();
        }
        try {
            int[] credentials = new int[3];
            int result = Libc.getsockopt(number(), Libc.SOL_SOCKET, Libc.SO_PEERCRED, credentials, new int[] {12});
            return result < 0 || credentials[0] == 0 && credentials[1] == -1
                    ? Optional.empty()
                    : Optional
                            .of(new PeerCredentials(credentials[0], credentials[1] & 0xFFFFFFFFL, credentials[2] & 0xFFFFFFFFL));
        } finally {
            leave();
        }
    }

    Fd release() throws IOException {
        enterOrFail();
        close();
        try {
            return own.take();
        } catch (IllegalStateException e) {
            throw closed();
        } finally {
            leave();
        }
    }

    void close() {
        if (closed.compareAndSet(false, true)) {
            Libc.eventfd_write(wake.number(), 1);
            leave();
        }
    }

    IOException closed() {
        return new IOException("the connection is closed");
    }

    @Override
    public String toString() {
        return own.toString();
    }
}
