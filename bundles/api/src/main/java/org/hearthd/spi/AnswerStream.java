package org.hearthd.spi;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Objects;
import org.hearthd.Headers;

/** The stream of an answer: counts against Content-Length and reports the ending to its exchange. */
final class AnswerStream extends OutputStream {
    private static final long UNKNOWN = -1;

    private final OutputStream out;
    private final ManagedExchange exchange;
    private final long length;
    private long written;
    private boolean closed;

    AnswerStream(OutputStream out, ManagedExchange exchange, long length) {
        this.out = out;
        this.exchange = exchange;
        this.length = length;
    }

    /** The announced length, or -1; refuses what is not a number before anything is written. */
    static long contentLength(Headers headers) {
        String text = headers.get("Content-Length");
        if (text == null) {
            return UNKNOWN;
        }
        if (text.isEmpty() || text.length() > 18 || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            throw new IllegalArgumentException("Content-Length " + text + " is not a number");
        }
        return Long.parseLong(text);
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int count) throws IOException {
        Objects.checkFromIndexSize(offset, count, bytes.length);
        checkOpen();
        if (length != UNKNOWN && count > length - written) {
            exchange.broken();
            throw new IOException(exchange + ": more body than its Content-Length of " + length);
        }
        try {
            out.write(bytes, offset, count);
        } catch (IOException e) {
            exchange.broken();
            throw e;
        }
        written += count;
    }

    @Override
    public void flush() throws IOException {
        checkOpen();
        try {
            out.flush();
        } catch (IOException e) {
            exchange.broken();
            throw e;
        }
    }

    @Override
    public void close() throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        if (exchange.ended()) {
            throw new IOException(exchange + " was aborted before its answer was complete");
        }
        if (length != UNKNOWN && written < length) {
            exchange.broken();
            throw new IOException(exchange + ": closed after " + written + " bytes of its Content-Length of " + length);
        }
        try {
            out.close();
        } catch (IOException e) {
            exchange.broken();
            throw e;
        }
        exchange.complete();
    }

    private void checkOpen() throws IOException {
        if (closed) {
            throw new IOException("the answer's stream is closed");
        }
        if (exchange.ended()) {
            throw new IOException(exchange + " was aborted");
        }
    }
}
