package org.hearthd.scgi;

import io.netty.buffer.ByteBuf;
import java.io.IOException;
import org.hearthd.net.ByteExchange;
import org.hearthd.net.ByteExchange.Body;
import org.hearthd.net.LoopSocket;

/**
 * The request's way to the server. A body whose length is announced goes through as it comes; any other is kept until it has been
 * counted, because an SCGI request begins with the length of its body. Of one loop.
 */
final class Uplink implements Body {
    private static final long UNKNOWN = -1;
    /** Then others on the loop get their turn. */
    private static final int KEPT_PIECES = 16;

    private final Conversation conversation;
    private final ByteExchange view;
    private final Settings settings;
    private Spool spool;
    private LoopSocket socket;
    /** What is still to be passed on, of a body that goes through or of one that was kept. */
    private long left;
    private boolean counting;
    /** The server takes no more; what comes is dropped. */
    private boolean refused;
    private boolean writing;
    private boolean sent;
    private boolean ended;
    private boolean inRead;
    private boolean wanted;

    Uplink(Conversation conversation, ByteExchange view, Settings settings) {
        this.conversation = conversation;
        this.view = view;
        this.settings = settings;
    }

    /** Finds out how long the body is; {@link Conversation#ready} follows, at once or later. */
    void start() {
        view.body(this);
        long announced = announced();
        long max = settings.body().max();
        if (max > 0 && announced > max) {
            tooLong();
            return;
        }
        if (announced == 0 || announced > 0 && !settings.body().buffer()) {
            left = announced;
            conversation.ready(announced);
            return;
        }
        counting = true;
        readOn();
        if (counting && !conversation.isOver()) {
            conversation.waitForBody();
        }
    }

    /** A length that can be relied on: said once, a number, and not contradicted. */
    private long announced() {
        var headers = conversation.request().headers();
        String value = headers.get("Content-Length");
        if (value == null || !Digits.isNumber(value) || headers.contains("Transfer-Encoding")
                || headers.all("Content-Length").size() > 1) {
            return UNKNOWN;
        }
        return Long.parseLong(value);
    }

    private void tooLong() {
        conversation.refuse(413, "The request body is longer than " + settings.body().max() + " bytes.");
    }

    /** Asks for the next piece; a piece that comes within the call asks for another turn, not for a deeper one. */
    private void readOn() {
        wanted = true;
        if (inRead) {
            return;
        }
        inRead = true;
        int kept = 0;
        while (wanted && !conversation.isOver() && kept < KEPT_PIECES) {
            wanted = false;
            if (spool == null || counting) {
                view.read();
            } else {
                passKept();
                kept++;
            }
        }
        inRead = false;
        if (wanted && kept == KEPT_PIECES) {
            view.loop().execute(this::readOn);
        }
    }

    private void passKept() {
        try {
            pass(spool.next());
        } catch (IOException e) {
            conversation.failedToKeep(e);
        }
    }

    @Override
    public void data(ByteBuf piece) {
        if (conversation.isOver()) {
            piece.release();
        } else if (counting) {
            count(piece);
        } else {
            pass(piece);
        }
    }

    private void count(ByteBuf piece) {
        if (spool == null) {
            spool = conversation.newSpool();
        }
        long max = settings.body().max();
        if (max > 0 && spool.size() + piece.readableBytes() > max) {
            piece.release();
            tooLong();
            return;
        }
        conversation.waitForBody();
        spool.add(piece, failure -> {
            if (failure == null) {
                readOn();
            } else {
                conversation.failedToKeep(failure);
            }
        });
    }

    private void pass(ByteBuf piece) {
        if (piece.readableBytes() > left) {
            piece.writerIndex(piece.readerIndex() + (int) left);
        }
        left -= piece.readableBytes();
        if (refused) {
            piece.release();
            goOn();
        } else {
            write(piece);
        }
    }

    private void written(IOException failure) {
        writing = false;
        refused |= failure != null;
        goOn();
    }

    private void goOn() {
        if (left == 0 || spool != null && refused) {
            left = 0;
            allSent();
        } else {
            if (spool == null) {
                conversation.waitForBody();
            }
            readOn();
        }
    }

    @Override
    public void end() {
        if (conversation.isOver()) {
            return;
        }
        if (counting) {
            counting = false;
            left = spool == null ? 0 : spool.size();
            conversation.ready(left);
        } else if (left > 0) {
            conversation.refuse(400, "The request body was cut short.");
        }
    }

    @Override
    public void failed(IOException cause) {
        conversation.bodyFailed(cause);
    }

    /** Sends the variables, and the body as far as it is there. */
    void send(LoopSocket to, ByteBuf variables) {
        socket = to;
        socket.onProgress(conversation::sending);
        write(variables);
    }

    private void write(ByteBuf piece) {
        writing = true;
        socket.write(piece, this::written);
        if (writing && !conversation.isOver()) {
            conversation.sending();
        }
    }

    private void allSent() {
        sent = true;
        release();
        conversation.requestSent();
    }

    /** Tells the end behind the last byte, once; before that, does nothing. */
    void endInput() {
        if (sent && !ended && settings.halfClose() && !refused) {
            ended = true;
            socket.end();
        }
    }

    /** Whether the server has all of it, or takes no more. */
    boolean isSent() {
        return left == 0 && sent || refused;
    }

    /** Whether the server has all that has come, and wants the rest. */
    boolean waitsForClient() {
        return spool == null && !writing && !isSent();
    }

    /** Whether all of it was sent, as far as is known. */
    boolean isSentWhole() {
        return sent && !refused;
    }

    void release() {
        if (spool != null) {
            spool.release();
        }
    }
}
