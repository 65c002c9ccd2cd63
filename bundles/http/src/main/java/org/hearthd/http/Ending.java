package org.hearthd.http;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.DuplexChannel;
import org.hearthd.net.Deadline;

/** How a connection ends in order: nothing that was written is lost, and what the client still sends does no harm. Of one loop. */
final class Ending {
    private final ChannelHandlerContext ctx;
    private final Deadline reading;
    private boolean decided;
    private boolean inputClosed;
    private long dropped;

    /** @param reading the connection's deadline */
    Ending(ChannelHandlerContext ctx, Deadline reading) {
        this.ctx = ctx;
        this.reading = reading;
    }

    /** No request is taken any more; the connection ends after the answer in progress. */
    void decide() {
        decided = true;
    }

    boolean decided() {
        return decided;
    }

    /** The client has half-closed. */
    void inputClosed() {
        inputClosed = true;
    }

    boolean isInputClosed() {
        return inputClosed;
    }

    /** Closes behind what was written. */
    void close() {
        decided = true;
        ctx.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
    }

    /** Closes our side after the answer and drops what still comes: closing with unread bytes would reset the answer away. */
    void linger() {
        decided = true;
        reading.set(Limits.LINGER_TIMEOUT);
        ctx.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(f -> {
            if (inputClosed || !f.isSuccess()) {
                ctx.close();
            } else if (ctx.channel().isActive()) {
                ((DuplexChannel) ctx.channel()).shutdownOutput();
            }
        });
    }

    /** Something came after the last answer and was dropped. */
    void discarded(int bytes) {
        dropped += bytes;
        reading.set(Limits.LINGER_TIMEOUT);
        if (dropped > Limits.LINGER_BYTES) {
            ctx.close();
        }
    }
}
