package org.hearthd.net;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.hearthd.Fd;
import org.hearthd.transport.Await;
import org.hearthd.transport.FdPair;
import org.hearthd.transport.StreamConnection;
import org.hearthd.transport.junixsocket.JunixDescriptors;
import org.hearthd.transport.junixsocket.JunixStreams;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An end on a loop, with a blocking peer. */
@Timeout(60)
class LoopSocketTest {
    private final JunixStreams streams = new JunixStreams();
    private final NettyEventLoops loops = new NettyEventLoops(new JunixDescriptors(), streams, 1);
    private final EventLoop loop = loops.next();
    /** What was received, then how it ended. */
    private final ByteArrayOutputStream received = new ByteArrayOutputStream();
    private final CompletableFuture<Boolean> ended = new CompletableFuture<>();
    private final CompletableFuture<Void> lost = new CompletableFuture<>();
    private volatile int pieces;
    private volatile boolean failing;
    private volatile boolean atEnd;
    private volatile int mostAtOnce = Integer.MAX_VALUE;
    private LoopSocket end;
    private StreamConnection peer;

    private final class Collector implements LoopSocket.Receiver {
        private int atOnce;

        @Override
        public void received(ByteBuf piece) {
            atEnd = end.isAtEnd();
            if (failing) {
                piece.release();
                throw new IllegalStateException("on purpose");
            }
            byte[] bytes = new byte[piece.readableBytes()];
            piece.readBytes(bytes).release();
            received.writeBytes(bytes);
            pieces++;
            if (++atOnce >= mostAtOnce) {
                end.reading(false);
            }
        }

        @Override
        public void receivedAll() {
            atOnce = 0;
        }

        @Override
        public void ended(IOException failure) {
            ended.complete(failure != null);
        }

        @Override
        public void lost() {
            lost.complete(null);
        }
    }

    @BeforeEach
    void open() throws Exception {
        FdPair pair = loops.pair();
        end = loops.serve(pair.ours(), loop);
        peer = streams.adopt(pair.theirs());
        onLoop(() -> end.open(ByteBufAllocator.DEFAULT, new Collector()));
    }

    @AfterEach
    void close() throws Exception {
        peer.close();
        if (!loop.isShuttingDown()) {
            onLoop(end::close);
        }
        loops.close();
    }

    private interface Step {
        void run() throws IOException;
    }

    private void onLoop(Step step) throws Exception {
        loop.submit(() -> {
            step.run();
            return null;
        }).get();
    }

    private static byte[] random(int size) {
        byte[] bytes = new byte[size];
        new Random(5).nextBytes(bytes);
        return bytes;
    }

    private boolean awaitEnd() throws Exception {
        return ended.get(30, TimeUnit.SECONDS);
    }

    @Test
    void whatArrivesIsDeliveredInOrderWithTheEndBehindIt() throws Exception {
        byte[] sent = random(8 * 1024 * 1024);
        onLoop(() -> end.reading(true));
        peer.output().write(sent);
        peer.close();
        assertFalse(awaitEnd());
        assertArrayEquals(sent, received.toByteArray());
    }

    /** Another end, which is asked to read as soon as it is open: the loop has not watched it yet. */
    private void reopen(Step meanwhile) throws Exception {
        onLoop(end::close);
        peer.close();
        FdPair pair = loops.pair();
        end = loops.serve(pair.ours(), loop);
        peer = streams.adopt(pair.theirs());
        onLoop(() -> {
            end.open(ByteBufAllocator.DEFAULT, new Collector());
            end.reading(true);
            meanwhile.run();
        });
    }

    @Test
    void whatIsThereWhenItOpensIsDeliveredInOnePassWithTheEndBehindIt() throws Exception {
        reopen(() -> {
            peer.output().write(random(100));
            peer.close();
        });
        // the step before has left its work to the loop
        onLoop(() -> assertTrue(ended.isDone()));
        assertFalse(awaitEnd());
        assertArrayEquals(random(100), received.toByteArray());
    }

    @Test
    void whatComesLaterThanTheFirstPiecesIsDeliveredAsWell() throws Exception {
        byte[] sent = random(300_000);
        reopen(() -> peer.output().write(sent, 0, 3000));
        Await.until("the first pieces", () -> received.size() == 3000);
        peer.output().write(sent, 3000, sent.length - 3000);
        peer.close();
        assertFalse(awaitEnd());
        assertArrayEquals(sent, received.toByteArray());
    }

    @Test
    void whoSendsMoreThanThePeerTakesBeforeItIsWatchedSendsItAll() throws Exception {
        byte[] sent = random(4 * 1024 * 1024);
        CompletableFuture<IOException> done = new CompletableFuture<>();
        reopen(() -> end.write(Unpooled.directBuffer(sent.length).writeBytes(sent), done::complete));
        assertArrayEquals(sent, peer.input().readNBytes(sent.length));
        assertNull(done.get(30, TimeUnit.SECONDS));
        peer.output().write(random(100));
        peer.close();
        assertFalse(awaitEnd());
        assertEquals(100, received.size());
    }

    @Test
    void aPeerThatHalfClosesIsHeardToTheEnd() throws Exception {
        onLoop(() -> end.reading(true));
        peer.output().write("all".getBytes(StandardCharsets.US_ASCII));
        peer.shutdownOutput();
        assertFalse(awaitEnd());
        assertEquals("all", received.toString(StandardCharsets.US_ASCII));
    }

    @Test
    void nothingIsDeliveredUnaskedNotEvenTheEnd() throws Exception {
        peer.output().write(random(1000));
        peer.close();
        for (int i = 0; i < 100; i++) {
            onLoop(() -> assertFalse(ended.isDone()));
        }
        assertEquals(0, received.size());
        onLoop(() -> end.reading(true));
        assertFalse(awaitEnd());
        assertEquals(1000, received.size());
    }

    @Test
    void readingStopsAfterAnyPieceAndGoesOnWhereItStopped() throws Exception {
        mostAtOnce = 1;
        byte[] sent = random(20_000);
        peer.output().write(sent);
        peer.close();
        while (!ended.isDone()) {
            int before = pieces;
            onLoop(() -> end.reading(true));
            assertTrue(pieces <= before + 1);
        }
        assertArrayEquals(sent, received.toByteArray());
    }

    @Test
    void aPieceLargerThanTheSocketTakesIsSentWhileThePeerReads() throws Exception {
        byte[] sent = random(4 * 1024 * 1024);
        CompletableFuture<Void> done = new CompletableFuture<>();
        onLoop(() -> end.write(Unpooled.directBuffer(sent.length).writeBytes(sent), failure -> {
            done.complete(null);
            end.end();
        }));
        assertFalse(done.isDone());
        assertArrayEquals(sent, peer.input().readAllBytes());
        done.get(30, TimeUnit.SECONDS);
    }

    @Test
    void piecesOnTheHeapAndInPartsAreSentAsWell() throws Exception {
        ByteBuf parts = Unpooled.wrappedBuffer(Unpooled.copiedBuffer("a", StandardCharsets.US_ASCII),
                Unpooled.directBuffer().writeBytes(new byte[] {'b'}));
        onLoop(() -> end.write(parts, failure -> end.end()));
        assertEquals("ab", new String(peer.input().readAllBytes(), StandardCharsets.US_ASCII));
        assertEquals(0, parts.refCnt());
    }

    @Test
    void aPeerThatClosesWithoutHavingReadAllIsAReset() throws Exception {
        onLoop(() -> end.reading(true));
        CompletableFuture<Void> written = new CompletableFuture<>();
        onLoop(() -> end.write(Unpooled.directBuffer().writeByte('x'), failure -> written.complete(null)));
        written.get(30, TimeUnit.SECONDS);
        peer.output().write("answer".getBytes(StandardCharsets.US_ASCII));
        peer.close();
        assertTrue(awaitEnd());
        assertEquals("answer", received.toString(StandardCharsets.US_ASCII));
    }

    @Test
    void whatAPeerThatHasGoneDoesNotTakeIsReleasedAndNotCalledSent() throws Exception {
        peer.close();
        ByteBuf piece = Unpooled.directBuffer().writeByte('x');
        CompletableFuture<IOException> why = new CompletableFuture<>();
        onLoop(() -> end.write(piece, why::complete));
        assertNotNull(why.get(30, TimeUnit.SECONDS));
        assertEquals(0, piece.refCnt());
        onLoop(end::end);
    }

    @Test
    void whoHasClosedBehindAPieceIsKnownToBeAtItsEndWithIt() throws Exception {
        // the loop sees both at once
        onLoop(() -> {
            peer.output().write(random(100));
            peer.close();
        });
        onLoop(() -> end.reading(true));
        assertFalse(awaitEnd());
        assertTrue(atEnd);
    }

    @Test
    void whoMaySendMoreIsNotAtItsEnd() throws Exception {
        onLoop(() -> end.reading(true));
        peer.output().write(random(100));
        Await.until("the piece", () -> pieces == 1);
        assertFalse(atEnd);
        peer.close();
        assertFalse(awaitEnd());
    }

    @Test
    void whoseReceiverFailsIsClosedAndTold() throws Exception {
        failing = true;
        onLoop(() -> end.reading(true));
        peer.output().write(random(100));
        lost.get(30, TimeUnit.SECONDS);
        assertEquals(-1, peer.input().read());
        assertFalse(ended.isDone(), "the other end has not ended anything");
        onLoop(() -> assertEquals(0, pieces));
    }

    @Test
    void theEndOfTheLoopIsTold() throws Exception {
        loops.close();
        lost.get(30, TimeUnit.SECONDS);
        assertEquals(-1, peer.input().read());
    }

    @Test
    void everyPartThatIsSentIsProgress() throws Exception {
        byte[] sent = random(4 * 1024 * 1024);
        AtomicInteger parts = new AtomicInteger();
        CompletableFuture<IOException> done = new CompletableFuture<>();
        onLoop(() -> {
            end.onProgress(parts::incrementAndGet);
            end.write(Unpooled.directBuffer(sent.length).writeBytes(sent), done::complete);
        });
        assertTrue(parts.get() > 0);
        int before = parts.get();
        byte[] read = peer.input().readNBytes(sent.length);
        assertArrayEquals(sent, read);
        assertNull(done.get(30, TimeUnit.SECONDS));
        assertTrue(parts.get() > before);
    }

    @Test
    void closingEndsThePeersInputAndDropsWhatWasNotSent() throws Exception {
        ByteBuf piece = Unpooled.directBuffer().writeBytes(random(4 * 1024 * 1024));
        onLoop(() -> end.write(piece, failure -> ended.complete(false)));
        onLoop(end::close);
        assertEquals(0, piece.refCnt());
        assertTrue(peer.input().readAllBytes().length < 4 * 1024 * 1024);
        assertFalse(ended.isDone());
    }

    @Test
    void loopsThatHaveEndedRefuseAnEndAndCloseIt() throws Exception {
        FdPair pair = streams.pair();
        loops.close();
        assertThrows(IOException.class, () -> loops.serve(pair.ours(), loop));
        assertFalse(pair.ours().isOpen());
        try (Fd theirs = pair.theirs()) {
            assertTrue(theirs.isOpen());
        }
    }
}
