package org.hearthd.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import io.netty.channel.socket.DuplexChannel;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import org.hearthd.spi.ResponseHead;

/**
 * The byte view of an exchange whose response socket is ours: the body is what can be read up to the end, the answer is what is
 * written. What the channel delivers unasked (it does so when the peer half-closes) waits here.
 */
final class SocketByteExchange extends ChannelInboundHandlerAdapter implements ByteExchange {
    private static final int LARGEST_READ = 256 * 1024;
    /** How long a peer may go on sending a body that nobody wants, after its answer is complete. */
    private static final int LINGER_S = 10;
    private static final Runnable NOTHING = () -> {};

    private final Queue<ByteBuf> early = new ArrayDeque<>();
    private DuplexChannel channel;
    private Body receiver;
    private Runnable writableHook = NOTHING;
    private IOException failure;
    private boolean wanted;
    private boolean delivering;
    private boolean inputEnded;
    private boolean bodyOver;
    private boolean over;

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        channel = (DuplexChannel) ctx.channel();
        channel.config()
                .setRecvByteBufAllocator(new AdaptiveRecvByteBufAllocator(1024, 8192, LARGEST_READ).maxMessagesPerRead(1));
    }

    @Override
    public EventLoop loop() {
        return channel.eventLoop();
    }

    @Override
    public void body(Body bodyReceiver) {
        receiver = bodyReceiver;
    }

    @Override
    public void read() {
        wanted = true;
        deliver();
    }

    /** Calls the receiver as often as it asked; it may ask again from inside the call. */
    private void deliver() {
        if (delivering) {
            return;
        }
        delivering = true;
        while (wanted && !bodyOver && !over) {
            if (early.isEmpty() && !inputEnded) {
                channel.read();
                break;
            }
            wanted = false;
            deliverOne();
        }
        delivering = false;
    }

    private void deliverOne() {
        ByteBuf piece = early.poll();
        if (piece != null) {
            receiver.data(piece);
            return;
        }
        bodyOver = true;
        if (failure == null) {
            receiver.end();
        } else {
            receiver.failed(failure);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf piece = (ByteBuf) message;
        if (over) {
            piece.release();
            return;
        }
        early.add(piece);
        deliver();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent || event instanceof ChannelInputShutdownReadComplete) {
            inputEnded(null);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        inputEnded(cause instanceof IOException io ? io : new IOException(cause.toString(), cause));
        ctx.close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        inputEnded(new ClosedChannelException());
        dropEarly();
    }

    private void inputEnded(IOException cause) {
        if (inputEnded) {
            return;
        }
        inputEnded = true;
        failure = cause;
        if (over) {
            channel.close();
        } else {
            deliver();
        }
    }

    @Override
    public ChannelFuture head(ResponseHead head) {
        return channel.writeAndFlush(Unpooled.wrappedBuffer(head.encode()));
    }

    @Override
    public ChannelFuture write(ByteBuf piece) {
        return channel.writeAndFlush(piece);
    }

    @Override
    public boolean writable() {
        return channel.isWritable();
    }

    @Override
    public void onWritable(Runnable hook) {
        writableHook = hook;
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (!over) {
            writableHook.run();
        }
    }

    /**
     * Half-closes behind the last byte. Closing at once would turn an unread rest of the body into a connection reset, which can
     * overtake the answer, so the rest is read and dropped first.
     */
    @Override
    public ChannelFuture end() {
        over = true;
        dropEarly();
        ChannelFuture ended = Output.end(channel);
        if (inputEnded) {
            ended.addListener(done -> channel.close());
            return ended;
        }
        channel.config().setAutoRead(true);
        var closing = loop().schedule((Runnable) channel::close, LINGER_S, TimeUnit.SECONDS);
        channel.closeFuture().addListener(done -> closing.cancel(false));
        return ended;
    }

    @Override
    public void abort() {
        over = true;
        dropEarly();
        abort(channel);
    }

    private static void abort(Channel channel) {
        if (channel.config().getOptions().containsKey(ChannelOption.SO_LINGER)) {
            // A TCP peer then sees a reset. A Unix peer sees the end: there is no reset between living processes.
            channel.config().setOption(ChannelOption.SO_LINGER, 0);
        }
        channel.close();
    }

    private void dropEarly() {
        ByteBuf piece;
        while ((piece = early.poll()) != null) {
            piece.release();
        }
    }
}
