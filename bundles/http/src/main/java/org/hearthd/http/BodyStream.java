package org.hearthd.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.Queue;
import org.hearthd.net.ByteExchange.Body;

/** The request body for a thread that may block. Holds a bounded number of bytes; beyond that the client waits. */
final class BodyStream extends InputStream implements Body {
    private static final int ENOUGH = 64 * 1024;

    private final HttpExchange exchange;
    private final Queue<byte[]> pieces = new ArrayDeque<>();
    private int size;
    private int offset;
    private boolean asked;
    private boolean started;
    private boolean ended;
    private boolean closed;
    private IOException failure;

    BodyStream(HttpExchange exchange) {
        this.exchange = exchange;
    }

    @Override
    public void data(ByteBuf piece) {
        byte[] copy = ByteBufUtil.getBytes(piece);
        piece.release();
        boolean more;
        synchronized (this) {
            asked = false;
            if (closed) {
                return;
            }
            pieces.add(copy);
            size += copy.length;
            more = size < ENOUGH;
            asked = more;
            notifyAll();
        }
        if (more) {
            exchange.requestBody().read();
        }
    }

    @Override
    public synchronized void end() {
        ended = true;
        notifyAll();
    }

    @Override
    public synchronized void failed(IOException cause) {
        failure = cause;
        notifyAll();
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public synchronized int read(byte[] target, int from, int count) throws IOException {
        Objects.checkFromIndexSize(from, count, target.length);
        if (count == 0) {
            return 0;
        }
        while (pieces.isEmpty()) {
            if (closed) {
                throw new IOException("the body's stream is closed");
            }
            if (failure != null) {
                throw new IOException(failure.getMessage(), failure);
            }
            if (ended) {
                return -1;
            }
            ask();
            await();
        }
        byte[] first = pieces.element();
        int n = Math.min(count, first.length - offset);
        System.arraycopy(first, offset, target, from, n);
        offset += n;
        size -= n;
        if (offset == first.length) {
            pieces.remove();
            offset = 0;
        }
        if (size < ENOUGH / 2) {
            ask();
        }
        return n;
    }

    @Override
    public synchronized int available() {
        return closed ? 0 : size;
    }

    @Override
    public synchronized void close() {
        closed = true;
        pieces.clear();
        size = 0;
        notifyAll();
    }

    private void ask() {
        if (asked || ended || failure != null) {
            return;
        }
        asked = true;
        boolean first = !started;
        started = true;
        exchange.loop().execute(() -> {
            if (first) {
                exchange.requestBody().receiver(this);
            }
            exchange.requestBody().read();
        });
    }

    private void await() throws InterruptedIOException {
        try {
            wait();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting for the request body");
        }
    }
}
