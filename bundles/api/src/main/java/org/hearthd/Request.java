package org.hearthd;

import org.osgi.annotation.versioning.ProviderType;

/**
 * One immutable request as ashd(7) defines it. All strings are octets (ISO-8859-1) without NUL, exactly as the client sent them.
 */
@ProviderType
public interface Request {
    /**
     * Creates a request from its parts; nothing is decoded or normalised.
     *
     * @throws IllegalArgumentException if a string has a NUL or a character above U+00FF
     */
    static Request of(String method, String url, String version, String rest, Headers headers) {
        return new PlainRequest(method, url, version, rest, headers);
    }

    /** The method, e.g. {@code GET}. */
    String method();

    /** The URL as sent: still percent-encoded, with its query, e.g. {@code /blog/a%20b?x=1}. */
    String url();

    /** The protocol version in full, e.g. {@code HTTP/1.1}. */
    String version();

    /** The rest string: what no router has consumed of the URL so far, percent-encoded, without the query, e.g. {@code a%20b}. */
    String rest();

    /** The headers in the order of arrival, duplicates kept. */
    Headers headers();

    /** The same request with another rest string. */
    Request withRest(String rest);

    /** The same request with other headers. */
    Request withHeaders(Headers headers);

    /** The URL up to the first question mark. */
    default String path() {
        int mark = url().indexOf('?');
        return mark < 0 ? url() : url().substring(0, mark);
    }

    /** What follows the first question mark of the URL, or the empty string. */
    default String query() {
        int mark = url().indexOf('?');
        return mark < 0 ? "" : url().substring(mark + 1);
    }
}
