package org.hearthd.net;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.DuplexChannel;

/** Ending the outgoing half of a channel. */
final class Output {
    private Output() {}

    /** Half-closes behind everything that was written; {@code shutdownOutput} alone drops what has not left yet. */
    static ChannelFuture end(DuplexChannel channel) {
        ChannelPromise ended = channel.newPromise();
        channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(written -> {
            if (written.isSuccess()) {
                channel.shutdownOutput(ended);
            } else {
                ended.setFailure(written.cause());
            }
        });
        return ended;
    }
}
