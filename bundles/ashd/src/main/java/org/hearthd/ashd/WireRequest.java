package org.hearthd.ashd;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.hearthd.Headers;
import org.hearthd.Request;

/** A request as the bytes of its datagram. What is decoded is remembered; two threads may both decode, to equal values. */
final class WireRequest implements Request {
    /** Exactly the datagram; never modified. */
    private final byte[] bytes;
    private final int urlAt;
    private final int versionAt;
    private final int restAt;
    private final int headersAt;
    private String method;
    private String url;
    private String version;
    private String rest;
    private Headers headers;

    private WireRequest(byte[] bytes, int urlAt, int versionAt, int restAt, int headersAt) {
        this.bytes = bytes;
        this.urlAt = urlAt;
        this.versionAt = versionAt;
        this.restAt = restAt;
        this.headersAt = headersAt;
    }

    /** Checks the shape; keeps the array. */
    static WireRequest of(byte[] bytes) throws MalformedDatagramException {
        Scanner scanner = new Scanner(bytes);
        int url = scanner.string("method");
        int version = scanner.string("URL");
        int rest = scanner.string("version");
        int headers = scanner.string("rest string");
        int end = scanner.headers();
        return new WireRequest(end == bytes.length ? bytes : Arrays.copyOf(bytes, end), url, version, rest, headers);
    }

    byte[] bytes() {
        return bytes;
    }

    @Override
    public String method() {
        if (method == null) {
            method = text(0, urlAt);
        }
        return method;
    }

    @Override
    public String url() {
        if (url == null) {
            url = text(urlAt, versionAt);
        }
        return url;
    }

    @Override
    public String version() {
        if (version == null) {
            version = text(versionAt, restAt);
        }
        return version;
    }

    @Override
    public String rest() {
        if (rest == null) {
            rest = text(restAt, headersAt);
        }
        return rest;
    }

    @Override
    public Headers headers() {
        if (headers == null) {
            headers = decodeHeaders();
        }
        return headers;
    }

    private Headers decodeHeaders() {
        List<String> fields = new ArrayList<>();
        int from = headersAt;
        for (int i = headersAt; i < bytes.length - 1; i++) {
            if (bytes[i] == 0) {
                fields.add(text(from, i + 1));
                from = i + 1;
            }
        }
        return Headers.of(fields.toArray(new String[0]));
    }

    /** The string from there to the NUL before {@code next}. */
    private String text(int from, int next) {
        return new String(bytes, from, next - 1 - from, StandardCharsets.ISO_8859_1);
    }

    @Override
    public Request withRest(String newRest) {
        byte[] changed = new byte[bytes.length - (headersAt - restAt) + newRest.length() + 1];
        System.arraycopy(bytes, 0, changed, 0, restAt);
        int next = Datagram.put(changed, restAt, newRest);
        System.arraycopy(bytes, headersAt, changed, next, bytes.length - headersAt);
        WireRequest request = same(changed, next);
        request.rest = newRest;
        request.headers = headers;
        return request;
    }

    @Override
    public Request withHeaders(Headers newHeaders) {
        byte[] changed = Arrays.copyOf(bytes, headersAt + Datagram.size(newHeaders));
        Arrays.fill(changed, headersAt, changed.length, (byte) 0);
        Datagram.put(changed, headersAt, newHeaders);
        WireRequest request = same(changed, headersAt);
        request.rest = rest;
        request.headers = newHeaders;
        return request;
    }

    private WireRequest same(byte[] changed, int newHeadersAt) {
        WireRequest request = new WireRequest(changed, urlAt, versionAt, restAt, newHeadersAt);
        request.method = method;
        request.url = url;
        request.version = version;
        return request;
    }

    @Override
    public String toString() {
        return method() + " " + url();
    }
}
