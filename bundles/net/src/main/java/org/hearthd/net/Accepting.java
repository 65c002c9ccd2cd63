package org.hearthd.net;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.group.ChannelGroup;
import java.lang.System.Logger.Level;
import java.util.concurrent.TimeUnit;

/** In the pipeline of a listening channel: remembers the children, and pauses when the process has no descriptor left. */
final class Accepting extends ChannelInboundHandlerAdapter {
    private static final System.Logger LOG = System.getLogger(Accepting.class.getName());
    private static final int PAUSE_MS = 200;

    private final ChannelGroup children;
    private final String listener;
    private boolean failing;

    Accepting(ChannelGroup children, String listener) {
        this.children = children;
        this.listener = listener;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        children.add((Channel) message);
        failing = false;
        ctx.fireChannelRead(message);
    }

    /** An accept has failed, usually for want of descriptors: the connection waits in the kernel's queue. */
    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (!failing) {
            LOG.log(Level.WARNING, "accepting on " + listener + " fails and is tried again every " + PAUSE_MS + " ms: "
                    + cause.getMessage());
        }
        failing = true;
        ctx.channel().config().setAutoRead(false);
        ctx.executor().schedule(() -> ctx.channel().config().setAutoRead(true), PAUSE_MS, TimeUnit.MILLISECONDS);
    }
}
