package org.hearthd.listeners;

/**
 * A wish for a listening socket.
 *
 * @param name the name in LISTEN_FDNAMES, e.g. {@code main}
 * @param address where clients connect
 * @param type what kind of connections
 * @param backlog the accept queue's length, used when bound now
 * @param mode permission bits of a Unix socket's path, used when bound now
 */
public record ListenRequest(String name, ListenAddress address, Type type, int backlog, int mode) {
    /** The kinds of connections. */
    public enum Type {
        /** A byte stream (SOCK_STREAM). */
        STREAM,
        /** Messages (SOCK_SEQPACKET). */
        PACKET
    }
}
