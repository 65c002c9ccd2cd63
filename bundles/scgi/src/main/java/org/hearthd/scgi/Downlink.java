package org.hearthd.scgi;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import java.io.IOException;
import org.hearthd.net.ByteExchange;
import org.hearthd.net.LoopSocket;

/** The answer's way from the server to the client. Of one loop. */
final class Downlink implements LoopSocket.Receiver {
    private static final long UNKNOWN = -1;
    /** How much a server may write behind the end of its answer before its connection is closed. */
    private static final int LONGEST_REST = 1 << 20;

    private final Conversation conversation;
    private final ByteExchange view;
    private final Settings settings;
    private final LoopSocket socket;
    private HeadReader head;
    /** What is being taken, until it is passed on as it is. */
    private ByteBuf piece;
    private Dechunker chunks;
    private long left = UNKNOWN;
    private boolean begun;
    private boolean answered;
    private boolean dirty;
    private int rest;

    Downlink(Conversation conversation, ByteExchange view, Settings settings, LoopSocket socket) {
        this.conversation = conversation;
        this.view = view;
        this.settings = settings;
        this.socket = socket;
        this.head = new HeadReader(settings.limits().responseHead());
    }

    /** Starts to read, while the client takes it. */
    void start() {
        view.onWritable(this::pace);
        pace();
    }

    private void pace() {
        if (conversation.isOver()) {
            return;
        }
        socket.reading(answered || view.writable());
        if (begun && !conversation.isOver()) {
            conversation.answering();
        }
    }

    /** Whether nothing is read from the server because the client does not take it. */
    boolean isPaused() {
        return !socket.isReading();
    }

    /** Whether the client has got some of an answer. */
    boolean begun() {
        return begun;
    }

    /** Whether the client has got all of it. */
    boolean answered() {
        return answered;
    }

    /** Whether the server has not said a byte. */
    boolean silent() {
        return !begun && head.isEmpty();
    }

    @Override
    public void received(ByteBuf next) {
        piece = next;
        try {
            if (!conversation.isOver()) {
                take();
            }
        } catch (MalformedAnswerException e) {
            conversation.broken(e.getMessage());
        } finally {
            if (piece != null) {
                passOn().release();
            }
        }
    }

    private ByteBuf passOn() {
        ByteBuf whole = piece;
        piece = null;
        return whole;
    }

    private void take() throws MalformedAnswerException {
        while (!begun && head.read(piece)) {
            begin(Reply.of(head, settings));
        }
        if (begun && !answered) {
            body();
        }
        if (!answered && !conversation.isOver()) {
            conversation.answering();
            conversation.answerGoesOn();
        }
        if (answered && piece != null) {
            rest += piece.readableBytes();
            if (rest > LONGEST_REST) {
                conversation.finish();
            }
        }
    }

    /** Once for all that was read at once: a small answer leaves in one piece. */
    @Override
    public void receivedAll() {
        if (dirty) {
            dirty = false;
            view.flush();
        }
    }

    private void begin(Reply reply) {
        if (reply.isInterim()) {
            head.again();
            // 100 is the source's own affair
            if (reply.head().status() != 100) {
                view.interim(reply.head());
            }
            return;
        }
        begun = true;
        head = null;
        conversation.serverWorks();
        check(view.head(reply.head()));
        dirty = true;
        int status = reply.head().status();
        left = reply.length();
        if (conversation.request().method().equals("HEAD") || status == 204 || status == 304 || left == 0) {
            complete();
        } else if (reply.chunked()) {
            chunks = new Dechunker();
        }
    }

    private void body() throws MalformedAnswerException {
        if (chunks != null) {
            chunks.read(piece, this::write);
            if (chunks.isDone()) {
                complete();
            }
            return;
        }
        int present = piece.readableBytes();
        int size = left == UNKNOWN ? present : (int) Math.min(left, present);
        if (size > 0) {
            write(size == present ? passOn() : piece.readRetainedSlice(size));
        }
        if (left != UNKNOWN) {
            left -= size;
            if (left == 0) {
                complete();
            }
        }
    }

    private void write(ByteBuf bytes) {
        if (conversation.isOver()) {
            bytes.release();
            return;
        }
        check(view.write(bytes));
        dirty = true;
        if (!view.writable()) {
            pace();
        }
    }

    /** A write that fails means that the client is gone. */
    private void check(ChannelFuture written) {
        if (!written.isDone()) {
            written.addListener(done -> {
                if (!done.isSuccess()) {
                    conversation.clientGone();
                }
            });
        } else if (!written.isSuccess()) {
            conversation.clientGone();
        }
    }

    /** The client has its answer. What the server still writes is read and dropped, so that it need not see an error. */
    private void complete() {
        if (conversation.isOver()) {
            return;
        }
        answered = true;
        dirty = false;
        view.end();
        conversation.answered();
        if (!conversation.isOver()) {
            pace();
        }
    }

    /**
     * A server that closes without reading all of the body resets the connection behind its answer, which it may. Over TCP the reset
     * drops what the server has not sent yet: there it is taken well only while the server is known not to have all of the body.
     */
    @Override
    public void ended(IOException failure) {
        boolean unread = conversation.hasBody() && !(conversation.isTcp() && conversation.isSentWhole());
        if (failure == null || answered || unread && begun) {
            ended();
        } else {
            conversation.broken("the connection failed: " + failure.getMessage());
        }
    }

    @Override
    public void lost() {
        conversation.lost();
    }

    private void ended() {
        if (conversation.isOver()) {
            return;
        }
        if (answered) {
            conversation.finish();
        } else if (!begun) {
            conversation.broken(head.isEmpty() ? "it closed the connection without an answer" : "its head has no end");
        } else if (left == UNKNOWN && chunks == null) {
            complete();
            conversation.finish();
        } else {
            conversation.broken(chunks != null
                    ? "it closed the connection before the last chunk"
                    : "it closed the connection " + left + " bytes short of its Content-Length");
        }
    }
}
