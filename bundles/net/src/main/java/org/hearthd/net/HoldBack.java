package org.hearthd.net;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Makes automatic reading off mean what it says. When a peer half-closes, Netty delivers everything that is still in the kernel,
 * asked or not. Here what comes unasked waits, the end of the input or the error behind it, and each read delivers one piece. If the
 * channel is closed at its end, as behind a reset, all that waits is delivered then. First in the pipeline, and added before the
 * channel is registered.
 */
final class HoldBack extends ChannelDuplexHandler {
    /** Null as long as nothing was ever held: most channels never need it. */
    private Deque<Object> held;
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
        if (!isEnd(event) || goesThrough(ctx)) {
            ctx.fireUserEventTriggered(event);
        } else {
            hold(event);
        }
    }

    private static boolean isEnd(Object event) {
        return event instanceof ChannelInputShutdownEvent || event instanceof ChannelInputShutdownReadComplete;
    }

    /** An error must not overtake what was received before it. */
    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (isEmpty()) {
            ctx.fireExceptionCaught(cause);
        } else {
            hold(cause);
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
        if (isEnd(piece)) {
            // An end is no piece: it does not use the read up.
            wanted = true;
            ctx.fireUserEventTriggered(piece);
        } else if (piece instanceof Throwable cause) {
            wanted = true;
            ctx.fireExceptionCaught(cause);
        } else {
            ctx.fireChannelRead(piece);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (!isEmpty() && !(held.peekLast() instanceof ByteBuf)) {
            deliverAll(ctx);
        }
        drop();
        ctx.fireChannelInactive();
    }

    /** Nobody can ask any more once the channel is unregistered. */
    private void deliverAll(ChannelHandlerContext ctx) {
        delivering = true;
        while (!held.isEmpty()) {
            deliver(ctx, held.poll());
        }
        delivering = false;
        ctx.fireChannelReadComplete();
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
