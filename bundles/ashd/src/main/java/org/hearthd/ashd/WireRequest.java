package org.hearthd.ashd;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.hearthd.Headers;
import org.hearthd.Request;

/** A request that is a datagram: its strings are made when they are asked for, a change replaces only the bytes of what changed. */
final class WireRequest implements Request {
    private static final int METHOD = 0;
    private static final int URL = 1;
    private static final int VERSION = 2;
    private static final int REST = 3;
    private static final int HEADERS = 4;

    /** The datagram; never modified. */
    private final byte[] bytes;
    /** Where the four strings and the header list start. */
    private final int[] starts;
    /** Behind the end of the header list; what follows is ignored, but sent on as it came. */
    private final int end;
    /** Racing threads may make a string twice; both are the same. */
    private volatile String url;
    private volatile String rest;
    private volatile Headers headers;

    WireRequest(byte[] bytes, int[] starts, int end) {
        this.bytes = bytes;
        this.starts = starts;
        this.end = end;
    }

    ByteBuffer bytes() {
        return ByteBuffer.wrap(bytes).asReadOnlyBuffer();
    }

    @Override
    public String method() {
        return text(starts[METHOD], starts[METHOD + 1] - 1);
    }

    @Override
    public String url() {
        String known = url;
        if (known == null) {
            known = text(starts[URL], starts[URL + 1] - 1);
            url = known;
        }
        return known;
    }

    @Override
    public String version() {
        return text(starts[VERSION], starts[VERSION + 1] - 1);
    }

    @Override
    public String rest() {
        String known = rest;
        if (known == null) {
            known = text(starts[REST], starts[REST + 1] - 1);
            rest = known;
        }
        return known;
    }

    @Override
    public Headers headers() {
        Headers known = headers;
        if (known == null) {
            known = decodeHeaders();
            headers = known;
        }
        return known;
    }

    private Headers decodeHeaders() {
        List<String> fields = new ArrayList<>();
        int from = starts[HEADERS];
        for (int i = from; from < end - 1; i++) {
            if (bytes[i] == 0) {
                fields.add(text(from, i));
                from = i + 1;
            }
        }
        return Headers.of(fields.toArray(new String[0]));
    }

    private String text(int from, int to) {
        return new String(bytes, from, to - from, StandardCharsets.ISO_8859_1);
    }

    @Override
    public Request withRest(String newRest) {
        int change = newRest.length() + 1 - (starts[HEADERS] - starts[REST]);
        byte[] spliced = Arrays.copyOf(bytes, end + change);
        Datagram.put(newRest, spliced, starts[REST], "rest string");
        System.arraycopy(bytes, starts[HEADERS], spliced, starts[HEADERS] + change, end - starts[HEADERS]);
        int[] moved = starts.clone();
        moved[HEADERS] += change;
        WireRequest changed = new WireRequest(spliced, moved, end + change);
        changed.url = url;
        changed.rest = newRest;
        changed.headers = headers;
        return changed;
    }

    @Override
    public Request withHeaders(Headers newHeaders) {
        int length = starts[HEADERS] + Datagram.size(newHeaders) + 1;
        byte[] spliced = Arrays.copyOf(bytes, length);
        Datagram.put(newHeaders, spliced, starts[HEADERS]);
        WireRequest changed = new WireRequest(spliced, starts, length);
        changed.url = url;
        changed.rest = rest;
        changed.headers = newHeaders;
        return changed;
    }

    @Override
    public String toString() {
        return method() + ' ' + url();
    }
}
