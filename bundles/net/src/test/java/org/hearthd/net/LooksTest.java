package org.hearthd.net;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.hearthd.transport.FdPair;
import org.hearthd.transport.StreamConnection;
import org.hearthd.transport.junixsocket.JunixDescriptors;
import org.hearthd.transport.junixsocket.JunixStreams;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class LooksTest {
    private static final int CHAIN = 1000;

    private final JunixStreams streams = new JunixStreams();
    private final NettyEventLoops loops = new NettyEventLoops(new JunixDescriptors(), streams, 1);
    private final EventLoop loop = loops.next();
    private final AtomicInteger ended = new AtomicInteger();
    private final CompletableFuture<Integer> seen = new CompletableFuture<>();
    private final CompletableFuture<Void> all = new CompletableFuture<>();

    @AfterEach
    void close() {
        loops.close();
    }

    /** Tells when something has come, and begins the next link when the end has. */
    private final class Link implements LoopSocket.Receiver {
        private final LoopSocket socket;

        Link(LoopSocket socket) {
            this.socket = socket;
        }

        @Override
        public void received(ByteBuf piece) {
            piece.release();
            seen.complete(ended.get());
        }

        @Override
        public void receivedAll() {
            // nothing is kept
        }

        @Override
        public void ended(IOException failure) {
            socket.close();
            if (ended.incrementAndGet() == CHAIN) {
                all.complete(null);
            } else {
                next();
            }
        }

        @Override
        public void lost() {
            all.completeExceptionally(new IllegalStateException("lost"));
        }
    }

    private StreamConnection open() throws IOException {
        FdPair pair = loops.pair();
        LoopSocket socket = loops.serve(pair.ours(), loop);
        socket.open(ByteBufAllocator.DEFAULT, new Link(socket));
        socket.reading(true);
        return streams.adopt(pair.theirs());
    }

    /** One whose end is there before the loop looks. */
    private void next() {
        try {
            open().close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void aRoundHasSoManyAndNoMore() {
        Looks.renew();
        int taken = 0;
        while (Looks.take()) {
            taken++;
        }
        assertTrue(taken > 1);
        assertFalse(Looks.take());
        Looks.renew();
        assertTrue(Looks.take());
    }

    @Test
    void aChainOfEndsThatAreThereAlreadyLetsOthersHaveTheirTurn() throws Exception {
        StreamConnection other = loop.submit(this::open).get();
        loop.submit(() -> {
            other.output().write('x');
            next();
            return null;
        }).get();
        all.get(30, TimeUnit.SECONDS);
        assertTrue(seen.get(30, TimeUnit.SECONDS) < CHAIN / 2, () -> "seen behind " + seen.join());
        other.close();
    }
}
