package org.hearthd.dispatch;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.hearthd.Fd;
import org.hearthd.Headers;
import org.hearthd.Outcome;
import org.hearthd.Request;
import org.hearthd.Response;
import org.hearthd.spi.Backend;
import org.hearthd.spi.ManagedExchange;

/** The client's end of one exchange: what it got, and how often. */
final class Client implements Backend {
    final AtomicInteger endings = new AtomicInteger();
    final CountDownLatch ended = new CountDownLatch(1);
    final ManagedExchange exchange;
    volatile Response response;
    volatile int streamed;
    volatile boolean aborted;
    volatile Outcome outcome;

    Client(String rest, String... headers) {
        this("GET", rest, headers);
    }

    Client(String method, String rest, String[] headers) {
        exchange = ManagedExchange.of("test", Request.of(method, "/" + rest, "HTTP/1.1", rest, Headers.of(headers)), this);
        exchange.onEnd(o -> {
            outcome = o;
            endings.incrementAndGet();
            ended.countDown();
        });
    }

    Client await() throws InterruptedException {
        if (!ended.await(60, TimeUnit.SECONDS)) {
            throw new AssertionError(exchange + " did not end");
        }
        return this;
    }

    int status() throws InterruptedException {
        return await().outcome.status();
    }

    String text() throws InterruptedException {
        await();
        return StandardCharsets.UTF_8.decode(response.body()).toString();
    }

    @Override
    public InputStream body() {
        return InputStream.nullInputStream();
    }

    @Override
    public void respond(Response whole) {
        response = whole;
    }

    @Override
    public OutputStream begin(int status, Headers headers) {
        streamed = status;
        return new ByteArrayOutputStream();
    }

    @Override
    public void abort() {
        aborted = true;
    }

    @Override
    public Fd takeSocket() throws IOException {
        throw new IOException("no socket here");
    }

    @Override
    public <T> Optional<T> adapt(Class<T> view, ManagedExchange managed) {
        return Optional.empty();
    }
}
