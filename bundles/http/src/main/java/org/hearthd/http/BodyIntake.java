package org.hearthd.http;

import java.io.IOException;
import org.hearthd.http.Connection.Phase;
import org.hearthd.net.Deadline;

/**
 * What arrives of the request body in progress: passed on while it is wanted, dropped after the answer; sees to it that it comes in
 * time, and that a body that can not be read to its end is never taken for a complete one. Of one loop.
 */
final class BodyIntake {
    private final Connection connection;
    private final Deadline reading;
    private long dropped;

    /** @param reading the connection's; while a body is wanted it is the next piece's */
    BodyIntake(Connection connection, Deadline reading) {
        this.connection = connection;
        this.reading = reading;
    }

    void take(BodyPiece piece) {
        HttpExchange current = connection.exchange();
        if (connection.phase() == Phase.DRAIN) {
            dropped += piece.bytes().readableBytes();
        }
        try {
            current.requestBody().receive(piece);
        } catch (Refusal refusal) {
            refuse(refusal);
            return;
        }
        watch();
        if (connection.phase() == Phase.DRAIN) {
            if (current.requestBody().ended()) {
                connection.next();
            } else if (dropped > Limits.KEEP_ALIVE_DRAIN) {
                connection.linger();
            }
        }
    }

    private void watch() {
        if (connection.wantsBody() && !connection.exchange().requestBody().ended()) {
            reading.set(connection.limits().bodyTimeout());
        } else if (connection.phase() == Phase.BUSY) {
            reading.clear();
        }
    }

    /** The answer came before the end of the body: the rest is dropped from now on. */
    void drop() {
        dropped = 0;
        reading.set(connection.limits().bodyTimeout());
    }

    /** At a half-close: a body that is still wanted, or of which nothing waits to be read, will never be complete. */
    void inputClosed(int waiting) {
        RequestBody body = connection.exchange().requestBody();
        if (!body.ended() && (waiting == 0 || body.wanted())) {
            refuse(new Refusal(400, "The request body was cut short."));
        }
    }

    /**
     * The body can not be read to its end: whoever reads it is told, and so is the client. It gets an error page if nothing of an
     * answer has gone out, whoever owns the exchange by now; else its connection is broken if the answer's writer still waited for
     * the body. A taken socket's relay does both itself.
     */
    void refuse(Refusal refusal) {
        connection.willClose();
        if (connection.phase() == Phase.DRAIN) {
            connection.linger();
            return;
        }
        HttpExchange current = connection.exchange();
        connection.log(current, refusal);
        RequestBody body = current.requestBody();
        boolean awaited = body.wanted();
        IOException cause = new IOException(current.managed() + ": " + refusal.getMessage(), refusal);
        body.spoil(cause);
        if (!current.answer().begun()) {
            current.managed().refused(refusal.status(), refusal.getMessage());
        } else if (awaited) {
            current.managed().broken();
        }
        body.fail(cause);
    }
}
