package org.hearthd.spi;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.System.Logger.Level;
import java.util.Optional;
import java.util.function.Consumer;
import org.hearthd.Exchange;
import org.hearthd.Fd;
import org.hearthd.Headers;
import org.hearthd.Outcome;
import org.hearthd.Request;
import org.hearthd.Response;

/**
 * The exchange of every source: keeps the rules of {@link Exchange} and leaves the bytes to a {@link Backend}. What is public
 * beyond {@code Exchange} is for backends and their views.
 */
public final class ManagedExchange implements Exchange {
    private static final System.Logger LOG = System.getLogger(ManagedExchange.class.getName());

    private final ExchangeState state;
    private final Request request;
    private final String owner;
    private volatile String movedTo;
    /** What {@link #with} made of this object for the same owner. */
    private volatile ManagedExchange successor;

    private ManagedExchange(ExchangeState state, Request request, String owner) {
        this.state = state;
        this.request = request;
        this.owner = owner;
    }

    /**
     * A new exchange.
     *
     * @param source who made it, for messages, e.g. {@code http main}
     */
    public static ManagedExchange of(String source, Request request, Backend backend) {
        return new ManagedExchange(new ExchangeState(backend), request, source);
    }

    @Override
    public Request request() {
        return request;
    }

    @Override
    public String id() {
        return state.id();
    }

    @Override
    public InputStream body() {
        checkOwned();
        return state.body();
    }

    @Override
    public void respond(Response response) throws IOException {
        checkOwned();
        state.claim(ExchangeState.ENDING, response.status());
        send(response);
    }

    private void send(Response response) throws IOException {
        try {
            state.backend.respond(response);
        } catch (IOException | RuntimeException e) {
            broken();
            throw e;
        }
        state.end(Outcome.End.ANSWERED);
    }

    @Override
    public OutputStream respond(int status, Headers headers) throws IOException {
        checkOwned();
        long length = AnswerStream.contentLength(headers);
        state.claim(ExchangeState.ANSWERING, Response.checkStatus(status));
        try {
            return new AnswerStream(state.backend.begin(status, headers), this, length);
        } catch (IOException | RuntimeException e) {
            broken();
            throw e;
        }
    }

    @Override
    public void fail(int status, String reason) {
        if (!failUnanswered(status, reason)) {
            live().abort();
        }
    }

    @Override
    public boolean failUnanswered(int status, String reason) {
        if (live().movedTo != null || !state.tryClaim(ExchangeState.ENDING, status)) {
            return false;
        }
        state.late(status + ": " + reason);
        try {
            send(ErrorPage.of(id(), status, reason));
        } catch (IOException | RuntimeException e) {
            LOG.log(Level.DEBUG, () -> "request " + id() + ": its " + status + " did not reach the client", e);
        }
        return true;
    }

    /** The newest object of the same owner: a handler that throws after {@code with} must be answered for as well. */
    private ManagedExchange live() {
        ManagedExchange newest = this;
        while (newest.successor != null) {
            newest = newest.successor;
        }
        return newest;
    }

    @Override
    public void abort() {
        if (movedTo == null && !ended()) {
            broken();
        }
    }

    @Override
    public Fd takeSocket() throws IOException {
        checkOwned();
        state.claim(ExchangeState.ENDING, 0);
        Fd socket;
        try {
            socket = state.backend.takeSocket();
        } catch (IOException | RuntimeException e) {
            state.reopen();
            throw e;
        }
        movedTo = "the taker of its response socket";
        state.end(Outcome.End.MOVED);
        return socket;
    }

    @Override
    public <T> Optional<T> adapt(Class<T> view) {
        checkOwned();
        return state.backend.adapt(view, this);
    }

    @Override
    public Exchange with(Request newRequest) {
        ManagedExchange next = hand(newRequest, owner);
        successor = next;
        return next;
    }

    @Override
    public Exchange move(String newOwner) {
        return hand(request, newOwner);
    }

    private ManagedExchange hand(Request newRequest, String newOwner) {
        checkOwned();
        movedTo = newOwner;
        return new ManagedExchange(state, newRequest, newOwner);
    }

    @Override
    public boolean ended() {
        return state.ended();
    }

    @Override
    public void onGone(Runnable hook) {
        state.onGone(hook);
    }

    @Override
    public void onEnd(Consumer<Outcome> hook) {
        state.onEnd(hook);
    }

    @Override
    public void close() {
        if (movedTo != null || state.claimed()) {
            abort();
            return;
        }
        LOG.log(Level.WARNING, () -> "request " + id() + " " + request.method() + " " + request.url() + ": " + owner
                + " closed it without an answer: 502");
        fail(502, "The handler closed the request without answering it.");
    }

    /**
     * For views: claims the right to answer.
     *
     * @throws IOException if the answer came too late
     * @throws IllegalStateException if it was answered, moved or taken
     */
    public void begin(int status) throws IOException {
        checkOwned();
        state.claim(ExchangeState.ANSWERING, status);
    }

    /** For views: the answer that was begun is complete. */
    public void complete() {
        state.end(Outcome.End.ANSWERED);
    }

    /** For views and backends: the answer can not be completed; breaks the connection and ends the exchange. */
    public void broken() {
        state.late("aborted");
        state.backend.abort();
        state.end(Outcome.End.ABORTED);
    }

    /** For backends: the client has hung up. The owner still has to end the exchange. */
    public void gone() {
        state.gone();
    }

    private void checkOwned() {
        String to = movedTo;
        if (to != null) {
            throw new IllegalStateException("request " + id() + " was moved to " + to);
        }
    }

    @Override
    public String toString() {
        return "request " + id() + " " + request.method() + " " + request.url();
    }
}
