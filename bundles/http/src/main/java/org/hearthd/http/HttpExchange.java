package org.hearthd.http;

import io.netty.channel.EventLoop;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Optional;
import org.hearthd.Fd;
import org.hearthd.Headers;
import org.hearthd.Request;
import org.hearthd.Response;
import org.hearthd.net.ByteExchange;
import org.hearthd.spi.Backend;
import org.hearthd.spi.ManagedExchange;

/** One request on a connection: what a handler does on any thread becomes a step of the connection's loop here. */
final class HttpExchange implements Backend {
    private final Connection connection;
    private final RequestBody body;
    private final Answer answer;
    private final ManagedExchange managed;
    private final long began;
    private volatile boolean streaming;

    HttpExchange(Connection connection, RequestHead head, Request request, long maxBody) {
        this.connection = connection;
        this.body = new RequestBody(connection, head, maxBody);
        this.answer = new Answer(connection, head, body);
        this.began = connection.front().observers().isEmpty() ? 0 : System.nanoTime();
        this.managed = ManagedExchange.of(connection.source(), request, this);
    }

    ManagedExchange managed() {
        return managed;
    }

    RequestBody requestBody() {
        return body;
    }

    Answer answer() {
        return answer;
    }

    /** When it arrived, of {@link System#nanoTime()}; 0 if nobody wanted to know then. */
    long began() {
        return began;
    }

    Connection connection() {
        return connection;
    }

    EventLoop loop() {
        return connection.loop();
    }

    /** Whether this is still the exchange that its connection works on. */
    boolean current() {
        return connection.exchange() == this && connection.isActive();
    }

    @Override
    public InputStream body() {
        forbidOnLoop("body()");
        streaming = true;
        return new BodyStream(this);
    }

    @Override
    public void respond(Response response) throws IOException {
        if (!connection.isActive()) {
            throw gone();
        }
        if (loop().inEventLoop()) {
            if (!current() || answer.begun()) {
                throw gone();
            }
            answer.whole(response);
        } else {
            loop().execute(() -> {
                if (current() && !answer.begun()) {
                    answer.whole(response);
                }
            });
        }
    }

    @Override
    public OutputStream begin(int status, Headers headers) throws IOException {
        forbidOnLoop("respond(status, headers)");
        if (!connection.isActive()) {
            throw gone();
        }
        return new AnswerOutput(this, status, headers);
    }

    @Override
    public void abort() {
        run(() -> {
            if (connection.exchange() == this && !answer.done()) {
                connection.abort();
            }
        });
    }

    @Override
    public Fd takeSocket() throws IOException {
        if (streaming) {
            throw new IOException("the request body is being read through body() already");
        }
        if (!connection.isActive()) {
            throw gone();
        }
        return SocketRelay.start(this);
    }

    @Override
    public <T> Optional<T> adapt(Class<T> view, ManagedExchange exchange) {
        return view == ByteExchange.class ? Optional.of(view.cast(new ByteView(this, exchange))) : Optional.empty();
    }

    /** Runs a step on the loop, at once if this is the loop. */
    void run(Runnable step) {
        if (loop().inEventLoop()) {
            step.run();
        } else {
            loop().execute(step);
        }
    }

    IOException gone() {
        return new IOException(managed + ": the client has gone");
    }

    private void forbidOnLoop(String method) {
        if (loop().inEventLoop()) {
            throw new IllegalStateException(managed + ": " + method + " blocks and was called on an event loop;"
                    + " a handler that says handler.nonblocking uses respond(Response) or adapt(ByteExchange.class)");
        }
    }
}
