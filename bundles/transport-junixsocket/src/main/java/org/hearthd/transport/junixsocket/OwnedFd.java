package org.hearthd.transport.junixsocket;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import org.hearthd.Fd;
import org.newsclub.net.unix.Fds;

/** A bare number and nothing else: neither junixsocket nor the JDK knows that it is here. */
final class OwnedFd implements Fd {
    private static final System.Logger LOG = System.getLogger(OwnedFd.class.getName());
    private static final int EMPTY = -1;

    private final boolean nonBlocking;
    private int number;

    OwnedFd(int number) {
        this(number, false);
    }

    /**
     * A number.
     *
     * @param nonBlocking whether it is, and nobody outside this process can change that
     */
    OwnedFd(int number, boolean nonBlocking) {
        this.number = number;
        this.nonBlocking = nonBlocking;
    }

    boolean nonBlocking() {
        return nonBlocking;
    }

    @Override
    public synchronized int number() {
        if (number == EMPTY) {
            throw new IllegalStateException("the descriptor was closed or taken");
        }
        return number;
    }

    @Override
    public synchronized Fd take() {
        Fd taken = new OwnedFd(number(), nonBlocking);
        number = EMPTY;
        return taken;
    }

    @Override
    public synchronized Fd dup() throws IOException {
        return new OwnedFd(Fds.dup(number()));
    }

    @Override
    public synchronized boolean isOpen() {
        return number != EMPTY;
    }

    @Override
    public synchronized void close() {
        if (number == EMPTY) {
            return;
        }
        int closing = number;
        number = EMPTY;
        closeNumber(closing);
    }

    @Override
    public synchronized String toString() {
        if (number == EMPTY) {
            return "fd (closed)";
        }
        try {
            return "fd " + number + " " + Files.readSymbolicLink(Path.of("/proc/self/fd/" + number));
        } catch (IOException e) {
            return "fd " + number;
        }
    }

    /** Closes a number that has no owner object. The kernel frees it even when close(2) fails. */
    static void closeNumber(int number) {
        try {
            Fds.close(number);
        } catch (IOException e) {
            LOG.log(Level.WARNING, "closing descriptor " + number + ": " + e.getMessage());
        }
    }
}
