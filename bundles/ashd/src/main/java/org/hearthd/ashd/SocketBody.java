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

    private final ResponseSocket socket;
    private final Request request;
    private final long announced;
    private long received;
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
        int count = socket.connection().input().read(target, offset, length);
        if (count >= 0) {
            received += count;
        } else if (received < announced) {
            throw new IOException(
                    request + ": the body ended after " + received + " bytes of its Content-Length of " + announced);
        }
        return count;
    }

    /** What was not read is discarded with the socket. */
    @Override
    public void close() {
        closed = true;
    }
}
