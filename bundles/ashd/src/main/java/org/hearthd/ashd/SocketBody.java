package org.hearthd.ashd;

import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import org.hearthd.Headers;
import org.hearthd.Request;
import org.hearthd.spi.ManagedExchange;

/**
 * The request body: what comes from the response socket up to its end. ashd(7) can not say that a client cut its body short, but where
 * Content-Length says how long it is the missing bytes show.
 */
final class SocketBody extends InputStream {
    private static final int UNKNOWN = -1;
    /** The most bytes that are read only to be dropped. */
    private static final int DRAIN = 1024 * 1024;

    private final ManagedExchange exchange;
    private final Opener socket;
    private final long length;
    private InputStream in;
    private long read;
    private boolean ended;
    private boolean closed;

    /** Where the bytes come from, opened when they are asked for. */
    interface Opener {
        InputStream open() throws IOException;
    }

    SocketBody(Request request, ManagedExchange exchange, Opener socket) {
        this.exchange = exchange;
        this.socket = socket;
        this.length = length(request.headers());
    }

    private static long length(Headers headers) {
        String text = headers.get("Content-Length");
        boolean known = text != null && !text.isEmpty() && text.length() <= 18 && !headers.contains("Transfer-Encoding")
                && text.chars().allMatch(c -> c >= '0' && c <= '9');
        return known ? Long.parseLong(text) : UNKNOWN;
    }

    /** Whether a body is to be expected. */
    static boolean announced(Request request) {
        return request.headers().contains("Transfer-Encoding") || length(request.headers()) > 0;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int count) throws IOException {
        Objects.checkFromIndexSize(offset, count, bytes.length);
        if (closed) {
            throw new IOException(exchange + ": its body is closed");
        }
        if (count == 0) {
            return 0;
        }
        int got = ended ? -1 : receive(bytes, offset, count);
        if (got < 0 && read < length) {
            throw new IOException(exchange + ": its body was cut short after " + read + " of " + length + " bytes");
        }
        return got;
    }

    private int receive(byte[] bytes, int offset, int count) throws IOException {
        if (in == null) {
            in = socket.open();
        }
        int got = in.read(bytes, offset, count);
        if (got < 0) {
            ended = true;
        } else {
            read += got;
        }
        return got;
    }

    /** Drops what is left of the body, within reason: who sends more may see its connection reset. */
    void drain() throws IOException {
        byte[] dropped = new byte[8192];
        long end = read + DRAIN;
        while (!ended && read < end) {
            receive(dropped, 0, dropped.length);
        }
    }

    /** The rest is dropped when the exchange ends. */
    @Override
    public void close() {
        closed = true;
    }
}
