package org.hearthd.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.hearthd.Headers;
import org.hearthd.Response;
import org.hearthd.net.ByteExchange;
import org.hearthd.spi.ResponseHead;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Buffers on the paths where an answer or a body is not used to its end. */
@Timeout(180)
class LeakTest {
    @Test
    void theDetectorThatTheNextTestTrustsReportsALeak() {
        assertEquals(ResourceLeakDetector.Level.PARANOID, ResourceLeakDetector.getLevel());
        TestFront.watchLeaks();
        for (int i = 0; i < 10; i++) {
            PooledByteBufAllocator.DEFAULT.buffer(10);
        }
        assertTrue(collect(), "no leak was reported");
        TestFront.LEAKS.clear();
    }

    @Test
    void noBufferIsLostWhenBodiesAndAnswersAreCutShort() throws Exception {
        TestFront.watchLeaks();
        collect();
        TestFront.LEAKS.clear();
        for (int i = 0; i < 20; i++) {
            round();
        }
        collect();
        assertEquals(List.of(), List.copyOf(TestFront.LEAKS));
    }

    private static void round() throws Exception {
        try (TestFront front = new TestFront()) {
            front.handle(exchange -> exchange.respond(Response.text(200, "unread")));
            try (Client client = front.connect()) {
                client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 300000\r\n\r\n").send(new byte[100_000]).answer();
            }
            front.handleBlocking(exchange -> {
                exchange.body().read();
                OutputStream out = exchange.respond(200, Headers.EMPTY);
                out.write(new byte[100_000]);
                out.flush();
                exchange.abort();
            });
            try (Client client = front.connect()) {
                client.send("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n5\r\nab");
                assertThrows(IOException.class, client::answer);
            }
            front.handle(exchange -> {
                ByteExchange bytes = exchange.adapt(ByteExchange.class).orElseThrow();
                bytes.head(ResponseHead.of(200, Headers.of("Content-Length", "100")));
                bytes.write(bytes(10));
                bytes.abort();
                assertFalse(bytes.write(bytes(10)).isSuccess());
            });
            try (Client client = front.connect()) {
                client.get("/");
                assertThrows(IOException.class, client::answer);
            }
            front.handleBlocking(exchange -> exchange.takeSocket().close());
            try (Client client = front.connect()) {
                client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 300000\r\n\r\n").send(new byte[50_000]);
                assertEquals(502, client.answer().status());
                client.send("POST / HTTP/1.1");
            }
        }
    }

    private static ByteBuf bytes(int size) {
        return PooledByteBufAllocator.DEFAULT.buffer(size).writeZero(size);
    }

    /** Lets the detector see what was lost: it looks when something new is allocated after a collection. */
    private static boolean collect() {
        for (int i = 0; i < 20 && TestFront.LEAKS.isEmpty(); i++) {
            System.gc();
            LockSupport.parkNanos(10_000_000);
            PooledByteBufAllocator.DEFAULT.buffer(10).release();
        }
        return !TestFront.LEAKS.isEmpty();
    }
}
