package org.hearthd.transport;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.hearthd.Fd;

/**
 * Room for one received message: a buffer and the descriptors that came with it. Reused by its reader; the descriptors belong to
 * whoever takes them out of {@link #fds}, the rest is closed by {@link #clear}. Not safe for use by several threads.
 */
public final class Packet implements AutoCloseable {
    /** More than the kernel's largest message at the default socket buffer (212,960 bytes). */
    public static final int CAPACITY = 256 * 1024;

    /** How many idle buffers are kept. */
    private static final int MOST_IDLE = 64;

    /** Buffers of the default capacity that nobody needs at the moment, the warmest first: many readers wait, few receive. */
    private static final Deque<ByteBuffer> IDLE = new ArrayDeque<>(MOST_IDLE);

    /** Null until it is needed. */
    private ByteBuffer data;
    private final int capacity;
    private final int maxFds;
    private final List<Fd> fds = new ArrayList<>();

    /**
     * An empty packet of the default capacity.
     *
     * @param maxFds the number of descriptors that one message may bring; a message with more is refused, all of them closed
     */
    public Packet(int maxFds) {
        this(CAPACITY, maxFds);
    }

    /** An empty packet for messages of up to {@code capacity} bytes. */
    public Packet(int capacity, int maxFds) {
        this.capacity = capacity;
        this.maxFds = maxFds;
    }

    /**
     * The data: after a receive its position is 0 and its limit the length of the message. The buffer has room for one byte more than
     * {@link #capacity}: a transport that is not told of truncation notices it because that byte was used.
     */
    public ByteBuffer data() {
        if (data == null) {
            ByteBuffer idle = capacity == CAPACITY ? idle() : null;
            data = idle == null ? ByteBuffer.allocateDirect(capacity + 1) : idle.clear();
        }
        return data;
    }

    private static ByteBuffer idle() {
        synchronized (IDLE) {
            return IDLE.poll();
        }
    }

    /** Before a reader waits: others may have the buffer as long as nothing is received. The data is lost. */
    public void release() {
        if (data != null && capacity == CAPACITY) {
            synchronized (IDLE) {
                if (IDLE.size() < MOST_IDLE) {
                    IDLE.push(data);
                }
            }
            data = null;
        }
    }

    /** The length of the longest message that this packet can take. */
    public int capacity() {
        return capacity;
    }

    /** The number of descriptors that one message may bring. */
    public int maxFds() {
        return maxFds;
    }

    /** The descriptors in their order; a user removes those it takes over. */
    public List<Fd> fds() {
        return fds;
    }

    /** Empties the packet for the next receive and closes what nobody took. */
    public void clear() {
        fds.forEach(Fd::close);
        fds.clear();
        if (data != null) {
            data.clear();
        }
    }

    @Override
    public void close() {
        clear();
        release();
    }
}
