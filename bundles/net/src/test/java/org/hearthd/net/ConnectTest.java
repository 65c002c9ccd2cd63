package org.hearthd.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConnectTest extends LoopsContract {
    private final BlockingQueue<String> read = new LinkedBlockingQueue<>();
    @TempDir
    private Path directory;

    private final class Reader extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            read.add(((ByteBuf) message).toString(StandardCharsets.US_ASCII));
            ((ByteBuf) message).release();
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event instanceof ChannelInputShutdownEvent) {
                read.add("end");
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            read.add("error");
        }
    }

    private ServerSocketChannel listen(boolean unix) throws IOException {
        ServerSocketChannel listening = unix ? ServerSocketChannel.open(StandardProtocolFamily.UNIX) : ServerSocketChannel.open();
        SocketAddress address = unix
                ? UnixDomainSocketAddress.of(directory.resolve("s"))
                : new InetSocketAddress("127.0.0.1", 0);
        return listening.bind(address);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aConnectionIsOfTheLoopAskedForAndReadsWhenItIsAsked(boolean unix) throws Exception {
        EventLoop loop = loops.next();
        try (ServerSocketChannel listening = listen(unix)) {
            ChannelFuture connecting = loops.connect(listening.getLocalAddress(), loop, 5000).sync();
            assertSame(loop, connecting.channel().eventLoop());
            connecting.channel().pipeline().addLast(new Reader());
            try (SocketChannel server = listening.accept()) {
                server.write(ByteBuffer.wrap("hello".getBytes(StandardCharsets.US_ASCII)));
                server.shutdownOutput();
                connecting.channel().writeAndFlush(Unpooled.copiedBuffer("x", StandardCharsets.US_ASCII)).sync();
                assertEquals(1, server.read(ByteBuffer.allocate(2)));
                assertTrue(read.isEmpty(), "nobody has asked");
                connecting.channel().config().setAutoRead(true);
                assertEquals("hello", read.take());
                assertEquals("end", read.take());
            }
            connecting.channel().close().sync();
        }
    }

    /** A server that closes without reading all it was sent resets the connection behind what it has written. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aResetDoesNotOvertakeWhatCameBeforeIt(boolean unix) throws Exception {
        String sent = "x".repeat(10_000);
        try (ServerSocketChannel listening = listen(unix)) {
            ChannelFuture connecting = loops.connect(listening.getLocalAddress(), loops.next(), 5000).sync();
            connecting.channel().pipeline().addLast(new Reader());
            try (SocketChannel server = listening.accept()) {
                connecting.channel().writeAndFlush(Unpooled.copiedBuffer("unread", StandardCharsets.US_ASCII)).sync();
                server.write(ByteBuffer.wrap(sent.getBytes(StandardCharsets.US_ASCII)));
            }
            // long enough for the loop to see the reset, which it does unasked
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
            connecting.channel().config().setAutoRead(true);
            StringBuilder all = new StringBuilder();
            for (String piece = read.take(); !piece.equals("error"); piece = read.take()) {
                all.append(piece);
            }
            assertEquals(sent.length(), all.length());
            connecting.channel().close().sync();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aFailedConnectionIsClosed(boolean unix) throws Exception {
        SocketAddress address;
        try (ServerSocketChannel listening = listen(unix)) {
            address = listening.getLocalAddress();
        }
        ChannelFuture connecting = loops.connect(address, loops.next(), 5000).await();
        assertInstanceOf(IOException.class, connecting.cause());
        connecting.channel().closeFuture().sync();
        assertFalse(connecting.channel().isOpen());
    }

    @Test
    void loopsThatHaveStoppedRefuse() {
        EventLoop loop = loops.next();
        loops.close();
        assertThrows(IOException.class, () -> loops.connect(new InetSocketAddress("127.0.0.1", 9), loop, 5000));
    }
}
