package org.hearthd.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.charset.StandardCharsets;
import org.hearthd.Headers;
import org.hearthd.spi.ResponseHead;

/** Writes response heads: the handler's headers but for those that frame the message, which the front decides. */
final class ResponseWriter {
    private static final byte[] OK = ascii("HTTP/1.1 200 OK\r\n");
    private static final byte[] CHUNKED = ascii("Transfer-Encoding: chunked\r\n");
    private static final byte[] LENGTH = ascii("Content-Length: ");
    private static final byte[] CLOSE = ascii("Connection: close\r\n");
    private static final byte[] KEEP_ALIVE = ascii("Connection: keep-alive\r\n");
    private static final byte[] CRLF = ascii("\r\n");

    private final Lines lines;
    private final String generationHeader;

    /** @param generationHeader the header that says which generation answered, or empty for none */
    ResponseWriter(Lines lines, String generationHeader) {
        this.lines = lines;
        this.generationHeader = generationHeader;
    }

    /** Whether answers say which generation they come from. */
    boolean namesGeneration() {
        return !generationHeader.isEmpty();
    }

    /**
     * How the front frames an answer.
     *
     * @param length the Content-Length to announce, or -1
     * @param chunked whether the body is chunked
     * @param close whether the connection ends after this answer
     * @param http10 whether the client must be told that the connection stays open
     * @param generation which generation answers, or null to say nothing
     */
    record Framing(long length, boolean chunked, boolean close, boolean http10, String generation) {}

    /** The head in a buffer with room for {@code extra} bytes more. */
    ByteBuf head(ByteBufAllocator allocator, int status, String reason, Headers headers, Framing framing, int extra) {
        ByteBuf out = allocator.directBuffer(256 + 48 * headers.size() + extra);
        statusLine(out, status, reason);
        boolean ownDate = false;
        boolean ownServer = false;
        for (int i = 0; i < headers.size(); i++) {
            if (field(out, headers, i)) {
                ownDate |= headers.name(i).equalsIgnoreCase("Date");
                ownServer |= headers.name(i).equalsIgnoreCase("Server");
            }
        }
        common(out, ownDate, ownServer);
        if (framing.generation() != null) {
            text(out, generationHeader + ": " + framing.generation()).writeBytes(CRLF);
        }
        frame(out, framing);
        return out.writeBytes(CRLF);
    }

    /** The head of an interim answer, which has no body, so that nothing may frame one (RFC 9110 8.6). */
    ByteBuf interim(ByteBufAllocator allocator, ResponseHead head) {
        ByteBuf out = allocator.directBuffer(64 + 48 * head.headers().size());
        statusLine(out, head.status(), head.reason());
        for (int i = 0; i < head.headers().size(); i++) {
            field(out, head.headers(), i);
        }
        return out.writeBytes(CRLF);
    }

    /** Returns whether it is the handler's to say. */
    private boolean field(ByteBuf out, Headers headers, int i) {
        String name = headers.name(i);
        if (isFraming(name) || AshHeaders.isAsh(name) || !Tokens.isToken(name) || name.equalsIgnoreCase(generationHeader)) {
            return false;
        }
        text(out, name).writeByte(':').writeByte(' ');
        text(out, headers.value(i)).writeBytes(CRLF);
        return true;
    }

    /** Headers that belong to the connection, so that a handler's are never passed on. */
    private static boolean isFraming(String name) {
        return switch (name.length()) {
            case 10 -> name.equalsIgnoreCase("Connection") || name.equalsIgnoreCase("Keep-Alive");
            case 14 -> name.equalsIgnoreCase("Content-Length");
            case 16 -> name.equalsIgnoreCase("Proxy-Connection");
            case 17 -> name.equalsIgnoreCase("Transfer-Encoding");
            default -> false;
        };
    }

    private static void statusLine(ByteBuf out, int status, String reason) {
        if (status == 200 && reason.equals("OK")) {
            out.writeBytes(OK);
            return;
        }
        text(out, "HTTP/1.1 " + status + " ");
        for (int i = 0; i < reason.length(); i++) {
            char c = reason.charAt(i);
            out.writeByte(c >= ' ' && c != 0x7f && c <= 0xff ? c : ' ');
        }
        out.writeBytes(CRLF);
    }

    private void common(ByteBuf out, boolean ownDate, boolean ownServer) {
        if (!ownDate && !ownServer) {
            out.writeBytes(lines.both());
        } else if (!ownDate) {
            out.writeBytes(lines.date());
        } else if (!ownServer) {
            out.writeBytes(lines.server());
        }
    }

    private static void frame(ByteBuf out, Framing framing) {
        if (framing.length() >= 0) {
            out.writeBytes(LENGTH);
            text(out, Long.toString(framing.length())).writeBytes(CRLF);
        } else if (framing.chunked()) {
            out.writeBytes(CHUNKED);
        }
        if (framing.close()) {
            out.writeBytes(CLOSE);
        } else if (framing.http10()) {
            out.writeBytes(KEEP_ALIVE);
        }
    }

    static ByteBuf text(ByteBuf out, String text) {
        out.writeCharSequence(text, StandardCharsets.ISO_8859_1);
        return out;
    }

    /** The standard reason phrase. */
    static String reason(int status) {
        return status == 200 ? "OK" : ResponseHead.reason(status);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
