package org.hearthd;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Optional;
import java.util.function.Consumer;
import org.osgi.annotation.versioning.ProviderType;

/**
 * One request together with the right, and the duty, to answer it. It belongs to exactly one party at a time; the owner ends it
 * once, by answering, by {@link #abort}, by {@link #takeSocket}, or by {@link #close}. {@link #with} and {@link #move} hand it on:
 * the old object is dead afterwards, and using it throws an {@link IllegalStateException} that names the new owner.
 *
 * <p>
 * One thread at a time uses an exchange; handing it to another thread is allowed. Blocking methods must not be called on an event
 * loop (a handler that says {@link Handler#NON_BLOCKING} uses {@link #respond(Response)} or {@link #adapt} only).
 */
@ProviderType
public interface Exchange extends AutoCloseable {
    /** The request. */
    Request request();

    /** The request id: short, unique in this runtime, printed in error pages and in the log. */
    String id();

    /**
     * The request body; blocking. Ends at the end of the body; a body that the client cut short throws an
     * {@link IOException} instead of ending. Closing it discards the rest. Every call returns the same stream.
     */
    InputStream body();

    /**
     * Answers with a whole response and ends the exchange. Does not block on an event loop; elsewhere it may wait until the
     * client takes the bytes.
     *
     * @throws IOException if the client is gone or the answer came too late; the exchange has ended
     * @throws IllegalStateException if it was answered already, moved or taken
     */
    void respond(Response response) throws IOException;

    /**
     * Begins an answer that is written as it is produced; blocking. Closing the stream completes the answer and ends the
     * exchange. With a Content-Length header exactly that many bytes must be written: closing early breaks the connection and
     * throws. A writer that fails in the middle calls {@link #abort} before it closes the stream; a try-with-resources block
     * closes first and so makes half an answer look whole: use {@link #respond(int, Headers, Body)} instead.
     *
     * @throws IOException if the client is gone or the answer came too late; the exchange has ended
     * @throws IllegalStateException if it was answered already, moved or taken
     */
    OutputStream respond(int status, Headers headers) throws IOException;

    /**
     * Answers with what the writer produces, as it is produced; blocking. When the writer returns the answer is complete; when it
     * throws the connection is broken, so that half an answer never looks whole.
     *
     * @throws IOException if the writer threw it, the client is gone or the answer came too late; the exchange has ended
     * @throws IllegalStateException if it was answered already, moved or taken
     */
    default void respond(int status, Headers headers, Body writer) throws IOException {
        OutputStream out = respond(status, headers);
        boolean whole = false;
        try {
            writer.writeTo(out);
            whole = true;
        } finally {
            if (!whole) {
                abort();
            }
        }
        out.close();
    }

    /** Produces the body of an answer. */
    @FunctionalInterface
    interface Body {
        /** Writes the body; the caller closes the stream. */
        void writeTo(OutputStream out) throws IOException;
    }

    /**
     * Answers with a short error page that carries the request id; if an answer is being streamed, breaks the connection instead.
     * Does nothing when the exchange has ended, a whole answer is on its way, or it was moved to another owner; after {@link #with}
     * it still works. Never throws, never blocks for long.
     *
     * @param reason one sentence for the client
     */
    void fail(int status, String reason);

    /**
     * As {@link #fail}, but leaves an answer alone that has begun: for deadlines. Never throws, never blocks for long.
     *
     * @param reason one sentence for the client
     * @return whether this call answered
     */
    boolean failUnanswered(int status, String reason);

    /** Breaks the client's connection: what was written so far never looks complete. Does nothing when the exchange has ended. */
    void abort();

    /**
     * Moves the response socket out, so that another process (or a library) answers on it. The caller owns the descriptor: a
     * stream socket on which the body can be read up to its end and the response written, head first. Ends the exchange.
     *
     * @throws IOException if there is no transport to create a socket with; the exchange is still the caller's
     * @throws IllegalStateException if the answer has begun, or it was moved or taken
     */
    Fd takeSocket() throws IOException;

    /** A richer view of this exchange, if its source offers one; using it counts as using the exchange. */
    <T> Optional<T> adapt(Class<T> view);

    /**
     * The same exchange with another request, for the next handler.
     *
     * @return the only live object for this exchange from now on
     */
    Exchange with(Request request);

    /**
     * Hands this exchange to another owner.
     *
     * @param owner who has it now, for messages, e.g. {@code handler blog}
     * @return the only live object for this exchange from now on
     */
    Exchange move(String owner);

    /** Whether the exchange has ended: answered, aborted or taken. */
    boolean ended();

    /**
     * Runs the hook once when the client has hung up before the exchange ended; at once if it already has. It runs on the thread
     * that noticed, so it must be short. A client that has closed only its sending side counts too, because nothing tells the
     * two apart; an answer still reaches it. A client on a raw response socket is only noticed when something is written.
     */
    void onGone(Runnable hook);

    /** Runs the hook exactly once when the exchange has ended; at once if it already has. Hooks must be short. */
    void onEnd(Consumer<Outcome> hook);

    /** Gives the exchange up: unanswered it becomes 502, half answered its connection is broken, answered nothing happens. */
    @Override
    void close();
}
