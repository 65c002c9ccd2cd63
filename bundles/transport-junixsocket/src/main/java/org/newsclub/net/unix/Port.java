package org.newsclub.net.unix;

import java.io.FileDescriptor;
import java.io.IOException;
import java.net.SocketException;
import java.nio.channels.SelectionKey;

/**
 * A duplicate of a descriptor for the calls of one thread at a time, and the poll before each of them. A duplicate, because
 * junixsocket closes the number it is given when a call fails with EPIPE, ECONNRESET and the like, whoever else uses that number at
 * the moment; {@link #ensureOpen} makes a new one.
 */
public abstract class Port {
    final FileDescriptor fd = new FileDescriptor();
    private final AFSelector.PollFd poll;

    /**
     * A duplicate of {@code original}.
     *
     * @param operation OP_READ or OP_WRITE: what {@link #await} waits for
     * @param wake a number that becomes readable, or whose peer closes, to end every wait
     */
    Port(int original, int operation, int wake) throws IOException {
        poll = new AFSelector.PollFd(new FileDescriptor[] {fd, Fds.of(wake)}, new int[] {operation, SelectionKey.OP_READ});
        ensureOpen(original);
    }

    /** Duplicates the original again if a failed call has cost this port its number. */
    public void ensureOpen(int original) throws IOException {
        if (!fd.valid()) {
            NativeUnixSocket.duplicate(Fds.of(original), fd);
        }
    }

    /**
     * Waits until the operation can be done or has failed.
     *
     * @return false if it was woken instead
     */
    public boolean await() throws IOException {
        return await(-1) && poll.rops[1] == 0;
    }

    /** Waits, at most so many milliseconds; false if nothing happened in that time. */
    public boolean await(int millis) throws IOException {
        return poll(poll, millis);
    }

    /** Waits on a number itself, which is safe because poll never closes it; false if that took too long or it was woken. */
    public static boolean awaitWritable(int number, int wake, int millis) throws IOException {
        AFSelector.PollFd both = new AFSelector.PollFd(new FileDescriptor[] {Fds.of(number), Fds.of(wake)},
                new int[] {SelectionKey.OP_WRITE, SelectionKey.OP_READ});
        return poll(both, millis) && both.rops[1] == 0;
    }

    private static boolean poll(AFSelector.PollFd poll, int millis) throws IOException {
        while (true) {
            try {
                return NativeUnixSocket.poll(poll, millis) > 0;
            } catch (SocketException e) {
                if (e.getClass() != SocketException.class) {
                    throw e;
                }
                // EINTR, which junixsocket does not tell from other errors of a poll whose arguments are right
            }
        }
    }

    /** Closes the duplicate. */
    public void close() throws IOException {
        NativeUnixSocket.close(fd);
    }
}
