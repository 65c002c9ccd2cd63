package org.hearthd.http;

import org.hearthd.Headers;
import org.hearthd.Request;

/** A request from this front; its headers become an object only when somebody looks. */
final class HttpRequest implements Request {
    private static final String[] NOTHING = {};

    private final RequestHead head;
    private final String[] added;
    private final String rest;
    private Headers headers;

    /** @param added the X-Ash headers, names and values in turn */
    HttpRequest(RequestHead head, String[] added) {
        this(head, added, head.rest(), null);
    }

    /** What stands in the access log for a request that could not be read: no method, and what came of its request line as URL. */
    static HttpRequest unreadable(String line) {
        RequestHead head = new RequestHead("", line, RequestHead.HTTP_1_1, NOTHING, 0, false, false);
        return new HttpRequest(head, NOTHING, "", null);
    }

    private HttpRequest(RequestHead head, String[] added, String rest, Headers headers) {
        this.head = head;
        this.added = added;
        this.rest = rest;
        this.headers = headers;
    }

    @Override
    public String method() {
        return head.method();
    }

    @Override
    public String url() {
        return head.url();
    }

    @Override
    public String version() {
        return head.version();
    }

    @Override
    public String rest() {
        return rest;
    }

    /** Two threads may both make the object; they are equal and immutable. */
    @Override
    public Headers headers() {
        Headers made = headers;
        if (made == null) {
            String[] client = head.fields();
            String[] all = new String[client.length + added.length];
            System.arraycopy(client, 0, all, 0, client.length);
            System.arraycopy(added, 0, all, client.length, added.length);
            made = Headers.of(all);
            headers = made;
        }
        return made;
    }

    @Override
    public Request withRest(String newRest) {
        return new HttpRequest(head, added, newRest, headers);
    }

    @Override
    public Request withHeaders(Headers newHeaders) {
        return new HttpRequest(head, added, rest, newHeaders);
    }

    @Override
    public String toString() {
        return method() + " " + url() + " " + version();
    }
}
