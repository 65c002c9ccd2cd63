package org.hearthd.net;

import io.netty.channel.ChannelException;
import io.netty.channel.epoll.LinuxSocket;
import io.netty.channel.unix.DomainSocketAddress;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;

/** What connecting to an address needs, Unix or TCP. */
final class Connecting {
    private Connecting() {}

    /** A socket of the address's kind. */
    static LinuxSocket socket(SocketAddress address) throws IOException {
        try {
            if (address instanceof UnixDomainSocketAddress) {
                return LinuxSocket.newSocketDomain();
            }
            boolean four = address instanceof InetSocketAddress inet && inet.getAddress() instanceof Inet4Address;
            return LinuxSocket.newSocketStream(!four);
        } catch (ChannelException e) {
            throw new IOException("cannot make a socket: " + e.getMessage(), e);
        }
    }

    /** The address as Netty wants it. */
    static SocketAddress peer(SocketAddress address) {
        return address instanceof UnixDomainSocketAddress unix ? new DomainSocketAddress(unix.getPath().toString()) : address;
    }
}
