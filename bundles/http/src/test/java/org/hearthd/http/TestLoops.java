package org.hearthd.http;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoHandle;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.IoOps;
import io.netty.channel.IoRegistration;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.util.concurrent.ThreadAwareExecutor;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.hearthd.Exchange;
import org.hearthd.Fd;
import org.hearthd.net.ByteExchange;
import org.hearthd.net.EventLoops;
import org.hearthd.transport.FdPair;
import org.hearthd.transport.junixsocket.JunixDescriptors;
import org.hearthd.transport.junixsocket.JunixStreams;

/** Event loops as far as the front needs them, on one loop. */
final class TestLoops implements EventLoops, AutoCloseable {
    private final MultiThreadIoEventLoopGroup group = new MultiThreadIoEventLoopGroup(1, new KeepingFactory());
    private final JunixDescriptors descriptors = new JunixDescriptors();
    private final JunixStreams streams = new JunixStreams();

    @Override
    public EventLoop next() {
        return group.next();
    }

    @Override
    public Channel adopt(Fd connected, EventLoop loop, ChannelHandler handler, boolean autoRead) throws IOException {
        descriptors.nonBlocking(connected, true);
        Channel channel = new EpollDomainSocketChannel(connected.number());
        connected.take();
        channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
        channel.config().setAutoRead(autoRead);
        channel.pipeline().addLast(handler);
        loop.register(channel);
        return channel;
    }

    @Override
    public Channel accept(Fd listening, ChannelHandler child) {
        boolean unix = listening.toString().contains("unix");
        int number = listening.take().number();
        return new ServerBootstrap().group(group)
                .channelFactory(() -> unix
                        ? new EpollServerDomainSocketChannel(number, true)
                        : new EpollServerSocketChannel(number))
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true).childHandler(child).register().syncUninterruptibly()
                .channel();
    }

    @Override
    public Fd release(Channel channel) {
        throw new UnsupportedOperationException("release");
    }

    @Override
    public FdPair pair() throws IOException {
        return streams.pair();
    }

    @Override
    public ByteExchange bytes(Exchange exchange) {
        return exchange.adapt(ByteExchange.class).orElseThrow();
    }

    @Override
    public void close() {
        group.shutdownGracefully(0, 2, TimeUnit.SECONDS).syncUninterruptibly();
    }

    /** Keeps a descriptor in epoll when its interest set becomes empty. */
    private static final class KeepingFactory implements IoHandlerFactory {
        private final IoHandlerFactory epoll = EpollIoHandler.newFactory();

        @Override
        public boolean isChangingThreadSupported() {
            return epoll.isChangingThreadSupported();
        }

        @Override
        public IoHandler newHandler(ThreadAwareExecutor executor) {
            return new Keeping(epoll.newHandler(executor));
        }
    }

    private record Keeping(IoHandler epoll) implements IoHandler {
        @Override
        public void initialize() {
            epoll.initialize();
        }

        @Override
        public int run(IoHandlerContext context) {
            return epoll.run(context);
        }

        @Override
        public void prepareToDestroy() {
            epoll.prepareToDestroy();
        }

        @Override
        public void destroy() {
            epoll.destroy();
        }

        @Override
        public void wakeup() {
            epoll.wakeup();
        }

        @Override
        public boolean isCompatible(Class<? extends IoHandle> type) {
            return epoll.isCompatible(type);
        }

        @Override
        public IoRegistration register(IoHandle handle) throws Exception {
            return new KeepingRegistration(epoll.register(handle));
        }
    }

    private record KeepingRegistration(IoRegistration epoll) implements IoRegistration {
        @Override
        public <T> T attachment() {
            return epoll.attachment();
        }

        @Override
        public long submit(IoOps ops) {
            return epoll.submit(((EpollIoOps) ops).value() == 0 ? EpollIoOps.EPOLLET : ops);
        }

        @Override
        public boolean isValid() {
            return epoll.isValid();
        }

        @Override
        public boolean cancel() {
            return epoll.cancel();
        }
    }
}
