package org.hearthd.ashd;

import java.io.IOException;
import java.io.InputStream;
import org.hearthd.Request;

/**
 * The request body on a response socket. Its peer ends it by half-closing the socket, also when the client has cut it short; that
 * shows only where the request announced a length.
 */
final class SocketBody extends InputStream {
    private static final long UNKNOWN = -1;
    /** The most bytes that are read only to be dropped. */
    private static final int DRAIN = 1024 * 1024;

    private final ResponseSocket socket;
    private final Request request;
    private final long announced;
    private long received;
    private boolean ended;
    private boolean closed;

    SocketBody(ResponseSocket socket, Request request) {
        this.socket = socket;
        this.request = request;
        this.announced = announced(request);
    }

    private static long announced(Request request) {
        String length = request.headers().get("Content-Length");
        boolean number = length != null && length.matches("[0-9]{1,18}") && !request.headers().contains("Transfer-Encoding");
        return number ? Long.parseLong(length) : UNKNOWN;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        if (closed) {
            throw new IOException("the stream of the request body is closed");
        }
        int count = receive(target, offset, length);
        if (count < 0 && received < announced) {
            throw new IOException(
                    request + ": the body ended after " + received + " bytes of its Content-Length of " + announced);
        }
        return count;
    }

    private int receive(byte[] target, int offset, int length) throws IOException {
        int count = socket.connection().input().read(target, offset, length);
        if (count < 0) {
            ended = true;
        } else {
            received += count;
        }
        return count;
    }

    /** Whether the request has a body of which the end was not read yet. */
    boolean expectsMore() {
        return !ended && (announced > 0 || request.headers().contains("Transfer-Encoding"));
    }

    /** Reads the rest and drops it, within reason: a peer that sends more sees a reset. */
    void drain() throws IOException {
        byte[] dropped = new byte[8192];
        long most = received + DRAIN;
        while (!ended && received < most) {
            receive(dropped, 0, dropped.length);
        }
    }

    /** What was not read is discarded with the exchange. */
    @Override
    public void close() {
        closed = true;
    }
}
