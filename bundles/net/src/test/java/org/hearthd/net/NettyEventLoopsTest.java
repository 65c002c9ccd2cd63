package org.hearthd.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.hearthd.Fd;
import org.hearthd.transport.Await;
import org.hearthd.transport.FdPair;
import org.hearthd.transport.UnixAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NettyEventLoopsTest extends LoopsContract {
    @TempDir
    Path dir;

    /** Answers what it reads, and closes behind its answers when the peer has ended. */
    @ChannelHandler.Sharable
    private static final class Echo extends ChannelInboundHandlerAdapter {
        private final BlockingQueue<Channel> channels = new LinkedBlockingQueue<>();

        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            channels.add(ctx.channel());
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ctx.writeAndFlush(message);
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event instanceof ChannelInputShutdownEvent) {
                ctx.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(done -> ctx.close());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anAdoptedDescriptorAnswers(boolean unix) throws Exception {
        Ends ends = Ends.of(unix);
        loops.adopt(ends.server(), loops.next(), new Echo(), true);
        assertFalse(ends.server().isOpen(), "the channel owns it");
        try (SocketChannel client = ends.client()) {
            ends.write("hello");
            assertEquals("hello", ends.read(5));
            client.shutdownOutput();
            assertEquals("", ends.readAll());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aLargeAnswerAfterTheHalfCloseArrivesWhole(boolean unix) throws Exception {
        int size = 64 << 20;
        Ends ends = Ends.of(unix);
        loops.adopt(ends.server(), loops.next(), new ChannelInboundHandlerAdapter() {
            @Override
            public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
                if (event instanceof ChannelInputShutdownEvent) {
                    ctx.executor().schedule(
                            () -> ctx.writeAndFlush(Unpooled.directBuffer(size).writeZero(size)).addListener(f -> ctx.close()),
                            50, TimeUnit.MILLISECONDS);
                }
            }
        }, true);
        try (SocketChannel client = ends.client()) {
            client.shutdownOutput();
            long got = 0;
            ByteBuffer piece = ByteBuffer.allocate(1 << 20);
            for (int n; (n = client.read(piece.clear())) >= 0;) {
                got += n;
            }
            assertEquals(size, got);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void withoutAutomaticReadingNothingComesUnasked(boolean unix) throws Exception {
        Ends ends = Ends.of(unix);
        BlockingQueue<String> seen = new LinkedBlockingQueue<>();
        Channel channel = loops.adopt(ends.server(), loops.next(), new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext ctx, Object message) {
                seen.add(((ByteBuf) message).toString(StandardCharsets.US_ASCII));
                ((ByteBuf) message).release();
            }

            @Override
            public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
                if (event instanceof ChannelInputShutdownEvent) {
                    seen.add("end");
                }
            }
        }, false);
        ends.write("x".repeat(100_000));
        ends.client().shutdownOutput();
        Await.until("Netty has seen the half-close", () -> ((DuplexChannel) channel).isInputShutdown());
        channel.eventLoop().submit(() -> assertEquals(List.of(), List.copyOf(seen))).get();
        StringBuilder all = new StringBuilder();
        for (String piece = ""; !piece.equals("end"); piece = seen.poll(60, TimeUnit.SECONDS)) {
            all.append(piece);
            channel.read();
        }
        assertEquals(100_000, all.length());
        channel.close().sync();
        ends.client().close();
    }

    @Test
    void adoptingWhatIsNoStreamSocketFailsAndClosesIt() throws Exception {
        Path file = Files.createFile(dir.resolve("file"));
        try (var stream = Files.newByteChannel(file)) {
            Fd fd = Ends.DESCRIPTORS.adopt(numberOf(file)).dup();
            int number = fd.number();
            IOException e = assertThrows(IOException.class, () -> loops.adopt(fd, loops.next(), new Echo(), true));
            assertTrue(e.getMessage().contains("fd " + number) && e.getMessage().contains("is not a socket"), e.getMessage());
            assertFalse(fd.isOpen());
            assertTrue(stream.isOpen());
        }
    }

    private static int numberOf(Path file) throws IOException {
        try (var all = Files.list(Path.of("/proc/self/fd"))) {
            for (Path fd : (Iterable<Path>) all::iterator) {
                if (Files.exists(fd) && Files.isSameFile(fd, file)) {
                    return Integer.parseInt(fd.getFileName().toString());
                }
            }
        }
        throw new AssertionError(file + " is not open");
    }

    @Test
    void adoptingAfterTheLoopsHaveEndedFailsAndClosesIt() throws Exception {
        Ends ends = Ends.of(true);
        loops.close();
        assertThrows(IOException.class, () -> loops.adopt(ends.server(), loops.next(), new Echo(), true));
        assertEquals("", ends.readAll());
        ends.client().close();
    }

    @Test
    void acceptsOnATcpListenerWithoutDelay() throws Exception {
        Fd listening = Ends.TCP.listen(new InetSocketAddress("127.0.0.1", 0), 8);
        InetSocketAddress address = (InetSocketAddress) Ends.TCP.inspect(listening).address();
        Echo echo = new Echo();
        Channel listener = loops.accept(listening, echo);
        Ends ends = new Ends(SocketChannel.open(address), null);
        ends.write("hi");
        assertEquals("hi", ends.read(2));
        EpollSocketChannel child = (EpollSocketChannel) echo.channels.take();
        assertTrue(child.config().isTcpNoDelay());
        assertTrue(child.config().isAllowHalfClosure());
        listener.close().sync();
        assertThrows(IOException.class, () -> SocketChannel.open(address));
        ends.write("still");
        assertEquals("still", ends.read(5));
        ends.client().close();
    }

    @Test
    void closingAUnixListenerKeepsItsPath() throws Exception {
        Path path = dir.resolve("s");
        Channel listener = loops.accept(Ends.STREAMS.listen(new UnixAddress(path), 0600, 8), new Echo());
        Ends ends = new Ends(SocketChannel.open(UnixDomainSocketAddress.of(path)), null);
        ends.write("hi");
        ends.client().shutdownOutput();
        assertEquals("hi", ends.readAll());
        listener.close().sync();
        assertTrue(Files.exists(path));
        ends.client().close();
    }

    @Test
    void anAcceptThatFailsIsTriedAgain() throws Exception {
        Path path = dir.resolve("s");
        Channel listener = loops.accept(Ends.STREAMS.listen(new UnixAddress(path), 0600, 8), new Echo());
        listener.eventLoop().submit(() -> {
            listener.pipeline().fireExceptionCaught(new IOException("accept(..) failed: Too many open files"));
            listener.pipeline().fireExceptionCaught(new IOException("accept(..) failed: Too many open files"));
        }).sync();
        assertFalse(listener.config().isAutoRead(), "pauses");
        Ends ends = new Ends(SocketChannel.open(UnixDomainSocketAddress.of(path)), null);
        ends.write("hi");
        assertEquals("hi", ends.read(2));
        ends.client().close();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aReleasedDescriptorGoesOnWithAnotherOwner(boolean unix) throws Exception {
        Ends ends = Ends.of(unix);
        Channel first = loops.adopt(ends.server(), loops.next(), new Echo(), true);
        ends.write("one");
        assertEquals("one", ends.read(3));
        Fd released = loops.release(first);
        assertFalse(first.isOpen());
        ends.write("two");
        loops.adopt(released, loops.next(), new Echo(), true);
        assertEquals("two", ends.read(3));
        ends.client().close();
        assertThrows(IOException.class, () -> loops.release(first));
    }

    @Test
    void aListenerIsReleasedWithoutLosingAConnection() throws Exception {
        Path path = dir.resolve("s");
        Channel first = loops.accept(Ends.STREAMS.listen(new UnixAddress(path), 0600, 8), new Echo());
        Fd released = loops.release(first);
        Ends ends = new Ends(SocketChannel.open(UnixDomainSocketAddress.of(path)), null);
        ends.write("gap");
        loops.accept(released, new Echo());
        assertEquals("gap", ends.read(3));
        ends.client().close();
    }

    @Test
    void releasingOnTheLoopItselfIsRefused() throws Exception {
        Ends ends = Ends.of(true);
        Channel channel = loops.adopt(ends.server(), loops.next(), new Echo(), true);
        var refused = channel.eventLoop().submit(() -> assertThrows(IllegalStateException.class, () -> loops.release(channel)));
        assertTrue(refused.get().getMessage().contains("loop"));
        ends.client().close();
    }

    @Test
    void closingEndsAllChannelsAndTheirPeersSeeIt() throws Exception {
        Path path = dir.resolve("s");
        loops.accept(Ends.STREAMS.listen(new UnixAddress(path), 0600, 64), new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel channel) {
                channel.pipeline().addLast(new Echo());
            }
        });
        List<Ends> clients = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            Ends ends = new Ends(SocketChannel.open(UnixDomainSocketAddress.of(path)), null);
            ends.write("x");
            assertEquals("x", ends.read(1));
            clients.add(ends);
        }
        loops.close();
        for (Ends ends : clients) {
            assertEquals("", ends.readAll());
            ends.client().close();
        }
    }

    @Test
    void makesPairsAndSaysWhenThereIsNoTransport() throws Exception {
        try (FdPair pair = loops.pair()) {
            assertTrue(pair.ours().isOpen() && pair.theirs().isOpen());
        }
        try (NettyEventLoops without = new NettyEventLoops(null, null, 1)) {
            assertTrue(assertThrows(IOException.class, without::pair).getMessage().contains("no stream transport"));
            Ends ends = Ends.of(true);
            assertThrows(IOException.class, () -> without.adopt(ends.server(), without.next(), new Echo(), true));
            assertFalse(ends.server().isOpen());
            ends.client().close();
        }
    }

    /** A configuration with these values. */
    static NetConfig config(int loops, long writeTimeoutMs) {
        return (NetConfig) Proxy.newProxyInstance(NetConfig.class.getClassLoader(), new Class<?>[] {NetConfig.class},
                (proxy, method, arguments) -> method.getName().equals("loops") ? (Object) loops : (Object) writeTimeoutMs);
    }

    @Test
    void aBadConfigurationIsRefusedWithItsPidAndKeyAndChangesNothing() {
        for (long bad : new long[] {-1, 0, 86_400_001}) {
            var refused = assertThrows(IllegalArgumentException.class, () -> loops.modified(config(2, bad)));
            assertTrue(refused.getMessage().startsWith("org.hearthd.net: write.timeout.ms is " + bad), refused.getMessage());
        }
        assertThrows(IllegalArgumentException.class, () -> loops.modified(config(-1, 1000)));
    }
}
