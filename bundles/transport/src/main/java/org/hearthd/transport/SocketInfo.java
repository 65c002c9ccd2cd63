package org.hearthd.transport;

import java.net.SocketAddress;

/**
 * What the kernel says about a socket.
 *
 * @param type how its data travels
 * @param listening whether it accepts connections
 * @param address its own address: an {@link java.net.InetSocketAddress}, a {@link java.net.UnixDomainSocketAddress} (with an empty
 *            path if it has none), or null for other families
 */
public record SocketInfo(Type type, boolean listening, SocketAddress address) {
    /** How data travels. */
    public enum Type {
        /** A byte stream (SOCK_STREAM). */
        STREAM,
        /** Messages (SOCK_SEQPACKET). */
        PACKET,
        /** Anything else. */
        OTHER
    }
}
