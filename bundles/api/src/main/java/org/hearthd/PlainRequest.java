package org.hearthd;

import java.util.Objects;

/** A request made of its parts. */
record PlainRequest(String method, String url, String version, String rest, Headers headers) implements Request {
    PlainRequest {
        Objects.requireNonNull(method, "method");
        Objects.requireNonNull(url, "url");
        Objects.requireNonNull(version, "version");
        Objects.requireNonNull(rest, "rest");
        Objects.requireNonNull(headers, "headers");
    }

    @Override
    public Request withRest(String newRest) {
        return new PlainRequest(method, url, version, newRest, headers);
    }

    @Override
    public Request withHeaders(Headers newHeaders) {
        return new PlainRequest(method, url, version, rest, newHeaders);
    }
}
