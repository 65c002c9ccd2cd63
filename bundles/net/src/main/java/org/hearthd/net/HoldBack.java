package org.hearthd.net;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import java.util.Queue;

/**
 * Makes automatic reading off mean what it says. When a peer half-closes, Netty delivers everything that is still in the kernel,
 * asked or not. Here what comes unasked waits, the end of the input behind it, and each read delivers one piece. First in the
 * pipeline, and added before the channel is registered.
 */
final class HoldBack extends ChannelDuplexHandler {
    /** Null as long as nothing was ever held: most channels never need it. */
    private Queue<Object> held;
    private boolean wanted;
    private boolean delivering;

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (goesThrough(ctx)) {
            wanted = false;
            ctx.fireChannelRead(message);
        } else {
            hold(message);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        boolean end = event instanceof ChannelInputShutdownEvent || event instanceof ChannelInputShutdownReadComplete;
        if (!end || goesThrough(ctx)) {
            ctx.fireUserEventTriggered(event);
        } else {
            hold(event);
        }
    }

    private boolean goesThrough(ChannelHandlerContext ctx) {
        return isEmpty() && (wanted || ctx.channel().config().isAutoRead());
    }

    private boolean isEmpty() {
        return held == null || held.isEmpty();
    }

    private void hold(Object piece) {
        if (held == null) {
            held = new ArrayDeque<>();
        }
        held.add(piece);
    }

    @Override
    public void read(ChannelHandlerContext ctx) {
        wanted = true;
        if (delivering) {
            return;
        }
        if (isEmpty()) {
            ctx.read();
            return;
        }
        delivering = true;
        while (!held.isEmpty() && (wanted || ctx.channel().config().isAutoRead())) {
            wanted = false;
            deliver(ctx, held.poll());
        }
        delivering = false;
        ctx.fireChannelReadComplete();
        if (wanted && isEmpty()) {
            ctx.read();
        }
    }

    private void deliver(ChannelHandlerContext ctx, Object piece) {
        if (piece instanceof ChannelInputShutdownEvent || piece instanceof ChannelInputShutdownReadComplete) {
            // An end is no piece: it does not use the read up.
            wanted = true;
            ctx.fireUserEventTriggered(piece);
        } else {
            ctx.fireChannelRead(piece);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        drop();
        ctx.fireChannelInactive();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        drop();
    }

    private void drop() {
        while (!isEmpty()) {
            ReferenceCountUtil.release(held.poll());
        }
    }
}
