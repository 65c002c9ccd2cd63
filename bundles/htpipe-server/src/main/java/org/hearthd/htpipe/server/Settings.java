package org.hearthd.htpipe.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.hearthd.listeners.ListenAddress;
import org.hearthd.listeners.ListenRequest;
import org.hearthd.transport.UnixAddress;

/**
 * A server's configuration after it was checked.
 *
 * @param uids who may connect; null = everybody
 */
record Settings(ListenRequest request, String owner, String group, Set<Long> uids, String handler, int progress,
        long drainTimeoutMs) {
    static final String PID = "org.hearthd.htpipe.server";

    /**
     * Checks a configuration.
     *
     * @throws IllegalArgumentException naming PID and key
     */
    static Settings of(String pid, HtpipeServerConfig config) {
        if (!config.mode().matches("0?[0-7]{3}")) {
            throw new IllegalArgumentException(pid + ": mode " + config.mode() + " is not octal permission bits, e.g. 0600");
        }
        String name = config.name().isBlank() ? instance(pid) : config.name().strip();
        ListenRequest request = new ListenRequest(name, address(pid, config.address()), ListenRequest.Type.PACKET,
                (int) range(pid, "backlog", config.backlog(), 1, 65_535), Integer.parseInt(config.mode(), 8));
        return new Settings(request, config.owner().strip(), config.group().strip(), uids(pid, config.peer_uids().strip()),
                config.handler().strip(), (int) range(pid, "progress.max", config.progress_max(), 0, 1_000_000),
                range(pid, "drain.timeout.ms", config.drain_timeout_ms(), 0, 3_600_000));
    }

    /** The NAME in {@code org.hearthd.htpipe.server~NAME}. */
    private static String instance(String pid) {
        String rest = pid.startsWith(PID) ? pid.substring(PID.length()) : pid;
        return rest.isEmpty() ? "main" : rest.substring(1);
    }

    private static ListenAddress address(String pid, String text) {
        if (text == null || text.isBlank()) {
            throw new IllegalArgumentException(pid + ": address is missing");
        }
        try {
            return new ListenAddress(null, UnixAddress.of(text.startsWith("unix:") ? text.substring(5) : text));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(pid + ": address: " + e.getMessage(), e);
        }
    }

    private static Set<Long> uids(String pid, String text) {
        if (text.equals("*")) {
            return null;
        }
        Set<Long> uids = new HashSet<>();
        if (text.isEmpty()) {
            uids.add(0L);
            uids.add(own());
            return uids;
        }
        for (String uid : text.split("[ ,]+")) {
            if (!uid.matches("[0-9]{1,10}")) {
                throw new IllegalArgumentException(pid + ": peer.uids: " + uid + " is not the number of a user");
            }
            uids.add(Long.parseLong(uid));
        }
        return uids;
    }

    private static long own() {
        try {
            return Integer.toUnsignedLong((Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
        } catch (IOException e) {
            throw new UncheckedIOException("who runs this process can not be found out", e);
        }
    }

    private static long range(String pid, String key, long value, long least, long most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(pid + ": " + key + " " + value + " is not within " + least + " and " + most);
        }
        return value;
    }
}
