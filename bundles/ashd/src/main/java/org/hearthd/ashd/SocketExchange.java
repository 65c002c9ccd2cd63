package org.hearthd.ashd;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.hearthd.Fd;
import org.hearthd.Headers;
import org.hearthd.Request;
import org.hearthd.Response;
import org.hearthd.spi.Backend;
import org.hearthd.spi.ManagedExchange;
import org.hearthd.spi.ResponseHead;
import org.hearthd.transport.StreamConnection;
import org.hearthd.transport.StreamTransport;

/**
 * The exchange behind a response socket: the body is read from it up to its end, the answer is written to it, head first, and
 * closing it completes the answer. The socket stays a bare descriptor until it is used, so that passing it on costs nothing.
 */
final class SocketExchange implements Backend {
    private static final System.Logger LOG = System.getLogger(SocketExchange.class.getName());
    /** What is sent at once: head and body of most answers together. */
    private static final int CHUNK = 64 * 1024;

    private final StreamTransport streams;
    private final Request request;
    private final ManagedExchange managed;
    /** Guarded by this, as the connection is; empty once the connection owns it. */
    private final Fd socket;
    private StreamConnection connection;
    private boolean closed;
    private volatile SocketBody body;

    private SocketExchange(StreamTransport streams, Fd socket, Request request, String source) {
        this.streams = streams;
        this.socket = socket;
        this.request = request;
        this.managed = ManagedExchange.of(source, request, this);
    }

    /** Owns the socket. */
    static ManagedExchange of(StreamTransport streams, Fd socket, Request request, String source) {
        return new SocketExchange(streams, socket, request, source).managed;
    }

    private synchronized StreamConnection connection() throws IOException {
        if (closed) {
            throw new IOException(managed + ": its response socket is closed");
        }
        if (connection == null) {
            connection = streams.adopt(socket.take());
        }
        return connection;
    }

    @Override
    public InputStream body() {
        body = new SocketBody(request, managed, () -> connection().input());
        return body;
    }

    @Override
    public void respond(Response response) throws IOException {
        Headers headers = response.headers();
        ByteBuffer content = response.body();
        if (bodyless(response.status())) {
            headers = announce(headers, response.status(), content.remaining());
            content.position(content.limit());
        } else {
            headers = headers.without("Content-Length").with("Content-Length", Integer.toString(content.remaining()));
        }
        byte[] head = ResponseHead.of(response.status(), headers).encode();
        ByteBuffer first = ByteBuffer.allocate(head.length + Math.min(CHUNK, content.remaining())).put(head);
        int taken = first.remaining();
        first.put(content.slice(content.position(), taken)).flip();
        content.position(content.position() + taken);
        send(first);
        while (content.hasRemaining()) {
            int length = Math.min(CHUNK, content.remaining());
            send(content.slice(content.position(), length));
            content.position(content.position() + length);
        }
        close();
    }

    @Override
    public OutputStream begin(int status, Headers headers) throws IOException {
        boolean bodyless = bodyless(status);
        Headers sent = bodyless ? announce(headers, status, 0) : headers;
        send(ByteBuffer.wrap(ResponseHead.of(status, sent).encode()));
        return new SocketAnswer(this, bodyless);
    }

    private boolean bodyless(int status) {
        return status == 204 || status == 304 || request.method().equals("HEAD");
    }

    /**
     * The headers of an answer without a body. The C front knows neither 204 nor 304 and frames them as chunks unless they have a
     * length, so they get one.
     */
    private Headers announce(Headers headers, int status, int length) {
        if (status == 204 || status == 304) {
            return headers.without("Content-Length").with("Content-Length", "0");
        }
        return length == 0 ? headers : headers.without("Content-Length").with("Content-Length", Integer.toString(length));
    }

    /** Sends all of it; whoever closed the socket at the other end is gone. */
    void send(ByteBuffer bytes) throws IOException {
        StreamConnection to = connection();
        try {
            to.send(bytes);
        } catch (IOException e) {
            managed.gone();
            throw e;
        }
    }

    /** Completes a streamed answer. Unread bytes of the body would turn its end into a reset, so they are read first. */
    void finish() throws IOException {
        StreamConnection to = connection();
        to.shutdownOutput();
        SocketBody read = body;
        if (read == null && SocketBody.announced(request)) {
            read = new SocketBody(request, managed, to::input);
        }
        if (read != null) {
            drain(read);
        }
        close();
    }

    private void drain(SocketBody rest) {
        try {
            rest.drain();
        } catch (IOException e) {
            LOG.log(Level.DEBUG, () -> managed + ": the rest of its body could not be read, its answer was sent", e);
        }
    }

    @Override
    public void abort() {
        close();
    }

    private synchronized void close() {
        closed = true;
        if (connection != null) {
            connection.close();
        } else {
            socket.close();
        }
    }

    @Override
    public synchronized Fd takeSocket() throws IOException {
        if (closed) {
            throw new IOException(managed + ": its response socket is closed");
        }
        Fd taken = connection == null ? socket.take() : connection.release();
        closed = true;
        return taken;
    }

    @Override
    public <T> Optional<T> adapt(Class<T> view, ManagedExchange exchange) {
        return Optional.empty();
    }
}
