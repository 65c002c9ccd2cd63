package org.hearthd;

import java.util.Objects;

/** A request made of its parts. */
record PlainRequest(String method, String url, String version, String rest, Headers headers) implements Request {
    PlainRequest {
        check("method", method);
        check("URL", url);
        check("version", version);
        check("rest string", rest);
        Objects.requireNonNull(headers, "headers");
    }

    private static void check(String part, String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == 0 || c > 0xff) {
                throw new IllegalArgumentException("the " + part + " of a request has an illegal character at " + i);
            }
        }
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
