package org.hearthd.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import java.io.IOException;
import java.util.function.LongSupplier;
import org.hearthd.net.WriteWatch;

/** The way out of a connection: flushes once for what is read at once, and watches that the client takes it. Of one loop. */
final class Outlet {
    private final ChannelHandlerContext ctx;
    private final WriteWatch watch;
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

    /** Writes without a flush, for what is followed by something else at once. */
    void queue(ByteBuf bytes) {
        watch.wrote(bytes);
        ctx.write(bytes, ctx.voidPromise());
    }

    ChannelFuture queueTold(ByteBuf bytes) {
        watch.wrote(bytes);
        return ctx.write(bytes);
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
        return watch.pending();
    }

    /** Breaks the connection with a reset, so that nothing written so far looks complete. */
    void abort() {
        if (ctx.channel().isOpen()) {
            ctx.channel().config().setOption(ChannelOption.SO_LINGER, 0);
            ctx.close();
        }
    }

    void cancel() {
        watch.cancel();
    }
}
