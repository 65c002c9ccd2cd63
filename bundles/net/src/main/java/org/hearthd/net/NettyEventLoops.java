package org.hearthd.net;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.unix.Socket;
import io.netty.channel.unix.UnixChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.FastThreadLocal;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.ConnectException;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.hearthd.Exchange;
import org.hearthd.Fd;
import org.hearthd.transport.Descriptors;
import org.hearthd.transport.FdPair;
import org.hearthd.transport.Gap;
import org.hearthd.transport.NoTransportException;
import org.hearthd.transport.SocketInfo;
import org.hearthd.transport.StreamTransport;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.osgi.service.metatype.annotations.Designate;

/**
 * The event loops, on epoll. The transport is looked at when it is needed, so that it can be replaced while channels live: what is
 * open does not need it, only {@link #adopt}, {@link #accept}, {@link #release}, {@link #serve} and
 * {@link #pair} do.
 */
@Component(service = EventLoops.class, configurationPid = "org.hearthd.net")
@Designate(ocd = NetConfig.class)
public final class NettyEventLoops implements EventLoops, AutoCloseable {
    private static final System.Logger LOG = System.getLogger(NettyEventLoops.class.getName());
    private static final int CLOSE_TIMEOUT_S = 5;

    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    private volatile Descriptors descriptors;
    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    private volatile StreamTransport streams;

    private final int threads;
    private volatile long writeTimeoutMs;
    private final LongSupplier writeTimeout = () -> writeTimeoutMs;
    private final MultiThreadIoEventLoopGroup group;
    /** All channels, so that they are closed before the loops. A {@link LoopSocket} is closed by the end of its loop. */
    private final ChannelGroup channels = new DefaultChannelGroup("hearth", GlobalEventExecutor.INSTANCE, true);

    /** For the component runtime, which sets the transport. */
    @Activate
    public NettyEventLoops(NetConfig config) {
        this(NetSettings.of(config));
        forgetThreadLocals();
    }

    /**
     * Loops without a component runtime.
     *
     * @param descriptors makes descriptors non-blocking
     * @param streams for {@link #pair}, or null
     * @param threads at least 1
     */
    public NettyEventLoops(Descriptors descriptors, StreamTransport streams, int threads) {
        this(descriptors, streams, threads, NetSettings.WRITE_TIMEOUT_MS);
    }

    /**
     * Loops without a component runtime.
     *
     * @param descriptors makes descriptors non-blocking
     * @param streams for {@link #pair}, or null
     * @param threads at least 1
     * @param writeTimeoutMs how long the reader of a response socket may take nothing of what waits for it
     */
    public NettyEventLoops(Descriptors descriptors, StreamTransport streams, int threads, long writeTimeoutMs) {
        this(new NetSettings(threads, writeTimeoutMs));
        this.descriptors = descriptors;
        this.streams = streams;
    }

    private NettyEventLoops(NetSettings settings) {
        threads = settings.threads();
        writeTimeoutMs = settings.writeTimeoutMs();
        Epoll.ensureAvailability();
        group = new MultiThreadIoEventLoopGroup(threads, new DefaultThreadFactory("hearth-net", true), new SafeEpoll());
    }

    /** A change must not cost the connections that are open. */
    @Modified
    void modified(NetConfig config) {
        NetSettings changed = NetSettings.of(config);
        writeTimeoutMs = changed.writeTimeoutMs();
        if (changed.threads() != threads) {
            LOG.log(Level.WARNING, "org.hearthd.net: loops is " + changed.threads() + " from the next start on, now " + threads);
        }
    }

    @Override
    public EventLoop next() {
        return group.next();
    }

    @Override
    public Channel adopt(Fd connected, EventLoop loop, ChannelHandler handler, boolean autoRead) throws IOException {
        Channel channel = channel(connected, (unix, number) -> unix
                ? new EpollDomainSocketChannel(number)
                : new EpollSocketChannel(number));
        channel.config().setAutoRead(autoRead);
        channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
        channel.pipeline().addLast(new HoldBack(), handler);
        return registered(channel, loop.register(channel));
    }

    @Override
    public Future<LoopSocket> connect(SocketAddress address, EventLoop loop, int timeoutMs) throws IOException {
        if (group.isShuttingDown()) {
            throw new IOException("the event loops are stopping");
        }
        try {
            return new LoopSocket(Connecting.socket(address), loop).connect(Connecting.peer(address), timeoutMs);
        } catch (ConnectException e) {
            return loop.newFailedFuture(e);
        }
    }

    @Override
    public Channel accept(Fd listening, ChannelHandler child) throws IOException {
        String name = listening.toString();
        // The constructor without "active" leaves an adopted Unix listener inactive: it would never accept.
        ServerChannel channel = channel(listening, (unix, number) -> unix
                ? new EpollServerDomainSocketChannel(number, true)
                : new EpollServerSocketChannel(number));
        ServerBootstrap bootstrap = new ServerBootstrap().group(group)
                .channelFactory(() -> channel)
                .handler(new Accepting(channels, name))
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .childHandler(child);
        return registered(channel, bootstrap.register());
    }

    /** Makes a channel that owns the number. */
    private <C extends Channel> C channel(Fd fd, ChannelMaker<C> maker) throws IOException {
        try {
            if (group.isShuttingDown()) {
                throw new IOException("the event loops are stopping");
            }
            boolean unix = isUnix(fd);
            descriptors().nonBlocking(fd, true);
            C channel = maker.make(unix, fd.number());
            // From here on the channel closes the number; nobody closes the object that is dropped here.
            fd.take();
            return channel;
        } catch (ChannelException e) {
            fd.close();
            throw new IOException("cannot make a channel of a descriptor: " + e.getMessage(), e);
        } catch (IOException | RuntimeException e) {
            fd.close();
            throw e;
        }
    }

    private static boolean isUnix(Fd fd) throws IOException {
        SocketInfo info = NettyTcpSockets.info(fd);
        if (info.type() != SocketInfo.Type.STREAM || info.address() == null) {
            throw new IOException(fd + " is not a Unix or TCP stream socket");
        }
        return info.address() instanceof UnixDomainSocketAddress;
    }

    @FunctionalInterface
    private interface ChannelMaker<C extends Channel> {
        C make(boolean unix, int number);
    }

    /** A registration that is refused after all closes the channel, and so the number. */
    private Channel registered(Channel channel, ChannelFuture registration) throws IOException {
        channels.add(channel);
        if (registration.cause() != null) {
            channel.close();
            throw new IOException("the event loops are stopping", registration.cause());
        }
        return channel;
    }

    @Override
    public Fd release(Channel channel) throws IOException {
        EventLoop loop = channel.eventLoop();
        if (loop.inEventLoop()) {
            throw new IllegalStateException("release must not be called on the channel's loop");
        }
        Descriptors current = descriptors();
        // On the loop, so that nothing is read between the two steps and the number can not be closed and reused.
        Callable<Fd> duplicateAndClose = () -> {
            if (!channel.isOpen()) {
                throw new ClosedChannelException();
            }
            Fd duplicate = current.adopt(((UnixChannel) channel).fd().intValue()).dup();
            channel.close();
            return duplicate;
        };
        try {
            var done = loop.submit(duplicateAndClose).awaitUninterruptibly();
            if (done.cause() != null) {
                throw new IOException("cannot give " + channel + " away: " + done.cause(), done.cause());
            }
            channel.closeFuture().awaitUninterruptibly();
            return done.getNow();
        } catch (RejectedExecutionException e) {
            throw new IOException("the event loops are stopping", e);
        }
    }

    @Override
    public FdPair pair() throws IOException {
        return present(() -> streams, "stream transport").pair();
    }

    @Override
    public LoopSocket serve(Fd end, EventLoop loop) throws IOException {
        try {
            if (group.isShuttingDown()) {
                throw new IOException("the event loops are stopping");
            }
            descriptors().nonBlocking(end, true);
            LoopSocket served = new LoopSocket(new Socket(end.number()), loop);
            end.take();
            return served;
        } catch (IOException | RuntimeException e) {
            end.close();
            throw e;
        }
    }

    @Override
    public ByteExchange bytes(Exchange exchange) throws IOException {
        Optional<ByteExchange> own = exchange.adapt(ByteExchange.class);
        if (own.isPresent()) {
            return own.get();
        }
        descriptors();
        SocketByteExchange view = new SocketByteExchange(exchange, writeTimeout);
        // The caller may use the view before the loop has registered the channel.
        view.attach(adopt(exchange.takeSocket(), nearest(), view, false));
        return view;
    }

    /** The loop that runs the caller, else the next in turn. */
    private EventLoop nearest() {
        for (EventExecutor loop : group) {
            if (loop.inEventLoop()) {
                return (EventLoop) loop;
            }
        }
        return group.next();
    }

    private Descriptors descriptors() throws IOException {
        return present(() -> descriptors, "transport");
    }

    /** Waits while a transport is being replaced, except on a loop, which never waits. */
    private <T> T present(Supplier<T> transport, String what) throws NoTransportException {
        T current = transport.get();
        if (current != null) {
            return current;
        }
        for (EventExecutor loop : group) {
            if (loop.inEventLoop()) {
                throw new NoTransportException(what);
            }
        }
        return Gap.await(transport, what);
    }

    /** Closes all channels, then ends the loops, which closes all other sockets. */
    @Override
    @Deactivate
    public void close() {
        if (!channels.close().awaitUninterruptibly(CLOSE_TIMEOUT_S, TimeUnit.SECONDS)) {
            LOG.log(Level.WARNING, channels.size() + " channels do not close");
        }
        if (!group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(CLOSE_TIMEOUT_S, TimeUnit.SECONDS)) {
            LOG.log(Level.WARNING, "the event loops do not end");
        }
        forgetThreadLocals();
    }

    /** The framework's threads would keep Netty's classes, and so its native library, after a refresh. */
    private static void forgetThreadLocals() {
        FastThreadLocal.removeAll();
    }
}
