package org.hearthd.itest.transport.jna;

import com.sun.jna.Native;
import java.io.IOException;
import java.net.ConnectException;
import java.net.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Arrays;
import org.hearthd.Fd;
import org.hearthd.transport.FdPair;
import org.hearthd.transport.FullBacklogException;
import org.hearthd.transport.UnixAddress;

/** Makes Unix sockets of one type. */
record UnixSockets(int type) {
    Fd open() throws IOException {
        return new NumberFd(Libc.check(Libc.socket(Libc.AF_UNIX, type | Libc.SOCK_CLOEXEC, 0)));
    }

    /** As {@link #sockaddr(byte[])} for a name in UTF-8; one that begins with {@code @} is abstract. */
    static byte[] sockaddr(String name) {
        byte[] path = name.getBytes(StandardCharsets.UTF_8);
        if (path[0] == '@') {
            path[0] = 0;
        }
        return sockaddr(path);
    }

    /** A struct sockaddr_un of exactly its length. */
    private static byte[] sockaddr(byte[] path) {
        byte[] address = new byte[2 + path.length];
        // both platforms are little-endian
        address[0] = Libc.AF_UNIX;
        System.arraycopy(path, 0, address, 2, path.length);
        return address;
    }

    Fd connect(UnixAddress address) throws IOException {
        Fd fd = open();
        try {
            byte[] name = sockaddr(address.octets());
            Libc.check(Libc.fcntl(fd.number(), Libc.F_SETFL, Libc.O_NONBLOCK));
            int result = Libc.connect(fd.number(), name, name.length);
            int errno = Native.getLastError();
            if (result < 0) {
                throw failure(errno, "cannot connect to " + address + ": " + Libc.failure(errno).getMessage());
            }
            Libc.check(Libc.fcntl(fd.number(), Libc.F_SETFL, 0));
            return fd;
        } catch (IOException e) {
            fd.close();
            throw e;
        }
    }

    private static IOException failure(int errno, String why) {
        return switch (errno) {
            case Libc.ENOENT, Libc.ECONNREFUSED -> new ConnectException(why);
            case Libc.EAGAIN -> new FullBacklogException(why);
            case Libc.EPROTOTYPE -> new ProtocolException(why);
            default -> new IOException(why);
        };
    }

    Fd listen(UnixAddress address, int mode, int backlog) throws IOException {
        Fd fd = open();
        try {
            byte[] path = address.octets();
            byte[] name = sockaddr(path);
            Libc.check(Libc.bind(fd.number(), name, name.length));
            try {
                Libc.check(Libc.chmod(Arrays.copyOf(path, path.length + 1), mode));
                Libc.check(Libc.listen(fd.number(), backlog));
            } catch (IOException e) {
                Files.deleteIfExists(address.path());
                throw e;
            }
            return fd;
        } catch (IOException e) {
            fd.close();
            throw new IOException("cannot listen on " + address + ": " + e.getMessage(), e);
        }
    }

    FdPair pair() throws IOException {
        int[] pair = new int[2];
        Libc.check(Libc.socketpair(Libc.AF_UNIX, type | Libc.SOCK_CLOEXEC, 0, pair));
        return new FdPair(new NumberFd(pair[0]), new NumberFd(pair[1]));
    }
}
