package org.hearthd.net;

import io.netty.channel.epoll.LinuxSocket;
import java.io.IOException;
import org.hearthd.Fd;

/** What kind of stream socket a descriptor is; the kernel says so. */
enum SocketKind {
    UNIX, TCP;

    private static final int SOL_SOCKET = 1;
    private static final int SO_TYPE = 3;
    private static final int SO_DOMAIN = 39;
    private static final int SOCK_STREAM = 1;
    private static final int AF_UNIX = 1;
    private static final int AF_INET = 2;
    private static final int AF_INET6 = 10;

    /** The kind of that descriptor, which stays the caller's. */
    static SocketKind of(Fd fd) throws IOException {
        int domain;
        int type;
        try {
            LinuxSocket socket = LinuxSocket.newSocket(fd.number());
            domain = socket.getIntOpt(SOL_SOCKET, SO_DOMAIN);
            type = socket.getIntOpt(SOL_SOCKET, SO_TYPE);
        } catch (IOException e) {
            throw new IOException(fd + " is not a socket", e);
        }
        if (type == SOCK_STREAM && domain == AF_UNIX) {
            return UNIX;
        }
        if (type == SOCK_STREAM && (domain == AF_INET || domain == AF_INET6)) {
            return TCP;
        }
        throw new IOException(fd + " is not a Unix or TCP stream socket (domain " + domain + ", type " + type + ")");
    }
}
