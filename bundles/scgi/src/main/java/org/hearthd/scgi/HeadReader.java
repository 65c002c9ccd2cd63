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
            byte[] bytes = new byte[taken];
            in.readBytes(bytes);
            if (length < 0 || begun != null) {
                begun = (begun == null ? new StringBuilder() : begun).append(text(bytes, 0, taken));
            }
            if (length < 0) {
                return false;
            }
            if (begun != null) {
                bytes = begun.toString().getBytes(StandardCharsets.ISO_8859_1);
                begun = null;
            }
            int end = bytes.length - 1;
            if (end > 0 && bytes[end - 1] == '\r') {
                end--;
            }
            if (end == 0) {
                return true;
            }
            add(bytes, end);
        }
        return false;
    }

    /** Whether that can be the name of a header. */
    static boolean isName(String text) {
        return !text.isEmpty() && text.chars().allMatch(c -> c < TOKEN.length && TOKEN[c]);
    }

    private void add(byte[] line, int end) throws MalformedAnswerException {
        if (fields.isEmpty() && statusLine == null && end > 4 && line[4] == '/' && text(line, 0, 4).equals("HTTP")) {
            if (isTorn(line, 0, end)) {
                throw new MalformedAnswerException("its status line has a NUL or a bare CR");
            }
            statusLine = text(line, 0, end);
            return;
        }
        int colon = 0;
        while (colon < end && TOKEN[line[colon] & 0xff]) {
            colon++;
        }
        if (colon == 0 || colon == end || line[colon] != ':') {
            throw new MalformedAnswerException("its head has the line " + shown(text(line, 0, end)));
        }
        int from = colon + 1;
        int to = end;
        while (from < to && isBlank(line[from])) {
            from++;
        }
        while (to > from && isBlank(line[to - 1])) {
            to--;
        }
        String name = text(line, 0, colon);
        if (isTorn(line, from, to)) {
            throw new MalformedAnswerException("its header " + name + " has a NUL or a bare CR");
        }
        fields.add(name);
        fields.add(text(line, from, to));
    }

    /** Others may take it for two lines, or for a shorter one. */
    private static boolean isTorn(byte[] line, int from, int to) {
        for (int i = from; i < to; i++) {
            if (line[i] == 0 || line[i] == '\r') {
                return true;
            }
        }
        return false;
    }

    private static String text(byte[] bytes, int from, int to) {
        return new String(bytes, from, to - from, StandardCharsets.ISO_8859_1);
    }

    private static boolean isBlank(byte b) {
        return b == ' ' || b == '\t';
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
