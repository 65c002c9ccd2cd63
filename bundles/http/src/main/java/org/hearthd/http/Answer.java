package org.hearthd.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.hearthd.Headers;
import org.hearthd.Response;
import org.hearthd.spi.ResponseHead;

/** The outgoing side of one request: decides the framing and keeps to it. Of one loop. */
final class Answer {
    private static final ByteBuf CRLF = constant("\r\n");
    private static final ByteBuf LAST_CHUNK = constant("0\r\n\r\n");
    /** Whole answers up to this size travel in one buffer with their head. */
    private static final int SMALL = 16 * 1024;
    private static final long UNKNOWN = -1;

    private final Connection connection;
    private final RequestHead request;
    private final RequestBody body;
    private boolean begun;
    private boolean done;
    private boolean bodiless;
    private boolean chunked;
    private boolean close;
    private long left = UNKNOWN;
    private int status;
    private long bytes;

    Answer(Connection connection, RequestHead request, RequestBody body) {
        this.connection = connection;
        this.request = request;
        this.body = body;
    }

    private static ByteBuf constant(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        return Unpooled.unreleasableBuffer(Unpooled.directBuffer(bytes.length).writeBytes(bytes).asReadOnly());
    }

    boolean begun() {
        return begun;
    }

    boolean done() {
        return done;
    }

    /** Whether it answers a request that could be read. */
    boolean readable() {
        return request != RequestHead.UNREADABLE;
    }

    /** The status, or 0 before there is one. */
    int status() {
        return status;
    }

    /** The bytes of the body so far. */
    long bytes() {
        return bytes;
    }

    /** An answer before the answer. */
    void interim(ResponseHead head) {
        connection.out().write(connection.writer().interim(connection.out().allocator(), head));
    }

    /** A whole answer. */
    void whole(Response response) {
        status = response.status();
        Headers headers = response.headers();
        int length = response.length();
        begun = true;
        bodiless = isBodiless(status);
        close = closes(headers);
        long announced = bodiless && length == 0 ? announced(status, headers) : length;
        ByteBuf out = connection.writer().head(connection.out().allocator(), status, ResponseWriter.reason(status), headers,
                framing(status == 204 ? UNKNOWN : announced), length <= SMALL ? length : 0);
        bytes = bodiless ? 0 : length;
        if (bodiless || length == 0) {
            connection.out().write(out);
        } else if (length <= SMALL) {
            connection.out().write(out.writeBytes(response.body()));
        } else {
            connection.out().queue(out);
            connection.out().write(Unpooled.wrappedBuffer(response.body()));
        }
        finish();
    }

    /**
     * The head of an answer whose body follows; goes out with the next flush, and small pieces of the body in one buffer with it.
     *
     * @param known the body's length if it is known already, else -1
     */
    void begin(int newStatus, String reason, Headers headers, long known) {
        begun = true;
        status = newStatus;
        bodiless = isBodiless(status);
        close = closes(headers);
        long length = known >= 0 && !bodiless ? known : announced(status, headers);
        if (!bodiless) {
            left = length;
            chunked = left == UNKNOWN && request.isHttp11();
            close |= left == UNKNOWN && !chunked;
        }
        connection.out().gather(connection.writer().head(connection.out().allocator(), status, reason, headers,
                framing(status == 204 ? UNKNOWN : length), left > 0 && left <= Outlet.GATHERED ? (int) left : 0));
    }

    private ResponseWriter.Framing framing(long length) {
        String generation = connection.writer().namesGeneration() ? connection.exchange().managed().generation() : null;
        return new ResponseWriter.Framing(length, chunked, close, !request.isHttp11(), generation);
    }

    /** Whether the client has all that was announced, so that only the end is missing. */
    boolean full() {
        return begun && (bodiless || left == 0);
    }

    /** A piece of the body, owned by this method; what exceeds the announced length is dropped. It goes out with the next flush. */
    ChannelFuture write(ByteBuf piece) {
        if (done || !begun) {
            piece.release();
            return connection.out().failed(new IOException(done ? "the answer has ended" : "the answer has no head yet"));
        }
        int size = piece.readableBytes();
        if (left != UNKNOWN && size > left) {
            piece.writerIndex(piece.readerIndex() + (int) left);
            size = (int) left;
        }
        if (bodiless || size == 0) {
            piece.release();
            return connection.out().succeeded();
        }
        if (left != UNKNOWN) {
            left -= size;
        }
        bytes += size;
        if (!chunked) {
            return connection.out().queueTold(piece);
        }
        connection.out()
                .queue(ResponseWriter.text(connection.out().allocator().directBuffer(12), Integer.toHexString(size) + "\r\n"));
        connection.out().queue(piece);
        return connection.out().queueTold(CRLF.duplicate());
    }

    /** The body is complete; if it is shorter than announced the connection is broken. */
    ChannelFuture end() {
        if (done) {
            return connection.out().failed(new IOException("the answer has ended"));
        }
        if (left > 0) {
            connection.abort();
            return connection.out().failed(new IOException("the answer ended " + left + " bytes short of its Content-Length"));
        }
        ChannelFuture sent = connection.out().writeTold(chunked ? LAST_CHUNK.duplicate() : Unpooled.EMPTY_BUFFER);
        finish();
        return sent;
    }

    private void finish() {
        done = true;
        connection.answered(close);
    }

    private boolean isBodiless(int status) {
        return request.isHead() || status == 204 || status == 304;
    }

    private boolean closes(Headers headers) {
        if (!request.keepAlive() || connection.isClosing() || body.failed() || body.tooLongToDrain()) {
            return true;
        }
        String value = headers.get("Connection");
        return value != null && Tokens.listed(value, "close");
    }

    /** What the handler itself says the length is; nonsense counts as nothing said. */
    private static long announced(int status, Headers headers) {
        return status == 204 ? UNKNOWN : length(headers);
    }

    /** The Content-Length, or -1 if there is none that is a number. */
    static long length(Headers headers) {
        String value = headers.get("Content-Length");
        return value == null || !isNumber(value) ? UNKNOWN : Long.parseLong(value);
    }

    private static boolean isNumber(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return false;
            }
        }
        return !text.isEmpty() && text.length() <= 18;
    }
}
