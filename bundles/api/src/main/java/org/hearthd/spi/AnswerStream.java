package org.hearthd.spi;

import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Objects;
import org.hearthd.Headers;

/** The stream of an answer: counts against Content-Length and reports the ending to its exchange. */
final class AnswerStream extends OutputStream {
    private static final long UNKNOWN = -1;

    private final OutputStream out;
    private final ManagedExchange exchange;
    private final long length;
    /** Whether the answer is complete without the body that its Content-Length announces (HEAD, 204, 304). */
    private final boolean bodyless;
    private long written;
    private boolean closed;

    AnswerStream(OutputStream out, ManagedExchange exchange, long length, boolean bodyless) {
        this.out = out;
        this.exchange = exchange;
        this.length = length;
        this.bodyless = bodyless;
    }

    /** The announced length, or -1; refuses what is not one number before anything is written. */
    static long contentLength(Headers headers) {
        if (!headers.contains("Content-Length")) {
            return UNKNOWN;
        }
        List<String> all = headers.all("Content-Length");
        String text = all.get(0);
        if (all.size() > 1 || text.isEmpty() || text.length() > 18 || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            throw new IllegalArgumentException("Content-Length " + String.join(", ", all) + " is not a number");
        }
        return Long.parseLong(text);
    }

    /** Something that the stream below does. */
    private interface Step {
        void run() throws IOException;
    }

    @Override
    public void write(int b) throws IOException {
        announce(1);
        attempt(() -> out.write(b));
        written++;
    }

    @Override
    public void write(byte[] bytes, int offset, int count) throws IOException {
        Objects.checkFromIndexSize(offset, count, bytes.length);
        announce(count);
        attempt(() -> out.write(bytes, offset, count));
        written += count;
    }

    @Override
    public void flush() throws IOException {
        checkOpen();
        attempt(out::flush);
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
        if (written < length && !(bodyless && written == 0)) {
            exchange.broken();
            throw new IOException(exchange + ": closed after " + written + " bytes of its Content-Length of " + length);
        }
        attempt(out::close);
        exchange.wrote(bodyless ? 0 : written);
        exchange.answered();
    }

    private void announce(int count) throws IOException {
        checkOpen();
        if (length != UNKNOWN && count > length - written) {
            exchange.broken();
            throw new IOException(exchange + ": more body than its Content-Length of " + length);
        }
    }

    private void attempt(Step step) throws IOException {
        boolean done = false;
        try {
            step.run();
            done = true;
        } finally {
            if (!done) {
                exchange.broken();
            }
        }
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
