package org.hearthd.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.Channel;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RelayTest extends LoopsContract {
    private static final long LARGE = 64L << 20;

    private final BlockingQueue<Relay.Result> results = new LinkedBlockingQueue<>();
    private Ends left;
    private Ends right;

    @AfterEach
    void closeEnds() throws IOException {
        left.client().close();
        right.client().close();
        assertTrue(results.isEmpty(), () -> "the callback ran more than once: " + results);
    }

    private void relay(boolean leftUnix, boolean rightUnix, long idleMs) throws IOException {
        left = Ends.of(leftUnix);
        right = Ends.of(rightUnix);
        Channel first = loops.adopt(left.server(), loops.next(), new ChannelInboundHandlerAdapter(), false);
        Channel second = loops.adopt(right.server(), loops.next(), new ChannelInboundHandlerAdapter(), false);
        Relay.start(first, second, idleMs, results::add);
    }

    private Relay.Result result() throws InterruptedException {
        Relay.Result result = results.poll(60, TimeUnit.SECONDS);
        assertTrue(result != null, "the relay has not ended");
        return result;
    }

    private static CompletableFuture<Void> send(Ends end, long bytes) {
        return CompletableFuture.runAsync(() -> {
            ByteBuffer piece = ByteBuffer.allocate(64 * 1024);
            try {
                for (long sent = 0; sent < bytes;) {
                    for (int i = 0; i < piece.capacity(); i++) {
                        piece.put(i, pattern(sent + i));
                    }
                    piece.clear().limit((int) Math.min(piece.capacity(), bytes - sent));
                    while (piece.hasRemaining()) {
                        sent += end.client().write(piece);
                    }
                }
                end.client().shutdownOutput();
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }, r -> new Thread(r).start());
    }

    private static CompletableFuture<Long> receive(Ends end) {
        return CompletableFuture.supplyAsync(() -> {
            ByteBuffer piece = ByteBuffer.allocate(64 * 1024);
            long got = 0;
            try {
                for (int n; (n = end.client().read(piece)) >= 0; piece.clear()) {
                    for (int i = 0; i < n; i++) {
                        assertEquals(pattern(got + i), piece.get(i), "byte " + (got + i));
                    }
                    got += n;
                }
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
            return got;
        }, r -> new Thread(r).start());
    }

    /** Differs between neighbouring pieces, so that an exchanged or repeated piece is seen. */
    private static byte pattern(long position) {
        return (byte) (position ^ position >> 8 ^ position >> 16);
    }

    @ParameterizedTest
    @CsvSource({"true,true", "false,false", "false,true"})
    void carriesLargeAmountsBothWaysAtOnce(boolean leftUnix, boolean rightUnix) throws Exception {
        relay(leftUnix, rightUnix, 10_000);
        CompletableFuture<Long> atLeft = receive(left);
        CompletableFuture<Long> atRight = receive(right);
        send(left, LARGE);
        send(right, LARGE);
        assertEquals(LARGE, atRight.get());
        assertEquals(LARGE, atLeft.get());
        assertEquals(new Relay.Result(LARGE, LARGE, Relay.End.COMPLETE, null), result());
    }

    @ParameterizedTest
    @CsvSource({"true,true", "false,false", "true,false"})
    void answersAfterAHalfCloseOfTheFirstSideArriveWhole(boolean leftUnix, boolean rightUnix) throws Exception {
        relay(leftUnix, rightUnix, 10_000);
        left.write("question");
        left.client().shutdownOutput();
        assertEquals("question", right.readAll());
        CompletableFuture<Long> atLeft = receive(left);
        send(right, LARGE);
        assertEquals(LARGE, atLeft.get());
        assertEquals(new Relay.Result(8, LARGE, Relay.End.COMPLETE, null), result());
    }

    @ParameterizedTest
    @CsvSource({"true", "false"})
    void theSecondSideMayHalfCloseFirst(boolean unix) throws Exception {
        relay(unix, unix, 10_000);
        right.write("early");
        right.client().shutdownOutput();
        assertEquals("early", left.readAll());
        left.write("late");
        left.client().shutdownOutput();
        assertEquals("late", right.readAll());
        assertEquals(new Relay.Result(4, 5, Relay.End.COMPLETE, null), result());
    }

    @ParameterizedTest
    @CsvSource({"true", "false"})
    void aReaderThatDoesNotReadStopsTheSender(boolean unix) throws Exception {
        relay(unix, unix, 10_000);
        left.client().configureBlocking(false);
        ByteBuffer piece = ByteBuffer.allocate(64 * 1024);
        long sent = 0;
        long lastMove = System.nanoTime();
        while (System.nanoTime() - lastMove < 300_000_000L) {
            int n = left.client().write(piece.clear());
            sent += n;
            lastMove = n > 0 ? System.nanoTime() : lastMove;
            assertTrue(sent < LARGE, "64 MiB piled up somewhere");
        }
        left.client().shutdownOutput();
        ByteBuffer drained = ByteBuffer.allocate(64 * 1024);
        long got = 0;
        for (int n; (n = right.client().read(drained.clear())) >= 0;) {
            got += n;
        }
        assertEquals(sent, got);
        right.client().shutdownOutput();
        assertEquals(new Relay.Result(sent, 0, Relay.End.COMPLETE, null), result());
    }

    @ParameterizedTest
    @CsvSource({"true", "false"})
    void endsWhenNothingMovesForTheIdleTimeout(boolean unix) throws Exception {
        relay(unix, unix, 200);
        long start = System.nanoTime();
        left.write("abc");
        assertEquals("abc", right.read(3));
        Relay.Result result = result();
        assertEquals(new Relay.Result(3, 0, Relay.End.IDLE, null), result);
        assertTrue(System.nanoTime() - start >= 200_000_000L, "ended although something had just moved");
        assertEquals("", left.readAll());
        assertEquals("", right.readAll());
    }

    @ParameterizedTest
    @CsvSource({"true", "false"})
    void aSideThatVanishesEndsBoth(boolean unix) throws Exception {
        relay(unix, unix, 10_000);
        left.write("x");
        assertEquals("x", right.read(1));
        left.client().close();
        assertEquals("", right.readAll());
        CompletableFuture<Void> sending = send(right, LARGE);
        assertEquals(Relay.End.BROKEN, result().end());
        assertTrue(sending.handle((ok, failure) -> failure != null).get(), "64 MiB went nowhere");
    }

    @ParameterizedTest
    @CsvSource({"true", "false"})
    void countsWhatASlowReaderTookBeforeItVanished(boolean unix) throws Exception {
        relay(unix, unix, 10_000);
        CompletableFuture<Void> sending = send(left, LARGE);
        right.read(1_000_000);
        right.client().close();
        Relay.Result result = result();
        assertEquals(Relay.End.BROKEN, result.end());
        assertTrue(result.forward() >= 1_000_000 && result.forward() < LARGE, "forward " + result.forward());
        ExecutionException failed = sending.handle((ok, e) -> new ExecutionException(e)).get();
        assertTrue(failed.getCause() != null);
    }

    @ParameterizedTest
    @CsvSource({"true", "false"})
    void aByteNowAndThenKeepsItAlive(boolean unix) throws Exception {
        relay(unix, unix, 400);
        long start = System.nanoTime();
        while (System.nanoTime() - start < 1_000_000_000L) {
            right.write("y");
            assertEquals("y", left.read(1));
            assertNull(results.peek());
        }
        left.client().shutdownOutput();
        right.client().shutdownOutput();
        assertEquals(Relay.End.COMPLETE, result().end());
    }
}
