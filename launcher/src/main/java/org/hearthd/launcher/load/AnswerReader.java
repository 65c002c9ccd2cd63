package org.hearthd.launcher.load;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Reads one HTTP/1.1 answer from the pieces in which it comes. Strict: an answer that is not whole, or not clearly so, has failed. */
final class AnswerReader {
    private static final int HEAD_MAX = 65_536;
    private static final int HEX = 16;
    private static final int MAX_HEX_DIGITS = 15;
    private static final int ERROR = 400;

    private enum Part {
        STATUS, HEADERS, FIXED, SIZE, CHUNK, CHUNK_END, TRAILERS, END
    }

    private final StringBuilder line = new StringBuilder();
    private final Map<String, String> headers = new HashMap<>();
    private Inspection inspection;
    private Part part = Part.STATUS;
    private int status;
    private long left;
    private int headBytes;

    AnswerReader(Inspection inspection) {
        this.inspection = inspection;
    }

    /**
     * Reads on.
     *
     * @return whether the answer is whole; what is left in the buffer does not belong to it
     */
    boolean read(ByteBuffer bytes) throws LoadFailure {
        while (part != Part.END && bytes.hasRemaining()) {
            if (part == Part.FIXED || part == Part.CHUNK) {
                body(bytes);
            } else if (readLine(bytes)) {
                String whole = line.toString();
                line.setLength(0);
                take(whole);
            }
        }
        return part == Part.END;
    }

    /**
     * The connection has ended instead.
     *
     * @param how in words
     */
    LoadFailure cut(String how) {
        if (headBytes == 0) {
            return new LoadFailure(LoadFailure.RESET, how + " without an answer");
        }
        return new LoadFailure(LoadFailure.SHORT,
                how + " in the answer, status " + status + ", at " + part + (left > 0 ? " with " + left + " bytes to come" : ""));
    }

    /** Whether the connection may carry another request; after the end. */
    boolean keepsAlive() {
        return !headers.getOrDefault("connection", "").equalsIgnoreCase("close");
    }

    /** Who answered; after the end. */
    Optional<Version> version() throws LoadFailure {
        return inspection.end();
    }

    private boolean readLine(ByteBuffer bytes) throws LoadFailure {
        while (bytes.hasRemaining()) {
            char c = (char) (bytes.get() & 0xff);
            if (++headBytes > HEAD_MAX && part != Part.SIZE && part != Part.CHUNK_END) {
                throw malformed("a head of more than " + HEAD_MAX + " bytes");
            }
            if (c == '\n') {
                if (line.length() == 0 || line.charAt(line.length() - 1) != '\r') {
                    throw malformed("a line without CR: " + line);
                }
                line.setLength(line.length() - 1);
                return true;
            }
            line.append(c);
        }
        return false;
    }

    private void take(String text) throws LoadFailure {
        switch (part) {
            case STATUS -> statusLine(text);
            case HEADERS -> {
                if (text.isEmpty()) {
                    beginBody();
                } else {
                    header(text);
                }
            }
            case SIZE -> size(text);
            case CHUNK_END -> {
                if (!text.isEmpty()) {
                    throw malformed("a chunk is longer than it said: " + text);
                }
                part = Part.SIZE;
            }
            default -> {
                if (text.isEmpty()) {
                    part = Part.END;
                }
            }
        }
    }

    private void statusLine(String text) throws LoadFailure {
        if (!text.matches("HTTP/1\\.1 [2-5][0-9][0-9]( .*)?")) {
            throw malformed("status line " + text);
        }
        status = Integer.parseInt(text.substring(9, 12));
        if (status >= ERROR) {
            inspection = new ErrorPage(status);
        }
        part = Part.HEADERS;
    }

    private void header(String text) throws LoadFailure {
        int colon = text.indexOf(':');
        if (colon < 1) {
            throw malformed("header line " + text);
        }
        String name = text.substring(0, colon).toLowerCase(Locale.ROOT);
        String old = headers.put(name, text.substring(colon + 1).strip());
        if (old != null && name.equals("content-length")) {
            throw malformed("two lengths");
        }
    }

    private void beginBody() throws LoadFailure {
        inspection.head(headers);
        String length = headers.get("content-length");
        String coding = headers.get("transfer-encoding");
        if (status == 204 || status == 304) {
            part = Part.END;
        } else if (coding != null) {
            if (length != null || !coding.equalsIgnoreCase("chunked")) {
                throw malformed("transfer-encoding " + coding + ", content-length " + length);
            }
            part = Part.SIZE;
        } else if (length != null && length.matches("[0-9]{1,18}")) {
            left = Long.parseLong(length);
            part = left == 0 ? Part.END : Part.FIXED;
        } else {
            throw malformed("nothing says where the body ends: content-length " + length);
        }
    }

    private void size(String text) throws LoadFailure {
        int semicolon = text.indexOf(';');
        String digits = (semicolon < 0 ? text : text.substring(0, semicolon)).strip();
        if (digits.length() > MAX_HEX_DIGITS || !digits.matches("[0-9a-fA-F]+")) {
            throw malformed("chunk size " + text);
        }
        left = Long.parseLong(digits, HEX);
        part = left == 0 ? Part.TRAILERS : Part.CHUNK;
    }

    private void body(ByteBuffer bytes) throws LoadFailure {
        int n = (int) Math.min(left, bytes.remaining());
        inspection.body(bytes.slice(bytes.position(), n));
        bytes.position(bytes.position() + n);
        left -= n;
        if (left == 0) {
            part = part == Part.FIXED ? Part.END : Part.CHUNK_END;
        }
    }

    private static LoadFailure malformed(String detail) {
        return new LoadFailure(LoadFailure.MALFORMED, detail);
    }
}
