package org.hearthd.ashd;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.hearthd.Headers;
import org.hearthd.Request;

/**
 * The datagram codec: {@code METHOD 0 URL 0 VERSION 0 REST 0 (NAME 0 VALUE 0)* 0}, octets without a charset. Pure: bytes in, request
 * out, and back.
 */
public final class Datagram {
    /** The longest datagram for a handler that may be a C program: its buffer has this size, and one byte more crashes it. */
    public static final int C_LIMIT = 65_536;

    /** The longest datagram that the kernel takes at the default socket buffer. */
    public static final int LIMIT = 212_960;

    private Datagram() {}

    /**
     * Takes a copy of the remaining bytes and checks their whole shape; the parts are decoded when they are asked for. What follows the
     * empty string that ends the datagram is ignored, and not sent on either.
     *
     * @param data its position is not changed
     * @throws MalformedDatagramException with the byte offset: fewer than four strings, a string or the ending is missing, a name
     *         without a value, a name or value that could not be written as a header line
     */
    public static Request decode(ByteBuffer data) throws MalformedDatagramException {
        byte[] bytes = new byte[data.remaining()];
        data.get(data.position(), bytes);
        return WireRequest.of(bytes);
    }

    /**
     * The datagram of a request. One that was received, and its variations, are not encoded again: those bytes are sent on.
     *
     * @param limit the most bytes that the receiver takes: {@link #C_LIMIT} unless it is known to take {@link #LIMIT}
     * @return the bytes, read-only
     * @throws IOException if it would be longer, or has a string with a NUL or a character above U+00FF, or a header without a name
     */
    public static ByteBuffer encode(Request request, int limit) throws IOException {
        byte[] bytes = request instanceof WireRequest wire ? wire.bytes() : encode(request);
        if (bytes.length > limit) {
            throw new IOException("a datagram of " + bytes.length + " bytes where " + limit + " are possible");
        }
        return ByteBuffer.wrap(bytes).asReadOnlyBuffer();
    }

    private static byte[] encode(Request request) throws IOException {
        try {
            String[] line = {request.method(), request.url(), request.version(), request.rest()};
            byte[] bytes = new byte[size(line) + size(request.headers())];
            int at = 0;
            for (String part : line) {
                at = put(bytes, at, part);
            }
            put(bytes, at, request.headers());
            return bytes;
        } catch (IllegalArgumentException e) {
            throw new IOException("no datagram can be made of this request: " + e.getMessage(), e);
        }
    }

    private static int size(String... parts) {
        int size = parts.length;
        for (String part : parts) {
            size += part.length();
        }
        return size;
    }

    /** The length of the encoded headers with the empty string behind them. */
    static int size(Headers headers) {
        int size = 1;
        for (int i = 0; i < headers.size(); i++) {
            size += headers.name(i).length() + headers.value(i).length() + 2;
        }
        return size;
    }

    /** Encodes headers and the empty string behind them. */
    static void put(byte[] bytes, int start, Headers headers) {
        int at = start;
        for (int i = 0; i < headers.size(); i++) {
            at = put(bytes, at, headers.name(i));
            at = put(bytes, at, headers.value(i));
        }
    }

    /**
     * Encodes a string and its NUL.
     *
     * @return the position behind it
     * @throws IllegalArgumentException if it is no octet string
     */
    static int put(byte[] bytes, int start, String text) {
        int at = start;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == 0 || c > 0xff) {
                throw new IllegalArgumentException("character " + i + " of \"" + text.replace('\0', '?') + "\" is illegal");
            }
            bytes[at++] = (byte) c;
        }
        return at + 1;
    }
}
