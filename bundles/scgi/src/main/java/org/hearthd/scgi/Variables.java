package org.hearthd.scgi;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;
import org.hearthd.Headers;
import org.hearthd.Request;

/** The variables of one request: CONTENT_LENGTH first, no name twice. All strings are octets. */
final class Variables {
    /** Of the connection, not of the request; Expect is met by the source; Proxy would become a setting of HTTP clients (httpoxy). */
    private static final Set<String> NEVER = Set.of("HTTP_CONNECTION", "HTTP_KEEP_ALIVE", "HTTP_PROXY_CONNECTION",
            "HTTP_PROXY_AUTHORIZATION", "HTTP_PROXY_AUTHENTICATE", "HTTP_TE",
            "HTTP_TRAILER", "HTTP_TRANSFER_ENCODING", "HTTP_UPGRADE", "HTTP_EXPECT", "HTTP_PROXY", "HTTP_CONTENT_LENGTH",
            "HTTP_CONTENT_TYPE");
    private static final String ASH = "HTTP_X_ASH_";
    private static final Map<String, String> COMMON = common("Host", "User-Agent", "Accept", "Accept-Encoding", "Accept-Language",
            "Connection", "Cookie", "Referer", "Content-Type", "Content-Length", "Authorization", "Cache-Control", "Origin",
            "DNT",
            "Upgrade-Insecure-Requests", "If-None-Match", "If-Modified-Since", "X-Forwarded-For", "X-Ash-Address", "X-Ash-Port",
            "X-Ash-Server-Address", "X-Ash-Server-Port", "X-Ash-Protocol", "X-Ash-Connection-ID");

    /** Names and values, each with a NUL behind it. */
    private final Block block;
    private Set<String> hidden;
    private final Request request;
    private final String length;
    private final String serverName;
    private final String software;
    /** Those of the configuration, which replace computed ones. */
    private final Map<String, String> configured;

    private Variables(Request request, long length, Settings settings, String software, Block block) {
        this.block = block;
        this.request = request;
        this.length = Long.toString(length);
        this.serverName = settings.serverName();
        this.software = software;
        this.hidden = settings.hiddenRequest();
        this.configured = settings.variables();
    }

    /**
     * The netstring of a request's variables.
     *
     * @param length of the body, which is known by now
     * @param software the value of SERVER_SOFTWARE
     * @param block what was in it is gone
     */
    static ByteBuf encode(Request request, long length, Settings settings, String software, Block block) {
        block.clear();
        Variables all = new Variables(request, length, settings, software, block);
        all.put("CONTENT_LENGTH", all.length);
        all.put("SCGI", "1");
        settings.convention().fill(all);
        all.configured.forEach(all::append);
        return block.netstring(ByteBufAllocator.DEFAULT);
    }

    Request request() {
        return request;
    }

    String software() {
        return software;
    }

    String header(String name) {
        return request.headers().get(name);
    }

    static String orEmpty(String value) {
        return value == null ? "" : value;
    }

    /** Each name once, for what is written stays. */
    void put(String name, String value) {
        if (!configured.containsKey(name)) {
            append(name, value);
        }
    }

    private void append(String name, String value) {
        block.add(name);
        block.add(value);
    }

    void putKnown(String name, String value) {
        if (value != null) {
            put(name, value);
        }
    }

    void hide(String name) {
        hidden = new HashSet<>(hidden);
        hidden.add(name);
    }

    void protocol() {
        put("SERVER_PROTOCOL", request.version());
        put("REQUEST_METHOD", request.method());
    }

    void https() {
        if (scheme().equals("https")) {
            put("HTTPS", "on");
        }
    }

    String scheme() {
        return "https".equals(header("X-Ash-Protocol")) ? "https" : "http";
    }

    void remote() {
        putKnown("REMOTE_ADDR", header("X-Ash-Address"));
        putKnown("REMOTE_PORT", header("X-Ash-Port"));
    }

    /** The configured name, else that one. */
    String serverName(String otherwise) {
        return serverName.isEmpty() ? otherwise : serverName;
    }

    String hostName() {
        String host = header("Host");
        int colon = colon(host);
        return colon < 0 ? host : host.substring(0, colon);
    }

    /** The port that the client has asked for. */
    String hostPort() {
        String host = header("Host");
        int colon = colon(host);
        return colon >= 0 && colon + 1 < host.length() ? host.substring(colon + 1) : scheme().equals("https") ? "443" : "80";
    }

    /** Where the port begins; the colons of an IPv6 address are in brackets. */
    private static int colon(String host) {
        return host == null || host.endsWith("]") ? -1 : host.lastIndexOf(':');
    }

    /** The two headers that have variables of their own, once more as headers; a length only where it is the true one. */
    void contentHeaders() {
        passOn("HTTP_CONTENT_TYPE", header("Content-Type"));
        if (length.equals(header("Content-Length"))) {
            passOn("HTTP_CONTENT_LENGTH", length);
        }
    }

    private void passOn(String name, String value) {
        if (value != null && !hidden.contains(name)) {
            put(name, value);
        }
    }

    /** The variables of common headers, which need not be made again for each request; empty for those that are never sent. */
    private static Map<String, String> common(String... headers) {
        Map<String, String> names = new HashMap<>();
        for (String header : headers) {
            String name = sentAs(header);
            names.put(header, name == null ? "" : name);
        }
        return names;
    }

    /** The variable of a header, or null if it is never sent. */
    private static String sentAs(String header) {
        String name = nameOf(header);
        return name == null || NEVER.contains(name) || name.startsWith(ASH) ? null : name;
    }

    /** Every other header of the client under its own name, repeated ones joined. */
    void headers() {
        Headers headers = request.headers();
        Set<String> hops = hops(headers);
        Map<String, String> joined = new LinkedHashMap<>();
        for (int i = 0; i < headers.size(); i++) {
            String header = headers.name(i);
            String known = COMMON.get(header);
            String name = known == null ? sentAs(header) : known;
            if (name != null && !name.isEmpty() && !hops.contains(name) && !hidden.contains(name)) {
                joined.merge(name, headers.value(i), name.equals("HTTP_COOKIE") ? Variables::cookies : Variables::list);
            }
        }
        joined.forEach(this::put);
    }

    private static String list(String first, String next) {
        return new StringJoiner(", ").add(first).add(next).toString();
    }

    private static String cookies(String first, String next) {
        return new StringJoiner("; ").add(first).add(next).toString();
    }

    /** What Connection names belongs to the connection as well. */
    private static Set<String> hops(Headers headers) {
        if (!headers.contains("Connection")) {
            return Set.of();
        }
        Set<String> names = new HashSet<>();
        for (String value : headers.all("Connection")) {
            for (String word : value.split(",")) {
                names.add(nameOf(word.strip()));
            }
        }
        return names;
    }

    /**
     * The variable of a header, or null if it has none: only letters, digits and hyphens have one, because any other character would
     * become an underscore too and let one header pass for another.
     */
    static String nameOf(String header) {
        if (header.isEmpty()) {
            return null;
        }
        StringBuilder name = new StringBuilder(header.length() + 5).append("HTTP_");
        for (int i = 0; i < header.length(); i++) {
            char c = header.charAt(i);
            if (c >= 'a' && c <= 'z') {
                name.append((char) (c - 32));
            } else if (c >= 'A' && c <= 'Z' || c >= '0' && c <= '9') {
                name.append(c);
            } else if (c == '-') {
                name.append('_');
            } else {
                return null;
            }
        }
        return name.toString();
    }
}
