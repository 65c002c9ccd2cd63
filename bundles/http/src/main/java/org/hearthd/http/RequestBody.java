package org.hearthd.http;

import io.netty.buffer.ByteBuf;
import java.io.IOException;
import org.hearthd.net.ByteExchange.Body;

/** The incoming body of one request: delivers a piece when asked for one, so that the connection reads no faster. Of one loop. */
final class RequestBody {
    private final Connection connection;
    private final long length;
    private final long limit;
    private Body receiver;
    private boolean wanted;
    private boolean ended;
    private boolean told;
    private boolean continueDue;
    private IOException failure;
    private long received;

    /** @param limit the most bytes to accept, 0 for any number */
    RequestBody(Connection connection, RequestHead head, long limit) {
        this.connection = connection;
        this.length = head.length();
        this.limit = limit;
        this.ended = length == 0;
        this.continueDue = head.expectsContinue() && !ended;
    }

    void receiver(Body newReceiver) {
        receiver = newReceiver;
    }

    boolean wanted() {
        return wanted;
    }

    /** Whether its last byte has arrived. */
    boolean ended() {
        return ended;
    }

    boolean failed() {
        return failure != null;
    }

    /** Whether the rest is so long, or so uncertain to come, that nobody should wait for it after an answer. */
    boolean tooLongToDrain() {
        return !ended && receiver == null && (continueDue || length - received > Limits.KEEP_ALIVE_DRAIN);
    }

    /** Asks for one more call of the receiver. */
    void read() {
        if (told) {
            return;
        }
        if (failure != null) {
            told = true;
            receiver.failed(failure);
        } else if (ended) {
            told = true;
            receiver.end();
        } else if (!wanted) {
            wanted = true;
            if (continueDue) {
                continueDue = false;
                if (received == 0) {
                    connection.sendContinue();
                }
            }
            connection.bodyWanted();
        }
    }

    /**
     * Takes the next piece from the decoder and releases it, or passes it on.
     *
     * @throws Refusal if the body is longer than allowed
     */
    void receive(BodyPiece piece) throws Refusal {
        ByteBuf bytes = piece.bytes();
        received += bytes.readableBytes();
        continueDue = false;
        if (limit > 0 && received > limit) {
            bytes.release();
            throw new Refusal(413, "The request body is longer than " + limit + " bytes.");
        }
        ended = piece.last();
        boolean deliver = wanted && receiver != null && failure == null;
        if (!deliver) {
            bytes.release();
            return;
        }
        if (bytes.isReadable()) {
            wanted = false;
            receiver.data(bytes);
            return;
        }
        bytes.release();
        if (ended) {
            wanted = false;
            read();
        }
    }

    /** The body is broken, which its receiver learns from {@link #fail}: what the client gets is to be claimed before. */
    void spoil(IOException cause) {
        if (failure == null) {
            failure = cause;
        }
        wanted = false;
    }

    /** The body will never be complete for its receiver; said at once, and once. */
    void fail(IOException cause) {
        spoil(cause);
        if (!told && receiver != null) {
            told = true;
            receiver.failed(failure);
        }
    }
}
