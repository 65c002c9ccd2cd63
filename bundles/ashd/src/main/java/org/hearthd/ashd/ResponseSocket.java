package org.hearthd.ashd;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.System.Logger.Level;
import java.util.Optional;
import java.util.function.Supplier;
import org.hearthd.Fd;
import org.hearthd.Headers;
import org.hearthd.Request;
import org.hearthd.Response;
import org.hearthd.spi.Backend;
import org.hearthd.spi.ManagedExchange;
import org.hearthd.spi.ResponseHead;
import org.hearthd.transport.Gap;
import org.hearthd.transport.StreamConnection;
import org.hearthd.transport.StreamTransport;

/**
 * The exchange on a response socket: the body is read from it up to its end, the answer is written to it, then it is closed. The
 * socket becomes a connection only when somebody reads or answers here, so that taking it out costs nothing.
 */
final class ResponseSocket implements Backend {
    private static final System.Logger LOG = System.getLogger(ResponseSocket.class.getName());
    private static final int BUFFER = 8192;

    private final Request request;
    private final Fd socket;
    private final Supplier<StreamTransport> streams;
    private final ManagedExchange managed;
    /** The lock guards these two; it is not held while bytes move, so that an abort never waits for a peer. */
    private StreamConnection connection;
    private boolean closed;
    private volatile SocketBody body;

    private ResponseSocket(String source, Request request, Fd socket, Supplier<StreamTransport> streams) {
        this.request = request;
        this.socket = socket.take();
        this.streams = streams;
        this.managed = ManagedExchange.of(source, request, this);
    }

    /** The exchange of a request and its response socket, which it owns from now on. */
    static ManagedExchange exchange(String source, Request request, Fd socket, Supplier<StreamTransport> streams) {
        return new ResponseSocket(source, request, socket, streams).managed;
    }

    /** The connection, made at the first call by the transport that there is now, or comes soon. */
    StreamConnection connection() throws IOException {
        StreamConnection made = made();
        return made == null ? make(Gap.await(streams, "stream transport")) : made;
    }

    private synchronized StreamConnection made() throws IOException {
        checkOpen();
        return connection;
    }

    private synchronized StreamConnection make(StreamTransport transport) throws IOException {
        checkOpen();
        if (connection == null) {
            // adopting closes the socket when it fails
            closed = true;
            connection = transport.adopt(socket);
            closed = false;
        }
        return connection;
    }

    private void checkOpen() throws IOException {
        if (closed) {
            throw new IOException(managed + ": its response socket was closed or taken");
        }
    }

    @Override
    public InputStream body() {
        body = new SocketBody(this, request);
        return body;
    }

    @Override
    public void respond(Response response) throws IOException {
        Headers headers = response.headers();
        if (!bodyless(response.status())) {
            headers = headers.without("Content-Length").with("Content-Length", Integer.toString(response.length()));
        } else if (isHead() && response.length() > 0 && !headers.contains("Content-Length")) {
            headers = headers.with("Content-Length", Integer.toString(response.length()));
        }
        try (OutputStream out = answer(response.status(), headers, false)) {
            byte[] content = new byte[response.length()];
            response.body().get(content);
            out.write(content);
        }
    }

    @Override
    public OutputStream begin(int status, Headers headers) throws IOException {
        return answer(status, headers, true);
    }

    private OutputStream answer(int status, Headers headers, boolean streamed) throws IOException {
        boolean bodyless = bodyless(status);
        Headers sent = bodyless && !isHead() ? withoutBody(status, headers) : headers;
        // the head goes out with the first bytes of the body
        OutputStream out = new BufferedOutputStream(connection().output(), BUFFER);
        out.write(ResponseHead.of(status, sent).encode());
        return new Answer(out, bodyless, streamed);
    }

    /** A C front gives a 204 and a 304 a chunked body, and so breaks its connection, unless they have a length. */
    private static Headers withoutBody(int status, Headers headers) {
        boolean known = status == 304 && headers.contains("Content-Length");
        return known ? headers : headers.without("Content-Length").with("Content-Length", "0");
    }

    private boolean bodyless(int status) {
        return isHead() || status == 204 || status == 304;
    }

    private boolean isHead() {
        return request.method().equals("HEAD");
    }

    /** All that ashd(7) can express: the peer sees the end of the answer, and that it is too short if its length was announced. */
    @Override
    public void abort() {
        shut();
    }

    private synchronized void shut() {
        closed = true;
        if (connection == null) {
            socket.close();
        } else {
            connection.close();
        }
    }

    @Override
    public synchronized Fd takeSocket() throws IOException {
        checkOpen();
        Fd taken = connection == null ? socket.take() : connection.release();
        closed = true;
        return taken;
    }

    @Override
    public <T> Optional<T> adapt(Class<T> view, ManagedExchange exchange) {
        return Optional.empty();
    }

    /**
     * Closing a socket with unread bytes resets it, and a complete answer would look broken to the peer. A whole answer has its
     * length and does not wait for those bytes: it may be written by the thread that receives.
     */
    private void drain() {
        SocketBody rest = body == null ? new SocketBody(this, request) : body;
        try {
            if (rest.expectsMore()) {
                connection().shutdownOutput();
                rest.drain();
            }
        } catch (IOException e) {
            LOG.log(Level.DEBUG, () -> managed + ": answered, but the rest of its body could not be read", e);
        }
    }

    private interface Step {
        void run() throws IOException;
    }

    /** The way of the answer: drops the body where there must be none, and notices that the peer has gone. */
    private final class Answer extends OutputStream {
        private final OutputStream out;
        private final boolean bodyless;
        private final boolean streamed;

        Answer(OutputStream out, boolean bodyless, boolean streamed) {
            this.out = out;
            this.bodyless = bodyless;
            this.streamed = streamed;
        }

        @Override
        public void write(int b) throws IOException {
            if (!bodyless) {
                attempt(() -> out.write(b));
            }
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            if (!bodyless) {
                attempt(() -> out.write(bytes, offset, length));
            }
        }

        @Override
        public void flush() throws IOException {
            attempt(out::flush);
        }

        /** Completes the answer: everything is written, then the socket is closed. */
        @Override
        public void close() throws IOException {
            attempt(out::flush);
            if (streamed) {
                drain();
            }
            shut();
        }

        private void attempt(Step step) throws IOException {
            try {
                step.run();
            } catch (IOException e) {
                managed.gone();
                throw e;
            }
        }
    }
}
