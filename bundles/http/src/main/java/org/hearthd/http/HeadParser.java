package org.hearthd.http;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Reads one complete request head, strictly: one space between the parts of the request line, every line ends with CRLF, no
 * folding, no white space before a colon, names are tokens, values have no control characters but tab. Pure; refuses with the
 * status to answer.
 */
final class HeadParser {
    private final byte[] bytes;
    private final int end;
    private int at;
    private String[] fields = new String[16];
    private int count;
    private final BodyRules rules = new BodyRules();

    private HeadParser(byte[] bytes, int end) {
        this.bytes = bytes;
        this.end = end;
    }

    /**
     * Reads the head in the first {@code end} bytes.
     *
     * @param maxUrl the longest URL in bytes
     */
    static RequestHead parse(byte[] bytes, int end, int maxUrl) throws Refusal {
        return new HeadParser(bytes, end).parse(maxUrl);
    }

    private RequestHead parse(int maxUrl) throws Refusal {
        String method = method();
        String target = target(maxUrl);
        String version = version();
        if (method.equals("CONNECT")) {
            throw new Refusal(501, "CONNECT is not implemented.");
        }
        while (!atEmptyLine()) {
            field();
        }
        Target parsed = Target.parse(method, target);
        rules.checkHost(version);
        if (parsed.authority() != null) {
            setHost(parsed.authority());
        }
        return new RequestHead(method, parsed.url(), version, Arrays.copyOf(fields, count), rules.bodyLength(version),
                rules.keepAlive(version), rules.expectsContinue(version));
    }

    private String method() throws Refusal {
        int start = at;
        while (at < end && Tokens.isToken(bytes[at])) {
            at++;
        }
        if (at == start || at - start > 127 || bytes[at] != ' ') {
            throw new Refusal(400, "The request line does not begin with a method.");
        }
        if (at - start == 3 && bytes[start] == 'G' && bytes[start + 1] == 'E' && bytes[start + 2] == 'T') {
            at++;
            return "GET";
        }
        return text(start, at++);
    }

    private String target(int maxUrl) throws Refusal {
        int start = at;
        while (at < end && (bytes[at] < 0 || bytes[at] > ' ') && bytes[at] != 0x7f) {
            at++;
        }
        if (at - start > maxUrl) {
            throw new Refusal(414, "The URL is longer than " + maxUrl + " bytes.");
        }
        if (at == start || bytes[at] != ' ') {
            throw new Refusal(400, "The URL is missing or has an illegal character.");
        }
        return text(start, at++);
    }

    private String version() throws Refusal {
        int start = at;
        while (at < end && bytes[at] > ' ') {
            at++;
        }
        int length = at - start;
        boolean shaped = length == 8 && bytes[start] == 'H' && bytes[start + 1] == 'T' && bytes[start + 2] == 'T'
                && bytes[start + 3] == 'P' && bytes[start + 4] == '/' && isDigit(bytes[start + 5]) && bytes[start + 6] == '.'
                && isDigit(bytes[start + 7]);
        if (!shaped) {
            throw new Refusal(400, "The request line does not end with an HTTP version.");
        }
        endOfLine();
        if (bytes[start + 5] == '1' && bytes[start + 7] == '1') {
            return RequestHead.HTTP_1_1;
        }
        if (bytes[start + 5] == '1' && bytes[start + 7] == '0') {
            return RequestHead.HTTP_1_0;
        }
        throw new Refusal(505, "Only HTTP/1.1 and HTTP/1.0 are spoken here.");
    }

    private boolean atEmptyLine() throws Refusal {
        if (bytes[at] != '\r') {
            return false;
        }
        endOfLine();
        return true;
    }

    private void endOfLine() throws Refusal {
        if (at + 1 >= end || bytes[at] != '\r' || bytes[at + 1] != '\n') {
            throw new Refusal(400, "A line does not end with CR LF, or has an illegal character.");
        }
        at += 2;
    }

    private void field() throws Refusal {
        int start = at;
        while (at < end && Tokens.isToken(bytes[at])) {
            at++;
        }
        if (at == start || bytes[at] != ':') {
            throw new Refusal(400, at == start && (bytes[at] == ' ' || bytes[at] == '\t')
                    ? "A header line is folded."
                    : "A header has no valid name, or white space before its colon.");
        }
        int nameEnd = at++;
        while (bytes[at] == ' ' || bytes[at] == '\t') {
            at++;
        }
        int valueStart = at;
        while (at < end && (bytes[at] < 0 || bytes[at] >= ' ' || bytes[at] == '\t') && bytes[at] != 0x7f) {
            at++;
        }
        int valueEnd = at;
        endOfLine();
        while (valueEnd > valueStart && (bytes[valueEnd - 1] == ' ' || bytes[valueEnd - 1] == '\t')) {
            valueEnd--;
        }
        String name = text(start, nameEnd);
        if (!AshHeaders.isAsh(name)) {
            String value = text(valueStart, valueEnd);
            rules.see(name, value);
            add(name, value);
        }
    }

    private void add(String name, String value) {
        if (count == fields.length) {
            fields = Arrays.copyOf(fields, 2 * count);
        }
        fields[count++] = name;
        fields[count++] = value;
    }

    /** The authority of an absolute URL replaces what the Host header says (RFC 9112 section 3.2.2). */
    private void setHost(String authority) {
        for (int i = 0; i < count; i += 2) {
            if (fields[i].equalsIgnoreCase("Host")) {
                fields[i + 1] = authority;
                return;
            }
        }
        add("Host", authority);
    }

    private String text(int from, int to) {
        return new String(bytes, from, to - from, StandardCharsets.ISO_8859_1);
    }

    private static boolean isDigit(byte b) {
        return b >= '0' && b <= '9';
    }
}
