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
import org.hearthd.spi.ExchangeState.Phase;

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
        state.claim(Phase.RESPONDING, response.status());
        send(response);
    }

    private void send(Response response) throws IOException {
        boolean sent = false;
        try {
            state.backend.respond(response);
            state.bytes = bodyless(response.status()) ? 0 : response.length();
            sent = true;
        } finally {
            if (!sent) {
                broken();
            }
        }
        answered();
    }

    /** Ends the exchange with a complete answer, unless somebody was faster. */
    void answered() throws IOException {
        if (!state.end(Outcome.End.ANSWERED)) {
            throw new IOException(this + " was aborted");
        }
    }

    @Override
    public OutputStream respond(int status, Headers headers) throws IOException {
        checkOwned();
        long length = AnswerStream.contentLength(headers);
        boolean bodyless = bodyless(status);
        state.claim(Phase.ANSWERING, Response.checkStatus(status));
        OutputStream out = null;
        try {
            out = state.backend.begin(status, headers);
        } finally {
            if (out == null) {
                broken();
            }
        }
        return new AnswerStream(out, this, length, bodyless);
    }

    private boolean bodyless(int status) {
        return status == 204 || status == 304 || request.method().equals("HEAD");
    }

    @Override
    public void fail(int status, String reason) {
        if (!failUnanswered(status, reason) && state.unfinished()) {
            live().abort();
        }
    }

    @Override
    public boolean failUnanswered(int status, String reason) {
        if (live().movedTo != null || !state.claimFailure(status, reason)) {
            return false;
        }
        sendError(status, reason);
        return true;
    }

    private void sendError(int status, String reason) {
        try {
            send(ErrorPage.of(id(), status, reason));
        } catch (IOException | RuntimeException e) {
            unreached(status, e);
        }
    }

    private void unreached(int status, Exception e) {
        LOG.log(Level.DEBUG, () -> "request " + id() + ": its " + status + " did not reach the client", e);
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
        if (movedTo == null) {
            broken();
        }
    }

    @Override
    public Fd takeSocket() throws IOException {
        checkOwned();
        state.claim(Phase.TAKING, 0);
        Fd socket = null;
        try {
            socket = state.backend.takeSocket();
        } finally {
            if (socket == null) {
                state.reopen();
            }
        }
        if (!state.end(Outcome.End.MOVED)) {
            socket.close();
            throw new IOException(this + " was aborted");
        }
        movedTo = "the taker of its response socket";
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
        if (movedTo != null) {
            return;
        }
        String reason = "The handler closed the request without answering it.";
        if (state.claimFailure(502, reason)) {
            LOG.log(Level.WARNING, () -> this + ": " + owner + " closed it without an answer: 502");
            sendError(502, reason);
        } else if (state.unfinished()) {
            broken();
        }
    }

    /**
     * For views: claims the right to answer.
     *
     * @throws IOException if the answer came too late
     * @throws IllegalStateException if it was answered, moved or taken
     */
    public void begin(int status) throws IOException {
        checkOwned();
        state.claim(Phase.ANSWERING, status);
    }

    /** For views: the answer that was begun is complete. */
    public void complete() {
        state.end(Outcome.End.ANSWERED);
    }

    /**
     * For views and backends: the answer can not be completed; breaks the connection and ends the exchange. Does nothing when it has
     * ended.
     */
    public void broken() {
        state.abort();
    }

    /**
     * For backends: the request turned out to be bad after it was given away (its body, say), and nothing of an answer has reached the
     * client yet. The client gets an error page, the exchange has ended with that status, and the owner's answer is late.
     *
     * @param reason one sentence for the client
     * @return whether this call answered; not if the owner's whole answer is on its way, or the response socket was taken
     */
    public boolean refused(int status, String reason) {
        if (!state.refuse(status, reason)) {
            return false;
        }
        Outcome.End end = Outcome.End.ABORTED;
        try {
            state.backend.respond(ErrorPage.of(id(), status, reason));
            end = Outcome.End.ANSWERED;
        } catch (IOException | RuntimeException e) {
            unreached(status, e);
        } finally {
            state.finish(end);
        }
        return true;
    }

    /** For backends: the client has hung up. The owner still has to end the exchange. */
    public void gone() {
        state.gone();
    }

    /** For dispatch: who answers from now on. */
    public void generation(String label) {
        state.generation = label;
    }

    /** Who was last given this exchange to answer it, e.g. {@code hello/1.0.0#7}; null while that is nobody. */
    public String generation() {
        return state.generation;
    }

    /** The bytes of the answer's body; once this has ended. -1 where nobody knows: somebody else answers, or it was broken off. */
    long bytes() {
        return state.bytes;
    }

    /** The answer's body is as long as this. */
    void wrote(long bytes) {
        state.bytes = bytes;
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
