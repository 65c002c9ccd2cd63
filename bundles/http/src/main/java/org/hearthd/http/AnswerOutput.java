package org.hearthd.http;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.concurrent.RejectedExecutionException;
import org.hearthd.Headers;

/**
 * The answer's body from a thread that may block: small writes are gathered until {@code flush}, {@code close}, or the buffer is
 * full; waits while the client does not read. An answer that fits the buffer goes out with its length.
 */
final class AnswerOutput extends OutputStream {
    private static final int BUFFER = 16 * 1024;
    private static final int IN_FLIGHT = 128 * 1024;

    private final HttpExchange exchange;
    private final int status;
    private final Headers headers;
    private byte[] buffer = new byte[512];
    private int count;
    private boolean begun;
    private boolean closed;
    private int inFlight;
    private IOException failure;

    AnswerOutput(HttpExchange exchange, int status, Headers headers) {
        this.exchange = exchange;
        this.status = status;
        this.headers = headers;
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        int done = 0;
        while (done < length) {
            if (count == BUFFER) {
                push(false);
            }
            int n = Math.min(length - done, BUFFER - count);
            if (count + n > buffer.length) {
                buffer = Arrays.copyOf(buffer, Math.min(BUFFER, Math.max(count + n, 2 * buffer.length)));
            }
            System.arraycopy(bytes, offset + done, buffer, count, n);
            count += n;
            done += n;
        }
    }

    @Override
    public void flush() throws IOException {
        push(false);
    }

    @Override
    public void close() throws IOException {
        if (!closed) {
            closed = true;
            push(true);
        }
    }

    private void push(boolean last) throws IOException {
        awaitRoom();
        boolean first = !begun;
        begun = true;
        if (!first && !last && count == 0) {
            return;
        }
        int size = count;
        byte[] piece = Arrays.copyOf(buffer, size);
        count = 0;
        synchronized (this) {
            inFlight += size;
        }
        try {
            exchange.loop().execute(() -> send(piece, first, last));
        } catch (RejectedExecutionException e) {
            throw new IOException("the event loop has ended", e);
        }
    }

    /** On the loop. */
    private void send(byte[] piece, boolean first, boolean last) {
        if (!exchange.current() || first && exchange.answer().begun()) {
            sent(piece.length, exchange.gone());
            return;
        }
        Answer answer = exchange.answer();
        if (first) {
            answer.begin(status, ResponseWriter.reason(status), headers, last ? piece.length : -1);
        }
        ChannelFuture written = answer.write(Unpooled.wrappedBuffer(piece));
        if (last) {
            answer.end();
        } else {
            exchange.connection().out().flush();
        }
        if (written.isDone()) {
            sent(piece.length, written.cause());
        } else {
            written.addListener(f -> sent(piece.length, f.cause()));
        }
    }

    private void sent(int size, Throwable cause) {
        if (cause != null) {
            // before the writer learns it and ends the exchange, after which nobody would be told any more
            exchange.managed().gone();
        }
        synchronized (this) {
            inFlight -= size;
            if (cause != null && failure == null) {
                failure = new IOException("the answer could not be written: " + cause.getMessage(), cause);
            }
            notifyAll();
        }
    }

    private synchronized void awaitRoom() throws IOException {
        while (inFlight > IN_FLIGHT && failure == null) {
            try {
                wait();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted while the client did not read");
            }
        }
        if (failure != null) {
            throw failure;
        }
    }
}
