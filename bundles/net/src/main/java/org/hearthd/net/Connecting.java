package org.hearthd.net;

import io.netty.channel.ChannelException;
import io.netty.channel.epoll.LinuxSocket;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.Errors;
import java.io.IOException;
import java.net.ConnectException;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;

/** What connecting to an address needs, Unix or TCP. */
final class Connecting {
    private static final int EAFNOSUPPORT = -97;

    private Connecting() {}

    /**
     * A socket of the address's kind.
     *
     * @throws ConnectException if the machine has none of that kind
     * @throws IOException if the process has no descriptor left
     */
    static LinuxSocket socket(SocketAddress address) throws IOException {
        try {
            if (address instanceof UnixDomainSocketAddress) {
                return LinuxSocket.newSocketDomain();
            }
            boolean four = address instanceof InetSocketAddress inet && inet.getAddress() instanceof Inet4Address;
            return LinuxSocket.newSocketStream(!four);
        } catch (ChannelException e) {
            String why = "cannot make a socket: " + e.getMessage();
            boolean unsupported = e.getCause() instanceof Errors.NativeIoException n && n.expectedErr() == EAFNOSUPPORT;
            IOException failure = unsupported ? new ConnectException(why) : new IOException(why);
            failure.initCause(e);
            throw failure;
        }
    }

    /** The address as Netty wants it. */
    static SocketAddress peer(SocketAddress address) {
        return address instanceof UnixDomainSocketAddress unix ? new DomainSocketAddress(unix.getPath().toString()) : address;
    }
}
