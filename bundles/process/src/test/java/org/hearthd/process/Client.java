package org.hearthd.process;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.hearthd.Exchange;
import org.hearthd.Fd;
import org.hearthd.Headers;
import org.hearthd.Request;
import org.hearthd.Response;
import org.hearthd.spi.Backend;
import org.hearthd.spi.ManagedExchange;
import org.hearthd.transport.FdPair;
import org.hearthd.transport.StreamConnection;
import org.hearthd.transport.StreamTransport;

/** A client with one request, in the place of the front: the socket is made when it is taken, and its body written to it. */
final class Client implements Backend {
    private final StreamTransport streams;
    private final byte[] sent;
    private final CompletableFuture<String> answer = new CompletableFuture<>();
    private final ManagedExchange exchange;

    Client(StreamTransport streams, Request request, String body) {
        this.streams = streams;
        this.sent = body.getBytes(StandardCharsets.ISO_8859_1);
        this.exchange = ManagedExchange.of("test", request, this);
    }

    static Client get(StreamTransport streams, String rest, String... headers) {
        return new Client(streams, Request.of("GET", "/" + rest, "HTTP/1.1", rest, Headers.of(headers)), "");
    }

    Exchange exchange() {
        return exchange;
    }

    /** As dispatch does. */
    Client givenTo(String generation) {
        exchange.generation(generation);
        return this;
    }

    String generation() {
        return exchange.generation();
    }

    /** The whole answer with its head; empty where the socket was closed unanswered, which a front makes a 502. */
    String answer() throws InterruptedException, ExecutionException, TimeoutException {
        return answer.get(60, TimeUnit.SECONDS);
    }

    boolean answered() {
        return answer.isDone();
    }

    @Override
    public InputStream body() {
        return new ByteArrayInputStream(sent);
    }

    @Override
    public void respond(Response response) {
        byte[] body = new byte[response.length()];
        response.body().get(body);
        answer.complete("HTTP/1.1 " + response.status() + " \r\n\r\n" + new String(body, StandardCharsets.UTF_8));
    }

    @Override
    public OutputStream begin(int status, Headers headers) {
        return new ByteArrayOutputStream();
    }

    @Override
    public void abort() {
        answer.complete("aborted");
    }

    @Override
    public Fd takeSocket() throws IOException {
        FdPair pair = streams.pair();
        StreamConnection connection = streams.adopt(pair.ours());
        Thread reader = new Thread(() -> relay(connection), "client");
        reader.setDaemon(true);
        reader.start();
        return pair.theirs();
    }

    private void relay(StreamConnection connection) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        try (connection) {
            try {
                connection.output().write(sent);
                connection.shutdownOutput();
            } catch (IOException e) {
                all.write(new byte[0], 0, 0);
            }
            InputStream in = connection.input();
            for (int b = in.read(); b >= 0; b = in.read()) {
                all.write(b);
            }
        } catch (IOException e) {
            // a reset after the last byte: what was answered is there
            answer.complete(all.toString(StandardCharsets.ISO_8859_1));
            return;
        }
        answer.complete(all.toString(StandardCharsets.ISO_8859_1));
    }

    @Override
    public <T> Optional<T> adapt(Class<T> view, ManagedExchange managed) {
        return Optional.empty();
    }
}
