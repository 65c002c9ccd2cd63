package org.hearthd.transport.junixsocket;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.ReentrantLock;
import org.hearthd.Fd;
import org.hearthd.transport.ExhaustedTransportException;
import org.hearthd.transport.TransportException;
import org.newsclub.net.unix.Sender;

/** A sending side of a link. Descriptors are a field of junixsocket's, so one thread sends at a time. */
final class Outbox {
    private static final System.Logger LOG = System.getLogger(Outbox.class.getName());
    private static final int[] NONE = {};
    /** The most that one message carries. */
    private static final int MAX_DESCRIPTORS = 253;
    /** One buffer of the kernel's: after a successful poll it is taken without blocking, however the descriptor is set. */
    private static final int CHUNK = 64 * 1024;

    private final Link link;
    private final boolean nonBlocking;
    private final Sender port;
    private final ReentrantLock lock = new ReentrantLock();
    private ByteBuffer scratch = ByteBuffer.allocateDirect(0);

    /**
     * Closes the link on failure.
     *
     * @param nonBlocking whether the descriptor is, and nobody else can change that
     */
    Outbox(Link link, boolean nonBlocking) throws IOException {
        this.link = link;
        this.nonBlocking = nonBlocking;
        port = link.port(Sender::new);
    }

    /** Keeps other threads out until {@link #unlock}; false if one of them is sending. */
    boolean tryLock() {
        return lock.tryLock();
    }

    void unlock() {
        lock.unlock();
    }

    private void begin() throws IOException {
        lock.lock();
        if (!link.enter()) {
            lock.unlock();
            throw link.closed();
        }
    }

    private void end() {
        // leaving, which may close the link, needs no lock
        lock.unlock();
        link.leave();
    }

    /** Sends one message. Who waits for room does not keep others from sending. */
    void sendMessage(ByteBuffer data, Fd... fds) throws IOException {
        while (!attempt(data, fds)) {
            if (!link.awaitWritable(-1)) {
                throw link.closed();
            }
        }
    }

    /** Sends one message if that is possible at once. */
    boolean trySend(ByteBuffer data, Fd... fds) throws IOException {
        if (!data.hasRemaining()) {
            throw new IllegalArgumentException("a message has at least one byte");
        }
        return attempt(data, fds);
    }

    private boolean attempt(ByteBuffer data, Fd... fds) throws IOException {
        begin();
        try {
            ByteBuffer direct = direct(data);
            return link.ready(port, nonBlocking)
                    && port.send(direct, direct.position(), direct.remaining(), numbers(fds)) >= Math.min(1, direct.remaining());
        } catch (IOException e) {
            throw failure(e, data.remaining(), fds.length);
        } finally {
            end();
        }
    }

    /** Sends all bytes, the descriptors with the first of them. */
    void sendBytes(ByteBuffer data, Fd... fds) throws IOException {
        if (!data.hasRemaining() && fds.length > 0) {
            throw new IllegalArgumentException("descriptors travel with at least one byte");
        }
        begin();
        try {
            int[] numbers = numbers(fds);
            ByteBuffer direct = direct(data);
            int at = direct.position();
            int end = direct.limit();
            while (at < end) {
                if (!link.await(port)) {
                    throw link.closed();
                }
                int sent = port.send(direct, at, Math.min(CHUNK, end - at), numbers);
                at += sent;
                numbers = sent > 0 ? NONE : numbers;
            }
        } catch (IOException e) {
            throw failure(e, Math.min(CHUNK, data.remaining()), fds.length);
        } finally {
            end();
        }
    }

    private IOException failure(IOException e, int length, int descriptors) {
        String why = "cannot send to " + link + ": " + e.getMessage();
        IOException failure = new IOException(why);
        if (descriptors > MAX_DESCRIPTORS) {
            failure = new TransportException(why);
        } else if (e.getClass() == SocketException.class) {
            // what the kernel says of a message, and not of the connection, has no class of its own
            failure = descriptors > 0 && fits(length) ? new ExhaustedTransportException(why) : new TransportException(why);
        }
        failure.initCause(e);
        return failure;
    }

    /**
     * The reason comes as a text only, in the language of the user. A message with descriptors that is neither too long nor has too many
     * of them is refused because there are too many on their way already, or for want of the kernel's memory.
     */
    private boolean fits(int length) {
        try {
            return port.fits(length);
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "it is not known what a message may have", e);
            return false;
        }
    }

    private static int[] numbers(Fd... fds) {
        if (fds.length == 0) {
            return NONE;
        }
        int[] numbers = new int[fds.length];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = fds[i].number();
        }
        return numbers;
    }

    private ByteBuffer direct(ByteBuffer data) {
        if (data.isDirect()) {
            return data;
        }
        if (scratch.capacity() < data.remaining()) {
            scratch = ByteBuffer.allocateDirect(data.remaining());
        }
        return scratch.clear().put(data.duplicate()).flip();
    }
}
