package org.hearthd.transport;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.hearthd.Fd;
import org.osgi.annotation.versioning.ProviderType;

/** Descriptors by number. A service of the transport bundle, the only creator of {@link Fd}s. */
@ProviderType
public interface Descriptors {
    /**
     * Takes over an open number (LISTEN_FDS, Netty, descriptor 0) and makes it close-on-exec.
     *
     * @throws IOException if the number is not open
     */
    Fd adopt(int number) throws IOException;

    /** Sets or clears O_NONBLOCK. The flag belongs to the open file description: every holder of a duplicate sees it. */
    void nonBlocking(Fd fd, boolean on) throws IOException;

    /**
     * A child's standard stream, for input or output; valid while {@code fd} is open, which stays the caller's to close once the child
     * has started. Each stream of a child needs a number of its own: one socket for two streams is a duplicate for one of them.
     */
    ProcessBuilder.Redirect redirect(Fd fd) throws IOException;

    /** A stream that writes to any descriptor (pipe, file, socket); owns it, closing the stream closes it. */
    OutputStream output(Fd fd) throws IOException;

    /**
     * Whether a process has bound that path, with a Unix socket of whatever type, listening or not. Asked by connecting with a datagram
     * socket, of which no server of streams or packets hears: the kernel has one error for another type, and one for nobody.
     *
     * @throws IOException if that can not be found out, e.g. for want of permission
     */
    boolean isBound(UnixAddress address) throws IOException;

    /**
     * Sends one datagram to a Unix datagram socket (NOTIFY_SOCKET, sd_notify(3)).
     *
     * @param path a path; one that begins with {@code @} names an abstract socket
     */
    void notify(Path path, ByteBuffer message) throws IOException;
}
