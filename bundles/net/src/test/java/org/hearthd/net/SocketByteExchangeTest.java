package org.hearthd.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.util.ResourceLeakDetector;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.Set;
import org.hearthd.Exchange;
import org.hearthd.Fd;
import org.hearthd.Headers;
import org.hearthd.Request;
import org.hearthd.spi.ManagedExchange;
import org.hearthd.spi.ResponseHead;
import org.hearthd.spi.SocketBackend;
import org.hearthd.transport.OpenDescriptors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(180)
class SocketByteExchangeTest {
    private static final int LARGE = 16 << 20;

    private final BlockingQueue<String> body = new LinkedBlockingQueue<>();
    private Set<String> before;
    private NettyEventLoops loops;
    private Ends ends;
    private ByteExchange view;

    @BeforeEach
    void start() throws IOException {
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
        before = Ends.baseline();
        loops = new NettyEventLoops(Ends.DESCRIPTORS, Ends.STREAMS, 2);
    }

    @AfterEach
    void noDescriptorIsLeft() throws IOException {
        if (ends != null) {
            ends.client().close();
            ends.server().close();
        }
        loops.close();
        OpenDescriptors.assertNothingNew(before);
    }

    /** An exchange whose response socket is the server's end, and maybe with a view of its own. */
    private static Exchange exchange(Fd socket, ByteExchange own) {
        return exchange("GET", socket, own);
    }

    private static Exchange exchange(String method, Fd socket, ByteExchange own) {
        return ManagedExchange.of("test", Request.of(method, "/", "HTTP/1.1", "", Headers.of()), new SocketBackend(socket, own));
    }

    private void open(boolean unix) throws Exception {
        ends = Ends.of(unix);
        view = loops.bytes(exchange(ends.server(), null));
        on(() -> {
            view.body(new ByteExchange.Body() {
                @Override
                public void data(ByteBuf piece) {
                    body.add(piece.toString(StandardCharsets.US_ASCII));
                    piece.release();
                }

                @Override
                public void end() {
                    body.add("END");
                }

                @Override
                public void failed(IOException cause) {
                    body.add("FAILED");
                }
            });
            return null;
        });
    }

    private <T> T on(Callable<T> task) throws Exception {
        return view.loop().submit(task).get(60, TimeUnit.SECONDS);
    }

    private String next() throws Exception {
        on(() -> {
            view.read();
            return null;
        });
        return body.poll(60, TimeUnit.SECONDS);
    }

    private String bodyToItsEnd() throws Exception {
        StringBuilder all = new StringBuilder();
        String piece;
        while (!(piece = next()).equals("END")) {
            all.append(piece);
        }
        return all.toString();
    }

    @Test
    void usesTheExchangesOwnViewWhereThereIsOne() throws Exception {
        ByteExchange own = (ByteExchange) Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] {ByteExchange.class},
                (proxy, method, arguments) -> null);
        Exchange exchange = exchange(null, own);
        assertSame(own, loops.bytes(exchange));
        exchange.abort();
    }

    @Test
    void anExchangeWithoutASocketStaysTheCallers() {
        Exchange exchange = exchange(null, null);
        assertThrows(IOException.class, () -> loops.bytes(exchange));
        assertFalse(exchange.ended());
        exchange.abort();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void readsTheBodyAndWritesHeadAndPieces(boolean unix) throws Exception {
        open(unix);
        ends.write("the body");
        ends.client().shutdownOutput();
        assertEquals("the body", bodyToItsEnd());
        on(() -> {
            view.head(ResponseHead.of(200, Headers.of("Content-Length", "5")));
            view.write(Unpooled.copiedBuffer("he", StandardCharsets.US_ASCII));
            view.write(Unpooled.copiedBuffer("llo", StandardCharsets.US_ASCII));
            return view.end();
        });
        assertEquals("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", ends.readAll());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void deliversOnlyWhatIsAskedForEvenAfterAHalfClose(boolean unix) throws Exception {
        open(unix);
        ends.write("x".repeat(100_000));
        ends.client().shutdownOutput();
        assertNull(body.poll(100, TimeUnit.MILLISECONDS));
        assertTrue(next().startsWith("x"));
        assertNull(body.poll(100, TimeUnit.MILLISECONDS));
        bodyToItsEnd();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aLargeAnswerToASlowReaderIsHeldBackAndArrivesWhole(boolean unix) throws Exception {
        open(unix);
        CountDownLatch room = new CountDownLatch(1);
        on(() -> {
            view.onWritable(() -> {
                if (view.writable()) {
                    room.countDown();
                }
            });
            view.write(Unpooled.directBuffer(LARGE).writeZero(LARGE));
            return view.end();
        });
        ends.client().shutdownOutput();
        ByteBuffer piece = ByteBuffer.allocate(1 << 20);
        long got = 0;
        for (int n; (n = ends.client().read(piece.clear())) >= 0;) {
            got += n;
        }
        assertEquals(LARGE, got);
    }

    @Test
    void whatIsWrittenLeavesWithTheNextFlush() throws Exception {
        open(true);
        ChannelFuture head = on(() -> view.head(ResponseHead.of(200, Headers.of())));
        assertFalse(on(head::isDone), "it has left");
        on(() -> {
            view.write(Unpooled.copiedBuffer("body", StandardCharsets.US_ASCII));
            view.flush();
            return null;
        });
        assertEquals("HTTP/1.1 200 OK\r\n\r\nbody", ends.read(23));
        on(() -> {
            view.abort();
            return null;
        });
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void saysWhenThereIsRoomAgain(boolean unix) throws Exception {
        open(unix);
        CountDownLatch room = new CountDownLatch(1);
        assertFalse(on(() -> {
            view.onWritable(() -> {
                if (view.writable()) {
                    room.countDown();
                }
            });
            view.write(Unpooled.directBuffer(LARGE).writeZero(LARGE));
            view.flush();
            return view.writable();
        }));
        ends.read(LARGE);
        assertTrue(room.await(60, TimeUnit.SECONDS));
        on(() -> {
            view.abort();
            return null;
        });
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anAnswerBeforeTheBodyWasReadArrivesWithoutAReset(boolean unix) throws Exception {
        open(unix);
        ends.write("a body that nobody reads");
        on(() -> {
            view.head(ResponseHead.of(413, Headers.of()));
            return view.end();
        });
        assertEquals("HTTP/1.1 413 Content Too Large\r\n\r\n", ends.readAll());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void writingToAVanishedClientFails(boolean unix) throws Exception {
        open(unix);
        ends.client().close();
        var written = on(() -> {
            view.write(Unpooled.directBuffer(LARGE).writeZero(LARGE));
            ChannelFuture last = view.write(Unpooled.directBuffer(LARGE).writeZero(LARGE));
            view.flush();
            return last;
        });
        assertTrue(written.await(60, TimeUnit.SECONDS));
        assertInstanceOf(IOException.class, written.cause());
    }

    /** A C front frames whatever has no length as chunked, which breaks its connection behind these. */
    @ParameterizedTest
    @CsvSource({"GET, 204, '', Content-Length: 0", "POST, 204, 7, Content-Length: 0", "GET, 304, '', Content-Length: 0",
        "GET, 304, 7, Content-Length: 7", "HEAD, 204, '', ''", "HEAD, 304, '', ''", "HEAD, 304, 7, Content-Length: 7"})
    void anAnswerThatMayHaveNoBodySaysSo(String method, int status, String length, String seen) throws Exception {
        ends = Ends.of(true);
        view = loops.bytes(exchange(method, ends.server(), null));
        Headers headers = length.isEmpty() ? Headers.of() : Headers.of("Content-Length", length);
        on(() -> {
            view.head(ResponseHead.of(status, headers));
            return view.end();
        });
        ends.client().shutdownOutput();
        String head = ends.readAll();
        assertEquals(seen.isEmpty() ? "" : seen + "\r\n", head.substring(head.indexOf('\n') + 1, head.length() - 2));
    }

    @Test
    void anAbortedTcpClientSeesAReset() throws Exception {
        open(false);
        on(() -> {
            view.write(Unpooled.copiedBuffer("half an ans", StandardCharsets.US_ASCII)).addListener(done -> view.abort());
            view.flush();
            return null;
        });
        assertThrows(IOException.class, () -> ends.readAll());
    }

    @Test
    void whenAdoptingFailsAfterTheSocketWasTakenTheExchangeHasEndedAndTheSocketIsClosed() throws Exception {
        ends = Ends.of(true);
        Exchange exchange = exchange(ends.server(), null);
        loops.close();
        assertThrows(IOException.class, () -> loops.bytes(exchange));
        assertTrue(exchange.ended());
        assertFalse(ends.server().isOpen());
        assertEquals("", ends.readAll());
    }

    @Test
    void aResetClientFailsTheBody() throws Exception {
        open(false);
        ends.client().setOption(StandardSocketOptions.SO_LINGER, 0);
        ends.client().close();
        assertEquals("FAILED", next());
    }
}
