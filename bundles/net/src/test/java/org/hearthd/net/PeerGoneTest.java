package org.hearthd.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import java.net.StandardSocketOptions;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The client of a response socket that leaves, while nothing is written to it. */
class PeerGoneTest extends ResponseSocketContract {
    private final CountDownLatch gone = new CountDownLatch(1);

    private void listen(boolean unix) throws Exception {
        open(unix);
        on(() -> {
            view.onGone(gone::countDown);
            return null;
        });
    }

    private void assertGone() throws InterruptedException {
        assertTrue(gone.await(60, TimeUnit.SECONDS), "nobody has noticed");
    }

    private boolean isGone() throws Exception {
        return on(() -> gone.getCount() == 0);
    }

    private ChannelFuture send(String text) throws Exception {
        ChannelFuture sent = on(() -> {
            ChannelFuture written = view.write(Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII));
            view.flush();
            return written;
        });
        return sent.sync();
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "100000, 0", "0, 10", "100000, 10"})
    void aClientThatClosesIsNoticedWhateverIsUnread(int unreadHere, int unreadThere) throws Exception {
        listen(true);
        ends.write("x".repeat(unreadHere));
        if (unreadThere > 0) {
            send("x".repeat(unreadThere));
        }
        assertFalse(isGone());
        ends.client().close();
        assertGone();
    }

    @ParameterizedTest
    @CsvSource({"0, true", "100000, true", "0, false", "100000, false"})
    void aHalfCloseIsNoneAndAClientThatLeavesBehindItIsNoticed(int unread, boolean read) throws Exception {
        listen(true);
        ends.write("x".repeat(unread));
        ends.client().shutdownOutput();
        if (read) {
            assertEquals(unread, bodyToItsEnd().length());
        }
        // what the client gets proves that nobody takes it for gone
        send("still there");
        assertEquals("still there", ends.read(11));
        assertFalse(isGone());
        ends.client().close();
        assertGone();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 100_000})
    void aClientThatLeavesBehindAHalfCloseWithoutReadingItsAnswerIsNoticed(int unread) throws Exception {
        listen(true);
        ends.write("x".repeat(unread));
        ends.client().shutdownOutput();
        send("never read");
        ends.client().close();
        assertGone();
    }

    @Test
    void theBodyOfAClientThatHasLeftCanBeRead() throws Exception {
        listen(true);
        ends.write("the body");
        ends.client().close();
        assertGone();
        assertEquals("the body", bodyToItsEnd());
    }

    @Test
    void whoAsksLaterIsToldAtOnce() throws Exception {
        listen(true);
        ends.client().close();
        assertGone();
        AtomicBoolean told = new AtomicBoolean();
        assertTrue(on(() -> {
            view.onGone(() -> told.set(true));
            return told.get();
        }));
    }

    @Test
    void aTcpClientIsGoneWhenItResets() throws Exception {
        listen(false);
        ends.client().setOption(StandardSocketOptions.SO_LINGER, 0);
        ends.client().close();
        assertGone();
    }

    @Test
    void nobodyIsMissedBehindACompleteAnswer() throws Exception {
        listen(true);
        ChannelFuture ended = on(view::end);
        assertEquals("", ends.readAll());
        ends.client().close();
        assertTrue(ended.channel().closeFuture().await(60, TimeUnit.SECONDS));
        assertFalse(isGone());
    }

    @ParameterizedTest
    @CsvSource({"true", "false"})
    void breakingOffWhatIsClosedAlreadyDoesNothing(boolean unix) throws Exception {
        open(unix);
        ChannelFuture sent = send("x");
        for (int i = 0; i < 2; i++) {
            on(() -> {
                view.abort();
                return null;
            });
            assertFalse(sent.channel().isOpen());
        }
    }

    @Test
    void nobodyIsMissedBehindAnAnswerThatWasBrokenOff() throws Exception {
        listen(true);
        on(() -> {
            view.abort();
            return null;
        });
        assertEquals("", ends.readAll());
        assertFalse(isGone());
    }
}
