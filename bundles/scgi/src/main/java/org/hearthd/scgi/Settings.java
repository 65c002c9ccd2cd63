package org.hearthd.scgi;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.hearthd.spi.RoutePath;

/**
 * A handler's configuration after it was checked.
 *
 * @param name the handler's name
 * @param serverName octets, or empty
 * @param variables more variables, in their order; octets
 * @param hiddenRequest variable names of headers that are not passed on
 * @param hiddenResponse header names in lower case
 * @param launch who starts the servers
 */
record Settings(String name, List<String> paths, List<Address> addresses, Convention convention, String serverName,
        Map<String, String> variables, Set<String> hiddenRequest, Set<String> hiddenResponse, Body body, Limits limits,
        Times times, Launch launch, boolean halfClose, boolean cancelWhenGone) {
    static final String PID = "org.hearthd.scgi";
    private static final Set<String> FRAMING = Set.of("content-length", "status", "transfer-encoding");

    /**
     * What is done with request bodies.
     *
     * @param buffer whether all are read to their end first
     * @param max bytes, or 0 for any number
     * @param memory bytes that are kept in memory
     */
    record Body(boolean buffer, long max, int memory) {}

    /** How much at the same time, and how long a head. */
    record Limits(int responseHead, int connections, int queue) {}

    /** All in milliseconds. */
    record Times(long queue, int connect, long send, long body, long firstByte, long idle, long fail, long drain,
            long halfClose) {}

    /** @throws IllegalArgumentException naming PID and key */
    static Settings of(String pid, ScgiConfig c) {
        Check check = new Check(pid);
        Body body = new Body(c.buffer_body(), check.range("max.body.bytes", c.max_body_bytes(), 0, Long.MAX_VALUE),
                (int) check.range("memory.body.bytes", c.memory_body_bytes(), 0, 1 << 30));
        Limits limits = new Limits((int) check.range("max.response.head.bytes", c.max_response_head_bytes(), 64, 1 << 24),
                (int) check.range("max.connections", c.max_connections(), 1, 1_000_000),
                (int) check.range("queue.max", c.queue_max(), 0, 1_000_000));
        Times times = new Times(check.time("queue.timeout.ms", c.queue_timeout_ms()),
                (int) check.time("connect.timeout.ms", c.connect_timeout_ms()),
                check.time("send.timeout.ms", c.send_timeout_ms()),
                check.time("body.timeout.ms", c.body_timeout_ms()),
                check.time("first.byte.timeout.ms", c.first_byte_timeout_ms()),
                check.time("idle.timeout.ms", c.idle_timeout_ms()),
                check.range("fail.timeout.ms", c.fail_timeout_ms(), 0, 86_400_000),
                check.range("drain.timeout.ms", c.drain_timeout_ms(), 0, 3_600_000),
                check.range("half.close.delay.ms", c.half_close_delay_ms(), 0, 3_600_000));
        String name = c.handler().isBlank() ? instance(pid) : c.handler().strip();
        Launch launch = Launch.of(check, name, c);
        List<Address> addresses = launch.mode() == Launch.Mode.ANONYMOUS ? List.of() : check.addresses(c.address());
        return new Settings(name, check.paths(c.path()), addresses,
                check.convention(c.convention()), check.octets("server.name", c.server_name().strip()),
                check.variables(c.variables()),
                check.requestHeaders(c.hide_request_headers()), check.responseHeaders(c.hide_response_headers()), body,
                limits, times, launch, c.half_close(), c.cancel_when_gone());
    }

    /** The NAME in {@code org.hearthd.scgi~NAME}. */
    private static String instance(String pid) {
        String rest = pid.startsWith(PID) ? pid.substring(PID.length()) : pid;
        return rest.isEmpty() ? "scgi" : rest.substring(1);
    }

    static List<String> words(String list) {
        return Arrays.stream(list.split(",")).map(String::strip).filter(word -> !word.isEmpty()).toList();
    }

    /** Refuses with the PID and the key. */
    record Check(String pid) {
        long time(String key, long millis) {
            return range(key, millis, 1, 86_400_000);
        }

        long range(String key, long value, long least, long most) {
            if (value < least || value > most) {
                throw wrong(key, value + " is not within " + least + " and " + most);
            }
            return value;
        }

        List<Address> addresses(String list) {
            List<String> all = words(list);
            if (all.isEmpty()) {
                throw wrong("address", "is empty; an example: unix:/run/blog.sock, 127.0.0.1:4000");
            }
            Set<Address> places = new HashSet<>();
            try {
                List<Address> addresses = all.stream().map(Address::parse).toList();
                for (Address address : addresses) {
                    if (!places.add(new Address("", address.unix(), address.host(), address.port()))) {
                        throw new IllegalArgumentException(address + " is there twice");
                    }
                }
                return addresses;
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(pid + ": address " + e.getMessage(), e);
            }
        }

        List<String> paths(String list) {
            List<String> all = words(list);
            for (String path : all) {
                if (!RoutePath.valid(path)) {
                    throw wrong("path", path + " is not " + RoutePath.RULE);
                }
            }
            return all;
        }

        Set<String> requestHeaders(String list) {
            Set<String> variables = new HashSet<>();
            for (String header : words(list)) {
                String variable = Variables.nameOf(header);
                if (variable == null) {
                    throw wrong("hide.request.headers", header + " is not the name of a header that is ever passed on");
                }
                variables.add(variable);
            }
            return variables;
        }

        Set<String> responseHeaders(String list) {
            Set<String> names = new HashSet<>();
            for (String header : words(list)) {
                String name = header.toLowerCase(Locale.ROOT);
                if (!HeadReader.isName(header)) {
                    throw wrong("hide.response.headers", header + " is not the name of a header");
                }
                if (FRAMING.contains(name)) {
                    throw wrong("hide.response.headers", header + " can not be hidden: it says how the answer is to be read");
                }
                names.add(name);
            }
            return names;
        }

        Convention convention(String name) {
            return Arrays.stream(Convention.values()).filter(c -> c.name().toLowerCase(Locale.ROOT).equals(name)).findFirst()
                    .orElseThrow(() -> wrong("convention", name + " is not callscgi, nginx or apache"));
        }

        Map<String, String> variables(String text) {
            Map<String, String> all = new LinkedHashMap<>();
            for (String part : text.split(";")) {
                String pair = part.strip();
                if (pair.isEmpty()) {
                    continue;
                }
                int equals = pair.indexOf('=');
                String name = equals < 0 ? "" : pair.substring(0, equals).strip();
                if (!name.matches("[A-Za-z_][A-Za-z0-9_.-]*")) {
                    throw wrong("variables", pair + " is not NAME=VALUE");
                }
                if (name.equals("CONTENT_LENGTH") || name.equals("SCGI")) {
                    throw wrong("variables", name + " belongs to the protocol");
                }
                if (all.put(name, octets("variables", pair.substring(equals + 1).strip())) != null) {
                    throw wrong("variables", name + " is there twice");
                }
            }
            return all;
        }

        /** Those of the configuration file, which is UTF-8. */
        String octets(String key, String value) {
            if (value.indexOf('\0') >= 0) {
                throw wrong(key, "has a NUL, which ends a value");
            }
            return new String(value.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
        }

        IllegalArgumentException wrong(String key, String what) {
            return new IllegalArgumentException(pid + ": " + key + " " + what);
        }
    }
}
