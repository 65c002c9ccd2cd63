package org.hearthd.net;

import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.SocketProtocolFamily;
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
    static Channel socket(SocketAddress address) throws IOException {
        try {
            if (address instanceof UnixDomainSocketAddress) {
                return new EpollDomainSocketChannel();
            }
            boolean four = address instanceof InetSocketAddress inet && inet.getAddress() instanceof Inet4Address;
            return four ? new EpollSocketChannel(SocketProtocolFamily.INET) : new EpollSocketChannel();
        } catch (ChannelException e) {
            throw new IOException("cannot make a socket: " + e.getMessage(), e);
        }
    }

    /** The address as Netty wants it. */
    static SocketAddress peer(SocketAddress address) {
        return address instanceof UnixDomainSocketAddress unix ? new DomainSocketAddress(unix.getPath().toString()) : address;
    }
}
