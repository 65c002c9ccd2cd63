package org.hearthd.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.hearthd.transport.Logged;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Readers that take nothing, and those that only look like it. */
@Timeout(180)
class WriteWatchTest {
    private static final int HOUR_MS = 3_600_000;

    /** What a check sees, with a peer that takes what the test says. */
    @Nested
    class Checks {
        private int room;
        private boolean stalled;
        private final EmbeddedChannel channel = new EmbeddedChannel() {
            @Override
            protected void doWrite(ChannelOutboundBuffer in) {
                int most = room;
                room = 0;
                in.removeBytes(most);
            }
        };
        private final WriteWatch watch = new WriteWatch(channel, () -> HOUR_MS, () -> stalled = true);

        @AfterEach
        void close() {
            watch.cancel();
            channel.close();
        }

        private void write(int size) {
            ByteBuf piece = Unpooled.wrappedBuffer(new byte[size]);
            watch.wrote(piece);
            channel.write(piece);
            channel.flush();
            watch.flushed();
        }

        private void take(int size) {
            room = size;
            channel.flush();
        }

        private boolean stalledAtTheNextCheck() {
            // as if the deadline had been reached
            watch.cancel();
            watch.check();
            return stalled;
        }

        @Test
        void nothingTakenIsAStall() {
            write(1000);
            assertTrue(stalledAtTheNextCheck());
        }

        @Test
        void whatIsAddedMeanwhileIsNoProgress() {
            write(1000);
            write(500);
            assertTrue(stalledAtTheNextCheck());
        }

        @Test
        void oneByteIsProgressAndTheNextCheckCountsFromThere() {
            write(1000);
            take(1);
            assertFalse(stalledAtTheNextCheck());
            assertTrue(stalledAtTheNextCheck());
        }

        @Test
        void aReaderThatTakesAPieceForEachThatIsAddedIsNotStalled() {
            write(1000);
            write(1000);
            for (int i = 0; i < 3; i++) {
                take(1000);
                write(1000);
                assertFalse(stalledAtTheNextCheck(), "as much waits as before, but it is not the same");
            }
        }

        @Test
        void aReaderThatHasTakenAllHasTime() {
            write(1000);
            take(1000);
            assertFalse(stalledAtTheNextCheck());
            assertEquals(0, watch.pending());
            write(1000);
            assertTrue(stalledAtTheNextCheck());
        }
    }

    /** The response socket whose reader takes nothing. */
    @Nested
    class OnAResponseSocket extends ResponseSocketContract {
        private static final int LARGE = 8 << 20;

        private void openImpatient(boolean unix) throws Exception {
            loops.modified(NettyEventLoopsTest.config(2, 50));
            open(unix);
        }

        private ChannelFuture answer() throws Exception {
            return on(() -> {
                ChannelFuture written = view.write(Unpooled.directBuffer(LARGE).writeZero(LARGE));
                view.flush();
                return written;
            });
        }

        private int readToTheEnd() throws IOException {
            int got = 0;
            ByteBuffer piece = ByteBuffer.allocate(1 << 16);
            for (int n; (n = ends.client().read(piece.clear())) >= 0;) {
                got += n;
            }
            return got;
        }

        @Test
        void isClosedAndTheWriterIsToldAndItIsLoggedOnce() throws Exception {
            CountDownLatch gone = new CountDownLatch(1);
            try (Logged log = new Logged()) {
                openImpatient(true);
                on(() -> {
                    view.onGone(gone::countDown);
                    return null;
                });
                ChannelFuture written = answer();
                assertTrue(written.await(60, TimeUnit.SECONDS));
                assertFalse(written.isSuccess());
                assertTrue(gone.await(60, TimeUnit.SECONDS));
                assertTrue(readToTheEnd() < LARGE);
                String said = exchange + ": its client took nothing of the answer for 50 ms";
                assertEquals(1, log.lines().stream().filter(line -> line.startsWith(said)).count(), () -> log.lines().toString());
            }
        }

        @ParameterizedTest
        @ValueSource(booleans = {true, false})
        void isClosedBehindTheEndOfTheAnswerToo(boolean unix) throws Exception {
            openImpatient(unix);
            answer();
            ChannelFuture ended = on(view::end);
            assertTrue(ended.await(60, TimeUnit.SECONDS));
            assertFalse(ended.isSuccess());
            assertTrue(ended.channel().closeFuture().await(60, TimeUnit.SECONDS));
        }
    }
}
