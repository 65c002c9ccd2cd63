package org.hearthd.net;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import java.util.function.LongSupplier;

/**
 * Notices a peer that takes nothing for too long while bytes wait for it. What counts is what the kernel has taken: what is added
 * behind it is no progress, and that the same amount waits again is no stall. Of one loop.
 */
public final class WriteWatch {
    private final Channel channel;
    private final LongSupplier timeout;
    private final Runnable onStall;
    /** Most answers never wait: then there is none. */
    private Deadline deadline;
    private long written;
    private long flushed;
    private long lastTaken;

    /**
     * A watch over a channel to which nothing was written yet.
     *
     * @param timeout in milliseconds, asked each time
     * @param onStall runs once the time has passed twice at the latest
     */
    public WriteWatch(Channel channel, LongSupplier timeout, Runnable onStall) {
        this.channel = channel;
        this.timeout = timeout;
        this.onStall = onStall;
    }

    /** To be called with each piece that is written, before it is. */
    public void wrote(ByteBuf piece) {
        written += piece.readableBytes();
    }

    /** To be called after each flush, of all that was written. */
    public void flushed() {
        flushed = written;
        if (pending() == 0 || deadline != null && deadline.isSet()) {
            return;
        }
        if (deadline == null) {
            deadline = new Deadline(channel.eventLoop(), this::check);
        }
        remember();
    }

    /** For the end. */
    public void cancel() {
        if (deadline != null) {
            deadline.cancel();
        }
    }

    void check() {
        if (pending() == 0) {
            return;
        }
        if (taken() == lastTaken) {
            onStall.run();
        } else {
            remember();
        }
    }

    private void remember() {
        lastTaken = taken();
        deadline.set(timeout.getAsLong());
    }

    private long taken() {
        Waiting waiting = new Waiting();
        try {
            channel.unsafe().outboundBuffer().forEachFlushedMessage(waiting);
        } catch (Exception e) {
            throw new IllegalStateException("counting does not throw", e);
        }
        return flushed - waiting.bytes;
    }

    private static final class Waiting implements ChannelOutboundBuffer.MessageProcessor {
        private long bytes;

        @Override
        public boolean processMessage(Object message) {
            bytes += ((ByteBuf) message).readableBytes();
            return true;
        }
    }

    /** The bytes that wait for the peer, and a little for each piece of them. */
    public long pending() {
        ChannelOutboundBuffer buffer = channel.unsafe().outboundBuffer();
        return buffer == null ? 0 : buffer.totalPendingWriteBytes();
    }
}
