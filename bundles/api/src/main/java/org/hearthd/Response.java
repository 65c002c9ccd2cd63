package org.hearthd;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/**
 * A whole answer: status, headers and all of its body. The front adds what belongs to the connection (Date, Connection,
 * Content-Length, and a reason phrase of its own).
 */
public final class Response {
    private final int status;
    private final Headers headers;
    private final byte[] body;

    private Response(int status, Headers headers, byte[] body) {
        this.status = checkStatus(status);
        this.headers = Objects.requireNonNull(headers, "headers");
        this.body = Objects.requireNonNull(body, "body");
    }

    /**
     * An answer with that body.
     *
     * @param body not copied; the caller does not modify it afterwards
     * @throws IllegalArgumentException if the status is not a final one (200 to 999)
     */
    public static Response of(int status, Headers headers, byte[] body) {
        return new Response(status, headers, body);
    }

    /** An answer of that text as {@code text/plain; charset=utf-8}. */
    public static Response text(int status, String text) {
        return new Response(status, Headers.of("Content-Type", "text/plain; charset=utf-8"),
                text.getBytes(StandardCharsets.UTF_8));
    }

    /** An answer without a body. */
    public static Response empty(int status) {
        return new Response(status, Headers.EMPTY, new byte[0]);
    }

    /**
     * Refuses what is not a final status.
     *
     * @return the status
     * @throws IllegalArgumentException if it is below 200 or above 999
     */
    public static int checkStatus(int status) {
        if (status < 200 || status > 999) {
            throw new IllegalArgumentException("status " + status + " is not a final status (200 to 999)");
        }
        return status;
    }

    /** The same answer with one more header. */
    public Response with(String name, String value) {
        return new Response(status, headers.with(name, value), body);
    }

    /** The status code, 200 to 999. */
    public int status() {
        return status;
    }

    /** The headers without Content-Length. */
    public Headers headers() {
        return headers;
    }

    /** A read-only view of the body. */
    public ByteBuffer body() {
        return ByteBuffer.wrap(body).asReadOnlyBuffer();
    }

    /** The number of body bytes. */
    public int length() {
        return body.length;
    }
}
