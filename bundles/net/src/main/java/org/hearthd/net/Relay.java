package org.hearthd.net;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelProgressiveFuture;
import io.netty.channel.ChannelProgressiveFutureListener;
import io.netty.channel.EventLoop;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.concurrent.Future;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/**
 * Carries bytes between two stream channels, both ways, until both ways have ended, one channel fails or nothing moves for too
 * long. Half-closes are forwarded behind the last byte; nothing more is read from one side while the other does not take it. The
 * two channels may belong to different loops.
 */
public final class Relay {
    /** Why a relay has ended. */
    public enum End {
        /** Both sides have ended their output and everything was delivered. */
        COMPLETE,
        /** No byte moved for the idle timeout. */
        IDLE,
        /** A channel failed or was closed by somebody else. */
        BROKEN
    }

    /**
     * What a relay did.
     *
     * @param forward the number of bytes written to the second channel
     * @param back the number of bytes written to the first channel
     * @param end why it has ended
     * @param cause what failed, or null
     */
    public record Result(long forward, long back, End end, Throwable cause) {}

    private record Reason(End end, Throwable cause) {}

    private static final int PIECE = 256 * 1024;
    /** Room for one piece behind the one that is being written. */
    private static final WriteBufferWaterMark ROOM = new WriteBufferWaterMark(PIECE / 4, PIECE);

    private final Direction forward;
    private final Direction back;
    private final Consumer<Result> atEnd;
    private final AtomicReference<Reason> reason = new AtomicReference<>();
    private final AtomicInteger open = new AtomicInteger(2);
    private volatile long lastMove = System.nanoTime();

    private Relay(DuplexChannel first, DuplexChannel second, Consumer<Result> atEnd) {
        forward = new Direction(first, second);
        back = new Direction(second, first);
        this.atEnd = atEnd;
    }

    /**
     * Starts relaying. From now on both channels belong to the relay, which closes them at its end. What was read from a channel
     * before is the caller's to write to the other one first. Both were made by {@link EventLoops#adopt} without automatic reading,
     * so that nothing is lost that arrives before the relay is in place.
     *
     * @param idleTimeoutMs how long nothing may move in either direction, or 0 for ever
     * @param atEnd called once, when both channels are closed, on one of their loops
     */
    public static void start(Channel first, Channel second, long idleTimeoutMs, Consumer<Result> atEnd) {
        Relay relay = new Relay((DuplexChannel) first, (DuplexChannel) second, atEnd);
        relay.forward.start();
        relay.back.start();
        if (idleTimeoutMs > 0) {
            relay.watch(first.eventLoop(), TimeUnit.MILLISECONDS.toNanos(idleTimeoutMs));
        }
    }

    private void watch(EventLoop loop, long idleNanos) {
        if (reason.get() != null) {
            return;
        }
        long left = idleNanos - (System.nanoTime() - lastMove);
        if (left <= 0) {
            finish(End.IDLE, null);
            return;
        }
        var check = loop.schedule(() -> watch(loop, idleNanos), left, TimeUnit.NANOSECONDS);
        forward.source.closeFuture().addListener(closed -> check.cancel(false));
    }

    private void finish(End end, Throwable cause) {
        if (!reason.compareAndSet(null, new Reason(end, cause))) {
            return;
        }
        forward.source.close().addListener(this::closed);
        back.source.close().addListener(this::closed);
    }

    private void closed(Future<?> one) {
        if (open.decrementAndGet() == 0) {
            Reason why = reason.get();
            atEnd.accept(new Result(forward.moved, back.moved, why.end, why.cause));
        }
    }

    /** Reads from one channel and writes to the other; in the pipeline of the one it reads from. */
    private final class Direction extends ChannelInboundHandlerAdapter implements ChannelProgressiveFutureListener {
        private final DuplexChannel source;
        private final DuplexChannel target;
        /** Written on the target's loop only. */
        private volatile long moved;
        private long movedOfPiece;
        private volatile boolean ended;
        private boolean endSeen;

        Direction(DuplexChannel source, DuplexChannel target) {
            this.source = source;
            this.target = target;
        }

        void start() {
            EventLoop loop = source.eventLoop();
            if (loop.inEventLoop()) {
                enter();
            } else {
                loop.execute(this::enter);
            }
        }

        private void enter() {
            source.config().setAutoRead(false);
            source.config().setRecvByteBufAllocator(new FixedRecvByteBufAllocator(PIECE));
            source.config().setWriteBufferWaterMark(ROOM);
            source.pipeline().addLast(this);
            if (!source.isOpen()) {
                finish(End.BROKEN, new ClosedChannelException());
            } else if (source.isInputShutdown() && source.pipeline().get(HoldBack.class) == null) {
                sourceEnded();
            } else {
                source.read();
            }
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            lastMove = System.nanoTime();
            ChannelFuture written = target.writeAndFlush((ByteBuf) message, target.newProgressivePromise().addListener(this));
            if (target.isWritable()) {
                ctx.read();
            } else {
                written.addListener(done -> source.read());
            }
        }

        @Override
        public void operationProgressed(ChannelProgressiveFuture written, long progress, long total) {
            lastMove = System.nanoTime();
            moved += progress - movedOfPiece;
            movedOfPiece = progress == total ? 0 : progress;
        }

        @Override
        public void operationComplete(ChannelProgressiveFuture written) {
            if (!written.isSuccess()) {
                finish(End.BROKEN, written.cause());
            }
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event instanceof ChannelInputShutdownEvent) {
                sourceEnded();
            }
        }

        private void sourceEnded() {
            if (endSeen) {
                return;
            }
            endSeen = true;
            Output.end(target).addListener(done -> {
                if (!done.isSuccess()) {
                    finish(End.BROKEN, done.cause());
                    return;
                }
                ended = true;
                if (forward.ended && back.ended) {
                    finish(End.COMPLETE, null);
                }
            });
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            finish(End.BROKEN, cause);
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            finish(End.BROKEN, new ClosedChannelException());
        }
    }
}
