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
import io.netty.channel.socket.DuplexChannel;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.hearthd.Exchange;
import org.hearthd.Headers;
import org.hearthd.spi.ResponseHead;

/**
 * The byte view of an exchange whose response socket is ours: the body is what can be read up to the end, the answer is what is
 * written.
 */
final class SocketByteExchange extends ChannelInboundHandlerAdapter implements ByteExchange {
    private static final System.Logger LOG = System.getLogger(SocketByteExchange.class.getName());
    private static final int LARGEST_READ = 256 * 1024;
    /** How long a peer may go on sending a body that nobody wants, after its answer is complete. */
    private static final int LINGER_S = 10;
    private static final Runnable NOTHING = () -> {};

    private final Exchange exchange;
    private final LongSupplier writeTimeout;
    private DuplexChannel channel;
    private WriteWatch watch;
    private Body receiver;
    private Runnable writableHook = NOTHING;
    private Runnable goneHook = NOTHING;
    private IOException failure;
    private boolean wanted;
    private boolean inputEnded;
    private boolean bodyOver;
    private boolean over;
    private boolean outputEnded;
    private boolean gone;

    /**
     * The view of an exchange that has ended, for its socket was taken.
     *
     * @param writeTimeout in milliseconds, how long its reader may take nothing
     */
    SocketByteExchange(Exchange exchange, LongSupplier writeTimeout) {
        this.exchange = exchange;
        this.writeTimeout = writeTimeout;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        attach(ctx.channel());
        watch = new WriteWatch(channel, writeTimeout, this::stalled);
        channel.config()
                .setRecvByteBufAllocator(new AdaptiveRecvByteBufAllocator(1024, 8192, LARGEST_READ).maxMessagesPerRead(1));
    }

    void attach(Channel newChannel) {
        channel = (DuplexChannel) newChannel;
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
        if (inputEnded) {
            deliverEnd();
        } else {
            wanted = true;
            channel.read();
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf piece = (ByteBuf) message;
        if (over) {
            piece.release();
            return;
        }
        if (!wanted) {
            // what was left when the connection broke: nobody can ask for it any more
            piece.release();
            inputEnded(new ClosedChannelException());
            return;
        }
        wanted = false;
        receiver.data(piece);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            inputEnded(null);
        } else if (event == PeerGone.INSTANCE) {
            gone();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        inputEnded(cause instanceof IOException io ? io : new IOException(cause.toString(), cause));
        ctx.close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        watch.cancel();
        inputEnded(new ClosedChannelException());
        gone();
    }

    @Override
    public void onGone(Runnable hook) {
        goneHook = hook;
        if (gone) {
            hook.run();
        }
    }

    private void gone() {
        if (!gone && !over) {
            gone = true;
            goneHook.run();
        }
    }

    /** Closing fails what still waits, which tells whoever has written it. */
    private void stalled() {
        LOG.log(Level.INFO, () -> exchange + ": its client took nothing of the answer for " + writeTimeout.getAsLong()
                + " ms; the response socket is closed");
        abort(channel);
    }

    private void inputEnded(IOException cause) {
        if (inputEnded) {
            return;
        }
        inputEnded = true;
        failure = cause;
        closeWhenBothEnded();
        if (wanted) {
            deliverEnd();
        }
    }

    private void deliverEnd() {
        wanted = false;
        if (bodyOver || over) {
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
    public ChannelFuture head(ResponseHead head) {
        boolean bodiless = head.status() == 204 || head.status() == 304;
        ResponseHead sent = bodiless && !exchange.request().method().equals("HEAD") ? withoutBody(head) : head;
        return write(Unpooled.wrappedBuffer(sent.encode()));
    }

    /** A C front gives a 204 and a 304 a chunked body, and so breaks its connection, unless they have a length. */
    private static ResponseHead withoutBody(ResponseHead head) {
        Headers headers = head.headers();
        boolean known = head.status() == 304 && headers.contains("Content-Length");
        return known
                ? head
                : new ResponseHead(head.status(), head.reason(), headers.without("Content-Length").with("Content-Length", "0"));
    }

    @Override
    public ChannelFuture write(ByteBuf piece) {
        watch.wrote(piece);
        return channel.write(piece);
    }

    @Override
    public void flush() {
        channel.flush();
        watch.flushed();
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
        channel.config().setAutoRead(true);
        ChannelFuture ended = Output.end(channel);
        watch.flushed();
        return ended.addListener(done -> {
            outputEnded = true;
            closeWhenBothEnded();
            if (!inputEnded) {
                var closing = loop().schedule((Runnable) channel::close, LINGER_S, TimeUnit.SECONDS);
                channel.closeFuture().addListener(closed -> closing.cancel(false));
            }
        });
    }

    private void closeWhenBothEnded() {
        if (inputEnded && outputEnded) {
            channel.close();
        }
    }

    @Override
    public void abort() {
        over = true;
        abort(channel);
    }

    private static void abort(Channel channel) {
        if (!channel.isOpen()) {
            return;
        }
        if (channel.config().getOptions().containsKey(ChannelOption.SO_LINGER)) {
            // A TCP peer then sees a reset. A Unix peer sees the end: there is no reset between living processes.
            channel.config().setOption(ChannelOption.SO_LINGER, 0);
        }
        channel.close();
    }
}
