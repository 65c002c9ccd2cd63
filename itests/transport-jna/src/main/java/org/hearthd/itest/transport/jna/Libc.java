package org.hearthd.itest.transport.jna;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.io.IOException;
import java.util.Set;

/** The C library, and its constants on Linux, which x86_64 and aarch64 share. */
final class Libc {
    static final int AF_UNIX = 1;
    static final int SOCK_STREAM = 1;
    static final int SOCK_DGRAM = 2;
    static final int SOCK_SEQPACKET = 5;
    static final int SOCK_CLOEXEC = 02000000;
    static final int SOL_SOCKET = 1;
    static final int SCM_RIGHTS = 1;
    static final int SO_TYPE = 3;
    static final int SO_PEERCRED = 17;
    static final int MSG_CTRUNC = 0x8;
    static final int MSG_TRUNC = 0x20;
    static final int MSG_DONTWAIT = 0x40;
    static final int MSG_NOSIGNAL = 0x4000;
    static final int MSG_CMSG_CLOEXEC = 0x40000000;
    static final int SHUT_RD = 0;
    static final int SHUT_WR = 1;
    static final int F_SETFD = 2;
    static final int F_GETFL = 3;
    static final int F_SETFL = 4;
    static final int F_DUPFD_CLOEXEC = 1030;
    static final int FD_CLOEXEC = 1;
    static final int O_NONBLOCK = 04000;
    static final int POLLIN = 1;
    static final int POLLOUT = 4;
    static final int EFD_CLOEXEC = 02000000;
    static final int EINTR = 4;
    static final int EAGAIN = 11;
    static final int EPROTOTYPE = 91;
    static final int ECONNRESET = 104;
    static final int ENOENT = 2;
    static final int ECONNREFUSED = 111;
    static final int ETOOMANYREFS = 109;
    /** What sendmsg says of a connection and not of a message: EPIPE, ECONNRESET, ENOTCONN, ECONNREFUSED. */
    static final Set<Integer> BROKEN = Set.of(32, ECONNRESET, 107, ECONNREFUSED);

    static {
        Native.register(Libc.class, "c");
    }

    private Libc() {}

    static native int socket(int domain, int type, int protocol);

    static native int socketpair(int domain, int type, int protocol, int[] pair);

    static native int bind(int fd, byte[] address, int length);

    static native int connect(int fd, byte[] address, int length);

    static native int listen(int fd, int backlog);

    static native int accept4(int fd, Pointer address, Pointer length, int flags);

    static native long sendmsg(int fd, Pointer message, int flags);

    static native long recvmsg(int fd, Pointer message, int flags);

    static native long write(int fd, byte[] data, long length);

    static native int poll(Pointer fds, long count, int millis);

    static native int fcntl(int fd, int command, int argument);

    static native int shutdown(int fd, int how);

    static native int close(int fd);

    static native int getsockopt(int fd, int level, int option, int[] value, int[] length);

    static native int eventfd(int initial, int flags);

    static native int eventfd_write(int fd, long value);

    static native int chmod(byte[] path, int mode);

    static native Pointer strerror(int errno);

    /** The result of a call, or an exception with the system's message if it is negative. */
    static int check(int result) throws IOException {
        if (result < 0) {
            throw failure(Native.getLastError());
        }
        return result;
    }

    static IOException failure(int errno) {
        return new IOException(strerror(errno).getString(0));
    }
}
