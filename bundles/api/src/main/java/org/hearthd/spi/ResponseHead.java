package org.hearthd.spi;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.hearthd.Headers;

/**
 * The head of a response as handlers write it on a response socket (ashd(7)): status line, header lines, empty line; LF and CRLF
 * are both accepted, CRLF is written.
 *
 * @param status 100 to 999
 * @param reason the reason phrase, possibly empty
 */
public record ResponseHead(int status, String reason, Headers headers) {
    /** The longest head that is accepted, in bytes. */
    public static final int LIMIT = 65_536;

    private static final Map<Integer, String> REASONS = Map.ofEntries(Map.entry(100, "Continue"),
            Map.entry(101, "Switching Protocols"), Map.entry(200, "OK"), Map.entry(201, "Created"), Map.entry(202, "Accepted"),
            Map.entry(203, "Non-Authoritative Information"), Map.entry(204, "No Content"), Map.entry(205, "Reset Content"),
            Map.entry(206, "Partial Content"), Map.entry(300, "Multiple Choices"), Map.entry(301, "Moved Permanently"),
            Map.entry(302, "Found"), Map.entry(303, "See Other"), Map.entry(304, "Not Modified"),
            Map.entry(307, "Temporary Redirect"), Map.entry(308, "Permanent Redirect"), Map.entry(400, "Bad Request"),
            Map.entry(401, "Unauthorized"), Map.entry(402, "Payment Required"), Map.entry(403, "Forbidden"),
            Map.entry(404, "Not Found"), Map.entry(405, "Method Not Allowed"), Map.entry(406, "Not Acceptable"),
            Map.entry(408, "Request Timeout"), Map.entry(409, "Conflict"), Map.entry(410, "Gone"),
            Map.entry(411, "Length Required"), Map.entry(412, "Precondition Failed"), Map.entry(413, "Content Too Large"),
            Map.entry(414, "URI Too Long"), Map.entry(415, "Unsupported Media Type"), Map.entry(416, "Range Not Satisfiable"),
            Map.entry(417, "Expectation Failed"), Map.entry(421, "Misdirected Request"),
            Map.entry(422, "Unprocessable Content"), Map.entry(426, "Upgrade Required"),
            Map.entry(428, "Precondition Required"), Map.entry(429, "Too Many Requests"),
            Map.entry(431, "Request Header Fields Too Large"), Map.entry(500, "Internal Server Error"),
            Map.entry(501, "Not Implemented"), Map.entry(502, "Bad Gateway"), Map.entry(503, "Service Unavailable"),
            Map.entry(504, "Gateway Timeout"), Map.entry(505, "HTTP Version Not Supported"));

    /**
     * Refuses what could not be written as one.
     *
     * @throws IllegalArgumentException if the status is not 100 to 999, or the reason has a control character or one above U+00FF
     */
    public ResponseHead {
        if (status < 100 || status > 999) {
            throw new IllegalArgumentException("response status " + status + " is not in 100 to 999");
        }
        for (int i = 0; i < reason.length(); i++) {
            char c = reason.charAt(i);
            if (c != '\t' && (c < ' ' || c > 0xff)) {
                throw new IllegalArgumentException("response reason has an illegal character: " + reason);
            }
        }
        Objects.requireNonNull(headers, "headers");
    }

    /** The standard reason phrase of a status (RFC 9110 section 15), or "Status". */
    public static String reason(int status) {
        return REASONS.getOrDefault(status, "Status");
    }

    /** A head with the standard reason phrase. */
    public static ResponseHead of(int status, Headers headers) {
        return new ResponseHead(status, reason(status), headers);
    }

    /** The bytes, ending with the empty line. */
    public byte[] encode() {
        StringBuilder text = new StringBuilder(64 + 32 * headers.size());
        text.append("HTTP/1.1 ").append(status).append(' ').append(reason).append("\r\n");
        for (int i = 0; i < headers.size(); i++) {
            text.append(headers.name(i)).append(": ").append(headers.value(i)).append("\r\n");
        }
        return text.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    /**
     * Reads a head from the start of what has arrived so far.
     *
     * @param in positioned behind the head if there is a whole one, else unchanged
     * @return the head, or empty if it is not complete yet
     * @throws IllegalArgumentException with the byte offset if it is malformed or longer than {@link #LIMIT}
     */
    public static Optional<ResponseHead> decode(ByteBuffer in) {
        int start = in.position();
        int end = Math.min(in.limit(), start + LIMIT);
        String status = null;
        List<String> fields = new ArrayList<>();
        int lineStart = start;
        for (int i = start; i < end; i++) {
            if (in.get(i) != '\n') {
                continue;
            }
            String line = line(in, lineStart, i);
            if (status == null) {
                checkStatusLine(line);
                status = line;
            } else if (line.isEmpty()) {
                in.position(i + 1);
                return Optional.of(head(status, Headers.of(fields.toArray(new String[0]))));
            } else {
                addField(fields, line, lineStart - start);
            }
            lineStart = i + 1;
        }
        if (end - start == LIMIT) {
            throw new IllegalArgumentException("response head is longer than " + LIMIT + " bytes");
        }
        return Optional.empty();
    }

    private static String line(ByteBuffer in, int from, int lineFeed) {
        int end = lineFeed > from && in.get(lineFeed - 1) == '\r' ? lineFeed - 1 : lineFeed;
        byte[] bytes = new byte[end - from];
        in.get(from, bytes);
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    private static void checkStatusLine(String line) {
        int code = line.indexOf(' ') + 1;
        int end = code + 3;
        boolean legal = code > 1 && line.length() >= end && (line.length() == end || line.charAt(end) == ' ')
                && line.charAt(code) != '0';
        for (int i = 0; legal && i < line.length(); i++) {
            char c = line.charAt(i);
            legal = i >= code && i < end ? c >= '0' && c <= '9' : c >= ' ' || c == '\t';
        }
        if (!legal) {
            throw new IllegalArgumentException("response status line is malformed (byte 0): " + line);
        }
    }

    private static ResponseHead head(String statusLine, Headers headers) {
        int code = statusLine.indexOf(' ') + 1;
        String reason = statusLine.length() == code + 3 ? "" : statusLine.substring(code + 4);
        return new ResponseHead(Integer.parseInt(statusLine.substring(code, code + 3)), reason, headers);
    }

    private static void addField(List<String> fields, String line, int offset) {
        int colon = line.indexOf(':');
        if (colon < 0 || isBlank(line.charAt(0))) {
            throw new IllegalArgumentException("response header at byte " + offset + " is malformed: " + line);
        }
        String name = trim(line.substring(0, colon));
        String value = trim(line.substring(colon + 1));
        try {
            Headers.check(name, value);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("response header at byte " + offset + ": " + e.getMessage(), e);
        }
        fields.add(name);
        fields.add(value);
    }

    /** String.strip would also take separators away that are part of a value. */
    private static String trim(String text) {
        int from = 0;
        int to = text.length();
        while (from < to && isBlank(text.charAt(from))) {
            from++;
        }
        while (to > from && isBlank(text.charAt(to - 1))) {
            to--;
        }
        return text.substring(from, to);
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t';
    }
}
