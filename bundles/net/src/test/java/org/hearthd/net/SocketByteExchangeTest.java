package org.hearthd.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.hearthd.Exchange;
import org.hearthd.Headers;
import org.hearthd.spi.ResponseHead;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SocketByteExchangeTest extends ResponseSocketContract {
    private static final int LARGE = 16 << 20;

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
