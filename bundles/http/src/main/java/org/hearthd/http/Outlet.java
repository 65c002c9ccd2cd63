package org.hearthd.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPromise;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.function.LongSupplier;
import org.hearthd.net.WriteWatch;

/** The way out of a connection: flushes once for what is read at once, and watches that the client takes it. Of one loop. */
final class Outlet {
    /** So many bytes are copied into one buffer, so that they leave with one plain call. */
    static final int GATHERED = 8192;

    private final ChannelHandlerContext ctx;
    private final WriteWatch watch;
    /** What waits for more to leave with it, or null. */
    private ByteBuf gathered;
    /** Completes when that has left. */
    private ChannelPromise told;
    private Runnable writableHook;
    private boolean reading;
    private boolean dirty;

    /** @param timeout in milliseconds, asked each time */
    Outlet(ChannelHandlerContext ctx, LongSupplier timeout) {
        this.ctx = ctx;
        this.watch = new WriteWatch(ctx.channel(), timeout, this::abort);
    }

    ByteBufAllocator allocator() {
        return ctx.alloc();
    }

    /** Something is being read: flushes wait until {@link #readComplete}. */
    void reading() {
        reading = true;
    }

    void readComplete() {
        reading = false;
        if (dirty) {
            dirty = false;
            flush();
        }
    }

    /** Writes without a flush a buffer that has room for what follows; what becomes of it is told with that. */
    void gather(ByteBuf head) {
        push();
        gathered = head;
        told = ctx.newPromise();
    }

    /** Writes without a flush, for what is followed by something else at once. */
    void queue(ByteBuf bytes) {
        if (!gathered(bytes)) {
            watch.wrote(bytes);
            ctx.write(bytes, ctx.voidPromise());
        }
    }

    ChannelFuture queueTold(ByteBuf bytes) {
        if (gathered(bytes)) {
            return told;
        }
        watch.wrote(bytes);
        return ctx.write(bytes);
    }

    /** Whether that leaves with what is gathered; if not, nothing is any more. */
    private boolean gathered(ByteBuf bytes) {
        if (gathered != null && gathered.readableBytes() + bytes.readableBytes() <= GATHERED) {
            gathered.writeBytes(bytes);
            bytes.release();
            return true;
        }
        push();
        return false;
    }

    private void push() {
        if (gathered != null) {
            ByteBuf all = gathered;
            gathered = null;
            watch.wrote(all);
            ctx.write(all, told);
        }
    }

    void write(ByteBuf bytes) {
        queue(bytes);
        flush();
    }

    ChannelFuture writeTold(ByteBuf bytes) {
        ChannelFuture written = queueTold(bytes);
        flush();
        return written;
    }

    /** Flushes now, or once at the end of what is being read. */
    void flush() {
        push();
        if (reading) {
            dirty = true;
        } else {
            ctx.flush();
            watch.flushed();
        }
    }

    ChannelFuture failed(IOException cause) {
        return ctx.newFailedFuture(cause);
    }

    ChannelFuture succeeded() {
        return ctx.newSucceededFuture();
    }

    boolean isWritable() {
        return ctx.channel().isWritable();
    }

    /** @param hook runs each time that {@link #isWritable} changes; null for none */
    void onWritable(Runnable hook) {
        writableHook = hook;
    }

    void writabilityChanged() {
        if (writableHook != null) {
            writableHook.run();
        }
    }

    /** The bytes that wait for the client. */
    long pending() {
        return watch.pending() + (gathered == null ? 0 : gathered.readableBytes());
    }

    /** Breaks the connection with a reset, so that nothing written so far looks complete. */
    void abort() {
        if (ctx.channel().isOpen()) {
            ctx.channel().config().setOption(ChannelOption.SO_LINGER, 0);
            ctx.close();
        }
    }

    /** For the end: the channel is closed. */
    void cancel() {
        watch.cancel();
        if (gathered != null) {
            gathered.release();
            gathered = null;
            told.tryFailure(new ClosedChannelException());
        }
    }
}
