package org.hearthd.scgi;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Reads the head of a CGI response as it arrives: lines that end with LF or CRLF, up to an empty one. */
final class HeadReader {
    private static final boolean[] TOKEN = new boolean[256];
    static {
        "()<>@,;:\\\"/[]?={}".chars().forEach(c -> TOKEN[c] = true);
        for (int c = 0; c < TOKEN.length; c++) {
            TOKEN[c] = !TOKEN[c] && c > ' ' && c < 0x7f;
        }
    }

    private final int limit;
    private int size;
    private StringBuilder begun;
    private String statusLine;
    private final List<String> fields = new ArrayList<>(16);

    /** @param limit the most bytes, interim heads included */
    HeadReader(int limit) {
        this.limit = limit;
    }

    /** Whether nothing has arrived. */
    boolean isEmpty() {
        return size == 0;
    }

    /**
     * Takes what belongs to the head.
     *
     * @return whether the head is complete; the buffer is then positioned behind it
     * @throws MalformedAnswerException saying what is wrong
     */
    boolean read(ByteBuf in) throws MalformedAnswerException {
        while (in.isReadable()) {
            int length = in.bytesBefore((byte) '\n');
            int taken = length < 0 ? in.readableBytes() : length + 1;
            size += taken;
            if (size > limit) {
                throw new MalformedAnswerException("its head is longer than " + limit + " bytes");
            }
            CharSequence text = in.readCharSequence(length < 0 ? taken : length, StandardCharsets.ISO_8859_1);
            if (length < 0) {
                begun = (begun == null ? new StringBuilder() : begun).append(text);
                return false;
            }
            in.skipBytes(1);
            String line = begun == null ? text.toString() : begun.append(text).toString();
            begun = null;
            if (line.endsWith("\r")) {
                line = line.substring(0, line.length() - 1);
            }
            if (line.isEmpty()) {
                return true;
            }
            add(line);
        }
        return false;
    }

    private void add(String line) throws MalformedAnswerException {
        if (fields.isEmpty() && statusLine == null && line.startsWith("HTTP/")) {
            statusLine = line;
            return;
        }
        int colon = line.indexOf(':');
        String name = line.substring(0, Math.max(0, colon));
        if (name.isEmpty() || !isToken(name)) {
            throw new MalformedAnswerException("its head has the line " + shown(line));
        }
        String value = trim(line, colon + 1);
        if (value.indexOf('\0') >= 0 || value.indexOf('\r') >= 0) {
            throw new MalformedAnswerException("its header " + name + " has a NUL or a bare CR");
        }
        fields.add(name);
        fields.add(value);
    }

    private static boolean isToken(String name) {
        for (int i = 0; i < name.length(); i++) {
            if (!TOKEN[name.charAt(i)]) {
                return false;
            }
        }
        return true;
    }

    private static String trim(String line, int start) {
        int from = start;
        int to = line.length();
        while (from < to && isBlank(line.charAt(from))) {
            from++;
        }
        while (to > from && isBlank(line.charAt(to - 1))) {
            to--;
        }
        return line.substring(from, to);
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t';
    }

    static String shown(String text) {
        String start = text.length() > 60 ? text.substring(0, 60) + "..." : text;
        return '"' + start.replaceAll("[^ -~]", "?") + '"';
    }

    /** The first line of a server that writes one like an HTTP server, or null. */
    String statusLine() {
        return statusLine;
    }

    /** Names and values in turn. */
    List<String> fields() {
        return fields;
    }

    /** Ready for the head that follows an interim one. */
    void again() {
        fields.clear();
        statusLine = null;
    }
}
