package org.hearthd.http;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import java.util.function.LongSupplier;
import org.hearthd.net.Deadline;

/** Notices a client that takes nothing for too long while bytes wait for it. Of one loop. */
final class WriteWatch {
    private final ChannelHandlerContext ctx;
    private final LongSupplier timeout;
    private final Runnable onStall;
    private final Deadline deadline;
    private long lastPending;
    private long lastProgress;

    /** @param timeout in milliseconds, asked each time */
    WriteWatch(ChannelHandlerContext ctx, LongSupplier timeout, Runnable onStall) {
        this.ctx = ctx;
        this.timeout = timeout;
        this.onStall = onStall;
        this.deadline = new Deadline(ctx.channel().eventLoop(), this::check);
    }

    /** To be called after each flush. */
    void watch() {
        if (!deadline.isSet() && pending() > 0) {
            remember();
            deadline.set(timeout.getAsLong());
        }
    }

    void cancel() {
        deadline.cancel();
    }

    private void check() {
        if (pending() == 0) {
            return;
        }
        if (pending() == lastPending && progress() == lastProgress) {
            onStall.run();
            return;
        }
        remember();
        deadline.set(timeout.getAsLong());
    }

    private void remember() {
        lastPending = pending();
        lastProgress = progress();
    }

    long pending() {
        ChannelOutboundBuffer buffer = ctx.channel().unsafe().outboundBuffer();
        return buffer == null ? 0 : buffer.totalPendingWriteBytes();
    }

    private long progress() {
        ChannelOutboundBuffer buffer = ctx.channel().unsafe().outboundBuffer();
        return buffer == null ? 0 : buffer.currentProgress();
    }
}
