package org.hearthd.net;

import io.netty.channel.ChannelException;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.LinuxSocket;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.Errors;
import java.io.IOException;
import java.net.BindException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import org.hearthd.Fd;
import org.hearthd.transport.Descriptors;
import org.hearthd.transport.SocketInfo;
import org.hearthd.transport.TcpSockets;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/** Listening TCP sockets, and what a socket is, through Netty's native sockets. */
@Component
public final class NettyTcpSockets implements TcpSockets {
    private static final int SOL_SOCKET = 1;
    private static final int SO_TYPE = 3;
    private static final int SO_ACCEPTCONN = 30;
    private static final int SO_DOMAIN = 39;
    private static final int SOCK_STREAM = 1;
    private static final int SOCK_SEQPACKET = 5;
    private static final int AF_UNIX = 1;
    private static final int AF_INET = 2;
    private static final int AF_INET6 = 10;
    private static final int EACCES = -13;
    private static final int EAFNOSUPPORT = -97;
    private static final int EADDRINUSE = -98;
    private static final int EADDRNOTAVAIL = -99;

    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    private volatile Descriptors descriptors;

    /** For the component runtime, which sets the transport. */
    @Activate
    public NettyTcpSockets() {
        Epoll.ensureAvailability();
    }

    /** Sockets without a component runtime. */
    public NettyTcpSockets(Descriptors descriptors) {
        this();
        this.descriptors = descriptors;
    }

    @Override
    public Fd listen(InetSocketAddress address, int backlog) throws IOException {
        Descriptors current = descriptors;
        if (current == null) {
            throw new IOException("address " + text(address) + ": no transport is there to handle descriptors");
        }
        try {
            return bind(address, backlog, current);
        } catch (Errors.NativeIoException e) {
            throw failure("address " + text(address) + ": " + reason(e), e);
        }
    }

    /** Every address means those of IPv6 too, where the machine has it. */
    private static Fd bind(InetSocketAddress address, int backlog, Descriptors descriptors) throws IOException {
        if (!address.getAddress().isAnyLocalAddress()) {
            return bind(address.getAddress() instanceof Inet6Address, address, backlog, descriptors);
        }
        try {
            InetSocketAddress every = new InetSocketAddress(InetAddress.getByAddress(new byte[16]), address.getPort());
            return bind(true, every, backlog, descriptors);
        } catch (Errors.NativeIoException e) {
            if (e.expectedErr() != EADDRNOTAVAIL && e.expectedErr() != EAFNOSUPPORT) {
                throw e;
            }
            return bind(false, address, backlog, descriptors);
        }
    }

    private static Fd bind(boolean ipv6, InetSocketAddress address, int backlog, Descriptors descriptors) throws IOException {
        LinuxSocket socket = LinuxSocket.newSocketStream(ipv6);
        try {
            socket.setReuseAddress(true);
            socket.bind(address);
            socket.listen(backlog);
            // Netty makes it non-blocking, the transport close-on-exec; from here on the returned object owns the number.
            return descriptors.adopt(socket.intValue());
        } catch (IOException | RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    /** As it is configured: every address is a star. */
    private static String text(InetSocketAddress address) {
        String host = address.getAddress().isAnyLocalAddress() ? "*" : address.getAddress().getHostAddress();
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + address.getPort();
    }

    /** An address that is in use can be told from other failures by its type. */
    private static IOException failure(String message, Errors.NativeIoException cause) {
        IOException failure = cause.expectedErr() == EADDRINUSE ? new BindException(message) : new IOException(message);
        failure.initCause(cause);
        return failure;
    }

    private static String reason(Errors.NativeIoException e) {
        return switch (e.expectedErr()) {
            case EACCES -> "permission denied";
            case EADDRINUSE -> "address in use";
            case EADDRNOTAVAIL -> "no such address on this machine";
            default -> e.getMessage();
        };
    }

    @Override
    public SocketInfo inspect(Fd fd) throws IOException {
        return info(fd);
    }

    static SocketInfo info(Fd fd) throws IOException {
        LinuxSocket socket;
        int domain;
        int type;
        boolean listening;
        try {
            socket = LinuxSocket.newSocket(fd.number());
            domain = socket.getIntOpt(SOL_SOCKET, SO_DOMAIN);
            type = socket.getIntOpt(SOL_SOCKET, SO_TYPE);
            listening = socket.getIntOpt(SOL_SOCKET, SO_ACCEPTCONN) != 0;
        } catch (IOException | ChannelException e) {
            throw new IOException(fd + " is not a socket", e);
        }
        return new SocketInfo(switch (type) {
            case SOCK_STREAM -> SocketInfo.Type.STREAM;
            case SOCK_SEQPACKET -> SocketInfo.Type.PACKET;
            default -> SocketInfo.Type.OTHER;
        }, listening, address(socket, domain));
    }

    private static SocketAddress address(LinuxSocket socket, int domain) {
        return switch (domain) {
            case AF_INET, AF_INET6 -> socket.localAddress();
            case AF_UNIX -> UnixDomainSocketAddress.of(path(socket.localDomainSocketAddress()));
            default -> null;
        };
    }

    /** Empty for a socket without a name; an abstract name begins with {@code @} as in /proc/net/unix. */
    private static String path(DomainSocketAddress address) {
        return address == null ? "" : address.path().replace('\0', '@');
    }
}
