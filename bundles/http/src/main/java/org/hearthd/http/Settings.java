package org.hearthd.http;

import org.hearthd.listeners.ListenAddress;
import org.hearthd.listeners.ListenRequest;

/** A front's configuration after it was checked. */
record Settings(ListenRequest request, String handler, Limits limits, long drainTimeout, String serverHeader,
        String generationHeader) {
    static final String PID = "org.hearthd.http";

    /** The largest head whose datagram may still be within the limit of ashd(7). */
    private static final int MAX_HEAD = AshHeaders.MAX_DATAGRAM;

    /** @throws IllegalArgumentException naming PID and key */
    static Settings of(String pid, HttpFrontConfig config) {
        Limits limits = new Limits((int) range(pid, "max.url.bytes", config.max_url_bytes(), 1, MAX_HEAD),
                (int) range(pid, "max.head.bytes", config.max_head_bytes(), 64, MAX_HEAD),
                range(pid, "max.body.bytes", config.max_body_bytes(), 0, Long.MAX_VALUE),
                (int) range(pid, "max.connections", config.max_connections(), 1, 1_000_000),
                time(pid, "header.timeout.ms", config.header_timeout_ms()),
                time(pid, "idle.timeout.ms", config.idle_timeout_ms()),
                time(pid, "body.timeout.ms", config.body_timeout_ms()),
                time(pid, "write.timeout.ms", config.write_timeout_ms()),
                range(pid, "drain.idle.ms", config.drain_idle_ms(), 0, 60_000),
                range(pid, "socket.answer.timeout.ms", config.socket_answer_timeout_ms(), 0, 86_400_000),
                range(pid, "socket.idle.timeout.ms", config.socket_idle_timeout_ms(), 0, 86_400_000));
        if (limits.maxUrl() >= limits.maxHead()) {
            throw new IllegalArgumentException(pid + ": max.url.bytes " + limits.maxUrl()
                    + " does not fit into max.head.bytes " + limits.maxHead());
        }
        if (config.server_header().chars().anyMatch(c -> c < ' ' || c > 0x7e)) {
            throw new IllegalArgumentException(pid + ": server.header " + config.server_header() + " is not plain ASCII text");
        }
        String generation = config.generation_header().strip();
        if (!generation.isEmpty() && !Tokens.isToken(generation)) {
            throw new IllegalArgumentException(pid + ": generation.header " + generation + " is not the name of a header");
        }
        return new Settings(request(pid, config), config.handler().strip(), limits,
                range(pid, "drain.timeout.ms", config.drain_timeout_ms(), 0, 3_600_000), config.server_header().strip(),
                generation);
    }

    private static ListenRequest request(String pid, HttpFrontConfig config) {
        ListenAddress address;
        try {
            address = ListenAddress.parse(config.address());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(pid + ": " + e.getMessage(), e);
        }
        if (!config.mode().matches("0?[0-7]{3}")) {
            throw new IllegalArgumentException(pid + ": mode " + config.mode() + " is not octal permission bits, e.g. 0660");
        }
        int backlog = (int) range(pid, "backlog", config.backlog(), 1, 65_535);
        String name = config.name().isBlank() ? instance(pid) : config.name().strip();
        return new ListenRequest(name, address, ListenRequest.Type.STREAM, backlog, Integer.parseInt(config.mode(), 8));
    }

    /** The NAME in {@code org.hearthd.http~NAME}. */
    private static String instance(String pid) {
        String rest = pid.startsWith(PID) ? pid.substring(PID.length()) : pid;
        return rest.isEmpty() ? "main" : rest.substring(1);
    }

    private static long time(String pid, String key, long millis) {
        return range(pid, key, millis, 1, 86_400_000);
    }

    private static long range(String pid, String key, long value, long least, long most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(pid + ": " + key + " " + value + " is not within " + least + " and " + most);
        }
        return value;
    }
}
