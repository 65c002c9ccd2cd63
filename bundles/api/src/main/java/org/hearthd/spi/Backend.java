package org.hearthd.spi;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Optional;
import org.hearthd.Fd;
import org.hearthd.Headers;
import org.hearthd.Response;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * What a source supplies for one exchange: the way to the body and to the client. {@link ManagedExchange} calls it and keeps the
 * rules (one answer, one ending), so that a backend only moves bytes. A backend that notices that the client has hung up calls
 * {@link ManagedExchange#gone}.
 */
@ConsumerType
public interface Backend {
    /** The body as {@link org.hearthd.Exchange#body} describes it; called once at most. */
    InputStream body();

    /**
     * Writes a whole answer and finishes with the client.
     *
     * @throws IOException if the client is gone
     */
    void respond(Response response) throws IOException;

    /**
     * Writes the head of an answer.
     *
     * @return the stream for the body: blocking; {@code close} completes the answer. The caller has checked the length.
     * @throws IOException if the client is gone
     */
    OutputStream begin(int status, Headers headers) throws IOException;

    /**
     * Breaks the client's connection, so that nothing written so far looks complete; what is called afterwards throws. Called once at
     * most, on any thread, perhaps during another call; does nothing to an answer that is complete already. Never throws.
     */
    void abort();

    /**
     * Moves the response socket out.
     *
     * @return a stream socket that the caller owns
     * @throws IOException if there is none and none can be made; the backend is still usable
     */
    Fd takeSocket() throws IOException;

    /**
     * A richer view.
     *
     * @param exchange the rules: the view calls its {@code begin}, {@code complete} and {@code broken}
     */
    <T> Optional<T> adapt(Class<T> view, ManagedExchange exchange);
}
