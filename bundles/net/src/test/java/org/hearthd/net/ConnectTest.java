package org.hearthd.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.hearthd.transport.OpenDescriptors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConnectTest extends LoopsContract {
    private final BlockingQueue<String> read = new LinkedBlockingQueue<>();
    @TempDir
    private Path directory;

    private final class Reader implements LoopSocket.Receiver {
        @Override
        public void received(ByteBuf piece) {
            read.add(piece.toString(StandardCharsets.US_ASCII));
            piece.release();
        }

        @Override
        public void receivedAll() {
            // each piece was looked at
        }

        @Override
        public void ended(IOException failure) {
            read.add(failure == null ? "end" : "error");
        }

        @Override
        public void lost() {
            read.add("lost");
        }
    }

    private interface Step<T> {
        T run() throws Exception;
    }

    private static <T> T on(EventLoop loop, Step<T> step) throws Exception {
        return loop.submit(step::run).get(30, TimeUnit.SECONDS);
    }

    private Future<LoopSocket> connect(EventLoop loop, SocketAddress address) throws Exception {
        return on(loop, () -> loops.connect(address, loop, 5000)).await();
    }

    private LoopSocket connected(EventLoop loop, SocketAddress address, String first) throws Exception {
        LoopSocket socket = connect(loop, address).sync().getNow();
        CompletableFuture<IOException> sent = new CompletableFuture<>();
        on(loop, () -> {
            socket.open(ByteBufAllocator.DEFAULT, new Reader());
            socket.write(Unpooled.copiedBuffer(first, StandardCharsets.US_ASCII), sent::complete);
            return null;
        });
        assertNull(sent.get(30, TimeUnit.SECONDS));
        return socket;
    }

    private void read(EventLoop loop, LoopSocket socket) throws Exception {
        on(loop, () -> {
            socket.reading(true);
            return null;
        });
    }

    private void close(EventLoop loop, LoopSocket socket) throws Exception {
        on(loop, () -> {
            socket.close();
            return null;
        });
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
    void aConnectionReadsWhenItIsAsked(boolean unix) throws Exception {
        EventLoop loop = loops.next();
        try (ServerSocketChannel listening = listen(unix)) {
            LoopSocket socket = connected(loop, listening.getLocalAddress(), "x");
            try (SocketChannel server = listening.accept()) {
                server.write(ByteBuffer.wrap("hello".getBytes(StandardCharsets.US_ASCII)));
                server.shutdownOutput();
                assertEquals(1, server.read(ByteBuffer.allocate(2)));
                assertTrue(read.isEmpty(), "nobody has asked");
                read(loop, socket);
                assertEquals("hello", read.take());
                assertEquals("end", read.take());
            }
            close(loop, socket);
        }
    }

    /** A server that closes without reading all it was sent resets the connection behind what it has written. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aResetDoesNotOvertakeWhatCameBeforeIt(boolean unix) throws Exception {
        String sent = "x".repeat(10_000);
        EventLoop loop = loops.next();
        try (ServerSocketChannel listening = listen(unix)) {
            LoopSocket socket = connected(loop, listening.getLocalAddress(), "unread");
            try (SocketChannel server = listening.accept()) {
                server.write(ByteBuffer.wrap(sent.getBytes(StandardCharsets.US_ASCII)));
            }
            // long enough for the loop to see the reset, which it does unasked
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
            read(loop, socket);
            StringBuilder all = new StringBuilder();
            for (String piece = read.take(); !piece.equals("error"); piece = read.take()) {
                all.append(piece);
            }
            assertEquals(sent.length(), all.length());
            on(loop, () -> {
                socket.end();
                return null;
            });
            close(loop, socket);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aResetIsSeenByATcpPeerAndIsTheEndForAUnixPeer(boolean unix) throws Exception {
        EventLoop loop = loops.next();
        try (ServerSocketChannel listening = listen(unix)) {
            LoopSocket socket = connected(loop, listening.getLocalAddress(), "x");
            try (SocketChannel server = listening.accept()) {
                assertEquals(1, server.read(ByteBuffer.allocate(2)));
                on(loop, () -> {
                    socket.reset();
                    socket.reset();
                    return null;
                });
                if (unix) {
                    assertEquals(-1, server.read(ByteBuffer.allocate(2)));
                } else {
                    assertThrows(IOException.class, () -> server.read(ByteBuffer.allocate(2)));
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aFailedConnectionIsClosed(boolean unix) throws Exception {
        SocketAddress address;
        try (ServerSocketChannel listening = listen(unix)) {
            address = listening.getLocalAddress();
        }
        Set<String> before = OpenDescriptors.list();
        assertInstanceOf(IOException.class, connect(loops.next(), address).cause());
        OpenDescriptors.assertNothingNew(before);
    }

    /** A listening socket whose queue is full answers nothing. */
    private interface Silent {
        void use(ServerSocketChannel listening) throws Exception;
    }

    private static void withSilent(Silent use) throws Exception {
        List<SocketChannel> fillers = new ArrayList<>();
        try (ServerSocketChannel listening = ServerSocketChannel.open()) {
            listening.bind(new InetSocketAddress("127.0.0.1", 0), 1);
            for (boolean full = false; !full;) {
                SocketChannel filler = SocketChannel.open();
                fillers.add(filler);
                filler.configureBlocking(false);
                filler.connect(listening.getLocalAddress());
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
                full = !filler.finishConnect();
            }
            Set<String> before = OpenDescriptors.list();
            use.use(listening);
            OpenDescriptors.assertNothingNew(before);
        } finally {
            for (SocketChannel filler : fillers) {
                filler.close();
            }
        }
    }

    /** The kernel asks again after a second. */
    @Test
    void aConnectionThatTakesItsTimeServesAsAny() throws Exception {
        EventLoop loop = loops.next();
        withSilent(silent -> {
            Future<LoopSocket> connecting = on(loop, () -> loops.connect(silent.getLocalAddress(), loop, 60_000));
            assertFalse(connecting.isDone(), "there is no room for it yet");
            Thread server = new Thread(() -> greetAll(silent));
            server.start();
            assertTrue(connecting.await(60, TimeUnit.SECONDS));
            LoopSocket socket = connecting.sync().getNow();
            on(loop, () -> {
                socket.open(ByteBufAllocator.DEFAULT, new Reader());
                socket.reading(true);
                return null;
            });
            assertEquals("hello", read.take());
            assertEquals("end", read.take());
            close(loop, socket);
            silent.close();
            server.join();
        });
    }

    private static void greetAll(ServerSocketChannel listening) {
        try {
            while (true) {
                try (SocketChannel client = listening.accept()) {
                    client.write(ByteBuffer.wrap("hello".getBytes(StandardCharsets.US_ASCII)));
                }
            }
        } catch (ClosedChannelException e) {
            assertFalse(listening.isOpen());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void connectingThatLastsTooLongIsOver() throws Exception {
        EventLoop loop = loops.next();
        withSilent(silent -> {
            Future<LoopSocket> connecting = on(loop, () -> loops.connect(silent.getLocalAddress(), loop, 200));
            assertInstanceOf(ConnectTimeoutException.class, connecting.await().cause());
        });
    }

    @Test
    void whoCancelsConnectingClosesTheSocket() throws Exception {
        EventLoop loop = loops.next();
        withSilent(silent -> {
            Future<LoopSocket> connecting = on(loop, () -> loops.connect(silent.getLocalAddress(), loop, 0));
            assertTrue(connecting.cancel(false));
            on(loop, () -> null);
        });
    }

    @Test
    void connectingEndsWithTheLoops() throws Exception {
        EventLoop loop = loops.next();
        withSilent(silent -> {
            Future<LoopSocket> connecting = on(loop, () -> loops.connect(silent.getLocalAddress(), loop, 0));
            loops.close();
            assertInstanceOf(ClosedChannelException.class, connecting.cause());
        });
    }

    @Test
    void connectingEndsWithALoopThatIsToldToEndInTheMiddleOfItsTasks() throws Exception {
        EventLoop loop = loops.next();
        withSilent(silent -> {
            Future<LoopSocket> connecting = on(loop, () -> {
                Future<LoopSocket> begun = loops.connect(silent.getLocalAddress(), loop, 0);
                loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
                return begun;
            });
            assertTrue(connecting.await(30, TimeUnit.SECONDS), "nobody is told");
            assertInstanceOf(ClosedChannelException.class, connecting.cause());
        });
    }

    @Test
    void loopsThatHaveStoppedRefuse() {
        EventLoop loop = loops.next();
        loops.close();
        assertThrows(IOException.class, () -> loops.connect(new InetSocketAddress("127.0.0.1", 9), loop, 5000));
    }
}
