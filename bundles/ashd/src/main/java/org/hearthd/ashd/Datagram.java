package org.hearthd.ashd;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.hearthd.Headers;
import org.hearthd.Request;

/**
 * Requests as ashd(7) writes them into datagrams:
 *
 * <pre>
 * METHOD 0 URL 0 VERSION 0 REST 0 (NAME 0 VALUE 0)* 0
 * </pre>
 *
 * All strings are octets (ISO-8859-1) without NUL. A header with an empty name can not be written, because its name would end the list.
 */
public final class Datagram {
    /** The longest datagram for a handler written in C: its buffer is of that size, and a longer datagram crashes it. */
    public static final int C_LIMIT = 65_536;
    /** The longest datagram that the kernel takes at its default socket buffer. */
    public static final int KERNEL_LIMIT = 212_960;

    private static final int STRINGS = 4;
    private static final String[] PARTS = {"method", "URL", "version", "rest string"};

    private Datagram() {}

    /**
     * Checks the shape of a received datagram and keeps a copy of its bytes; its strings are made when they are asked for. Bytes after
     * the end of the header list are ignored.
     *
     * @param data what remains of it is the datagram; its position is not changed
     * @throws MalformedDatagramException if it is not a request, naming the byte
     */
    public static Request decode(ByteBuffer data) throws MalformedDatagramException {
        byte[] bytes = new byte[data.remaining()];
        data.duplicate().get(bytes);
        if (bytes.length == 0) {
            throw new MalformedDatagramException("no bytes", 0);
        }
        int[] starts = new int[STRINGS + 1];
        for (int i = 0; i < STRINGS; i++) {
            starts[i + 1] = end(bytes, starts[i], PARTS[i]) + 1;
        }
        int at = starts[STRINGS];
        while (true) {
            int name = end(bytes, at, "header name or end of the header list");
            if (name == at) {
                return new WireRequest(bytes, starts, at + 1);
            }
            refuse(bytes, at, name, ':', "header name");
            at = end(bytes, name + 1, "header value");
            refuse(bytes, name + 1, at, '\n', "header value");
            at++;
        }
    }

    /** Refuses what {@link Headers} refuses: it would end its line early in HTTP. */
    private static void refuse(byte[] bytes, int from, int to, char illegal, String what) throws MalformedDatagramException {
        for (int i = from; i < to; i++) {
            if (bytes[i] == '\r' || bytes[i] == '\n' || bytes[i] == illegal) {
                throw new MalformedDatagramException("illegal character in a " + what, i);
            }
        }
    }

    /** Where the string that starts at {@code from} has its NUL. */
    private static int end(byte[] bytes, int from, String what) throws MalformedDatagramException {
        for (int i = from; i < bytes.length; i++) {
            if (bytes[i] == 0) {
                return i;
            }
        }
        throw new MalformedDatagramException(
                from == bytes.length ? "no " + what : "no NUL after the " + what + " that begins at byte " + from, bytes.length);
    }

    /**
     * The datagram of a request. One that {@link #decode} made is sent on as the bytes that came; of one changed since only what was
     * changed is encoded.
     *
     * @param limit the longest datagram that its receiver takes, in bytes: {@link #C_LIMIT} for a handler that may be written in C,
     *        {@link #KERNEL_LIMIT} otherwise
     * @return a buffer that must not be modified
     * @throws IOException if the datagram would be longer, or a string can not be written: it has a NUL or a character above U+00FF
     */
    public static ByteBuffer encode(Request request, int limit) throws IOException {
        ByteBuffer data;
        try {
            data = request instanceof WireRequest wire ? wire.bytes() : encode(request);
        } catch (IllegalArgumentException e) {
            throw new IOException("the request can not be sent: " + e.getMessage(), e);
        }
        if (data.remaining() > limit) {
            throw new IOException("the request needs a datagram of " + data.remaining() + " bytes, its receiver takes " + limit);
        }
        return data;
    }

    private static ByteBuffer encode(Request request) {
        String[] strings = {request.method(), request.url(), request.version(), request.rest()};
        Headers headers = request.headers();
        int length = 1 + size(headers);
        for (String text : strings) {
            length += text.length() + 1;
        }
        byte[] bytes = new byte[length];
        int at = 0;
        for (int i = 0; i < STRINGS; i++) {
            at = put(strings[i], bytes, at, PARTS[i]);
        }
        put(headers, bytes, at);
        return ByteBuffer.wrap(bytes);
    }

    /** The bytes that header fields take, without the end of their list. */
    static int size(Headers headers) {
        int size = 0;
        for (int i = 0; i < headers.size(); i++) {
            size += headers.name(i).length() + headers.value(i).length() + 2;
        }
        return size;
    }

    /** Writes the fields and the end of their list; {@link Headers} has refused empty names and illegal characters. */
    static void put(Headers headers, byte[] bytes, int from) {
        int at = from;
        for (int i = 0; i < headers.size(); i++) {
            at = put(headers.name(i), bytes, at, "header name");
            at = put(headers.value(i), bytes, at, "header value");
        }
        bytes[at] = 0;
    }

    /**
     * Writes a string and its NUL, and returns where that ends.
     *
     * @throws IllegalArgumentException if it has a NUL or a character above U+00FF
     */
    static int put(String text, byte[] bytes, int from, String what) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == 0 || c > 0xff) {
                throw new IllegalArgumentException("the " + what + " has an illegal character at " + i);
            }
            bytes[from + i] = (byte) c;
        }
        bytes[from + text.length()] = 0;
        return from + text.length() + 1;
    }
}
