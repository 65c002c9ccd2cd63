package org.newsclub.net.unix;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.net.ProtocolException;
import java.net.SocketOptions;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.hearthd.transport.FullBacklogException;

/**
 * Operations on bare descriptor numbers. Whatever creates a number gives it to its caller; nothing here remembers one. All that is
 * created is close-on-exec.
 */
public final class Fds {
    /** Socket type SOCK_STREAM. */
    public static final int STREAM = NativeUnixSocket.SOCK_STREAM;
    /** Socket type SOCK_SEQPACKET. */
    public static final int PACKETS = NativeUnixSocket.SOCK_SEQPACKET;
    /** Socket type SOCK_DGRAM. */
    public static final int DATAGRAMS = NativeUnixSocket.SOCK_DGRAM;

    private static final short AF_UNIX = 1;
    private static final int STANDARD_ERROR = 2;

    static {
        NativeUnixSocket.ensureSupported();
    }

    private Fds() {}

    static FileDescriptor of(int number) throws IOException {
        FileDescriptor fd = new FileDescriptor();
        NativeUnixSocket.initFD(fd, number);
        return fd;
    }

    static int number(FileDescriptor fd) throws IOException {
        return NativeUnixSocket.getFD(fd);
    }

    /** Makes an open number close-on-exec; fails if it is not open. */
    public static void closeOnExec(int number) throws IOException {
        FileDescriptor fd = of(number);
        // dup2(n, n) does nothing but check n, and what junixsocket does to the result is F_SETFD, which it offers nowhere else
        if (NativeUnixSocket.duplicate(fd, fd) == null) {
            throw new IOException("Bad file descriptor");
        }
    }

    /** Fails if the number is not a socket. */
    public static void requireSocket(int number) throws IOException {
        NativeUnixSocket.getSocketOptionInt(of(number), SocketOptions.SO_SNDBUF);
    }

    /** A duplicate of the number. */
    public static int dup(int number) throws IOException {
        FileDescriptor copy = new FileDescriptor();
        NativeUnixSocket.duplicate(of(number), copy);
        return number(copy);
    }

    /** close(2). */
    public static void close(int number) throws IOException {
        if (number <= STANDARD_ERROR) {
            // in the place of these the JDK opens /dev/null
            NativeUnixSocket.close(of(number));
        } else {
            // junixsocket would make a monitor of the system's for the descriptor first, which costs more than the call
            new FileOutputStream(of(number)).close();
        }
    }

    /** Sets or clears O_NONBLOCK. */
    public static void nonBlocking(int number, boolean on) throws IOException {
        NativeUnixSocket.configureBlocking(of(number), !on);
    }

    /** Two connected sockets of a type. */
    public static int[] pair(int type) throws IOException {
        FileDescriptor a = new FileDescriptor();
        FileDescriptor b = new FileDescriptor();
        NativeUnixSocket.socketPair(NativeUnixSocket.DOMAIN_UNIX, type, a, b);
        return new int[] {number(a), number(b)};
    }

    /** A pipe: the end to read, the end to write. */
    public static int[] pipe() throws IOException {
        FileDescriptor source = new FileDescriptor();
        FileDescriptor sink = new FileDescriptor();
        NativeUnixSocket.initPipe(source, sink, false);
        return new int[] {number(source), number(sink)};
    }

    /** A socket connected to a path, or to an abstract name that begins with {@code @}. */
    public static int connect(int type, String path) throws IOException {
        byte[] name = path.getBytes(StandardCharsets.UTF_8);
        if (name[0] == '@') {
            name[0] = 0;
        }
        return connect(type, name);
    }

    /**
     * A socket connected to a path, or to an abstract name that begins with NUL.
     *
     * @throws FullBacklogException if its queue of connections is full
     * @throws ProtocolException if a socket of another type is bound there
     */
    public static int connect(int type, byte[] name) throws IOException {
        int length = Short.BYTES + name.length;
        FileDescriptor fd = socket(type);
        try {
            NativeUnixSocket.configureBlocking(fd, false);
            if (!NativeUnixSocket.connect(address(name), length, fd, -1)) {
                throw new FullBacklogException("its queue of connections is full");
            }
            NativeUnixSocket.configureBlocking(fd, true);
            return number(fd);
        } catch (OperationNotSupportedSocketException e) {
            NativeUnixSocket.close(fd);
            // junixsocket's type for EPROTOTYPE among others, of which connect(2) of a Unix socket has none
            ProtocolException failure = new ProtocolException(e.getMessage());
            failure.initCause(e);
            throw failure;
        } catch (IOException e) {
            NativeUnixSocket.close(fd);
            throw e;
        }
    }

    /** As {@link #bind(int, byte[])}. */
    public static int bind(int type, String path) throws IOException {
        return bind(type, path.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * A socket bound to a path that did not exist; not listening, so nobody can connect yet.
     *
     * @throws IOException if the path exists; it is left alone
     */
    public static int bind(int type, byte[] name) throws IOException {
        // junixsocket unlinks a path where nobody listens, and makes what it bound accessible to everybody. It does both to the
        // NUL-terminated string in the buffer, whereas the kernel binds what the length covers: "/." behind that makes both fail.
        byte[] guarded = Arrays.copyOf(name, name.length + 2);
        guarded[name.length] = '/';
        guarded[name.length + 1] = '.';
        FileDescriptor fd = socket(type);
        try {
            NativeUnixSocket.bind(address(guarded), Short.BYTES + name.length, fd, NativeUnixSocket.OPT_DGRAM_MODE);
        } catch (IOException e) {
            if (NativeUnixSocket.sockname(NativeUnixSocket.DOMAIN_GENERIC, fd, false) == null) {
                NativeUnixSocket.close(fd);
                throw e;
            }
        }
        return number(fd);
    }

    /** Lets clients connect to a bound socket. */
    public static void listen(int number, int backlog) throws IOException {
        NativeUnixSocket.listen(of(number), backlog);
    }

    /** SO_PEERCRED: pid, uid, gid; null if the kernel does not say. */
    public static long[] peer(int number) throws IOException {
        AFUNIXSocketCredentials peer = NativeUnixSocket.peerCredentials(of(number), new AFUNIXSocketCredentials());
        return peer == null ? null : new long[] {peer.getPid(), peer.getUid(), peer.getGid()};
    }

    /** shutdown(2) of the sending direction. */
    public static void shutdownOutput(int number) throws IOException {
        NativeUnixSocket.shutdown(of(number), NativeUnixSocket.SHUT_WR);
    }

    /** shutdown(2) of the receiving direction. */
    public static void shutdownInput(int number) throws IOException {
        NativeUnixSocket.shutdown(of(number), NativeUnixSocket.SHUT_RD);
    }

    /** A child's standard stream. */
    public static ProcessBuilder.Redirect redirect(int number) throws IOException {
        return NativeUnixSocket.initRedirect(of(number));
    }

    private static FileDescriptor socket(int type) throws IOException {
        FileDescriptor fd = new FileDescriptor();
        NativeUnixSocket.createSocket(fd, NativeUnixSocket.DOMAIN_UNIX, type);
        return fd;
    }

    private static ByteBuffer address(byte[] name) {
        return ByteBuffer.allocateDirect(256).order(ByteOrder.nativeOrder()).putShort(AF_UNIX).put(name);
    }
}
