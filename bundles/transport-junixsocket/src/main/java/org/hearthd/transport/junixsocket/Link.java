package org.hearthd.transport.junixsocket;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.hearthd.Fd;
import org.hearthd.transport.PeerCredentials;
import org.newsclub.net.unix.Fds;
import org.newsclub.net.unix.Port;

/**
 * An owned descriptor, the ports on it and the pipe that wakes who waits on them. A number is closed only when no thread is inside a
 * call any more, so a close never pulls a number away from under a system call.
 */
final class Link {
    private final Fd own;
    private final int wakeSource;
    private final int wakeSink;
    private final List<Port> ports = new ArrayList<>();
    private final AtomicBoolean closed = new AtomicBoolean();
    /** Threads inside a call, plus one for the time until {@link #close}. */
    private final AtomicInteger users = new AtomicInteger(1);

    /** A port's constructor. */
    interface Opener<P extends Port> {
        P open(int number, int wake) throws IOException;
    }

    /** Takes {@code fd} over; closes it on failure. */
    Link(Fd fd) throws IOException {
        own = fd.take();
        try {
            int[] pipe = Fds.pipe();
            wakeSource = pipe[0];
            wakeSink = pipe[1];
        } catch (IOException e) {
            String what = own.toString();
            own.close();
            throw new IOException("cannot use " + what + ": " + e.getMessage(), e);
        }
    }

    /** A link on a socket. Takes {@code fd} over; closes it on failure, also when it is something else. */
    static Link toSocket(Fd fd) throws IOException {
        try {
            Fds.requireSocket(fd.number());
        } catch (IOException e) {
            String what = fd.toString();
            fd.close();
            throw new IOException("cannot use " + what + ": " + e.getMessage(), e);
        }
        return new Link(fd);
    }

    /** Opens a port; closes this link if that fails. */
    <P extends Port> P port(Opener<P> opener) throws IOException {
        try {
            P port = opener.open(own.number(), wakeSource);
            ports.add(port);
            return port;
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    /** Begins a call: nothing is closed until {@link #leave}. False if this link is closed. */
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

    /** Ends a call. */
    void leave() {
        if (users.decrementAndGet() == 0) {
            free();
        }
    }

    /** Waits until the port is ready; only between {@link #enter} and {@link #leave}. False when this link was closed. */
    boolean await(Port port) throws IOException {
        try {
            port.ensureOpen(own.number());
        } catch (IllegalStateException e) {
            return false;
        }
        return port.await();
    }

    /**
     * Whether a call can be tried that must not wait; only between {@link #enter} and {@link #leave}.
     *
     * @param nonBlocking whether the descriptor is: then the call itself finds out
     */
    boolean ready(Port port, boolean nonBlocking) throws IOException {
        try {
            port.ensureOpen(own.number());
        } catch (IllegalStateException e) {
            throw closed();
        }
        return nonBlocking || port.await(0);
    }

    /** Waits on the descriptor itself; false if that took too long or this link was closed. */
    boolean awaitWritable(long timeoutMs) throws IOException {
        if (!enter()) {
            return false;
        }
        try {
            return Port.awaitWritable(own.number(), wakeSource, (int) Math.min(Integer.MAX_VALUE, timeoutMs));
        } catch (IllegalStateException e) {
            return false;
        } finally {
            leave();
        }
    }

    Optional<PeerCredentials> peer() {
        if (!enter()) {
            return Optional.empty();
        }
        try {
            long[] peer = Fds.peer(own.number());
            return peer == null
                    ? Optional.empty()
                    : Optional.of(new PeerCredentials(peer[0], unsigned(peer[1]), unsigned(peer[2])));
        } catch (IOException | IllegalStateException e) {
            return Optional.empty();
        } finally {
            leave();
        }
    }

    private static long unsigned(long id) {
        return id & 0xFFFFFFFFL;
    }

    int number() {
        return own.number();
    }

    /** Gives the descriptor away and closes the rest. */
    Fd release() throws IOException {
        if (!enter()) {
            throw closed();
        }
        try {
            return own.take();
        } catch (IllegalStateException e) {
            throw closed();
        } finally {
            close();
            leave();
        }
    }

    IOException closed() {
        return new IOException("the connection is closed");
    }

    void close() {
        if (closed.compareAndSet(false, true)) {
            OwnedFd.closeNumber(wakeSink);
            leave();
        }
    }

    private void free() {
        for (Port port : ports) {
            try {
                port.close();
            } catch (IOException e) {
                // close(2) has freed the number all the same
                continue;
            }
        }
        OwnedFd.closeNumber(wakeSource);
        own.close();
    }

    @Override
    public String toString() {
        return own.toString();
    }
}
