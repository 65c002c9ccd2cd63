package org.hearthd.transport;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.hearthd.Fd;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A connected stream socket with blocking operations. One thread reads, any number of threads send. Closing the streams does
 * nothing to the connection.
 */
@ProviderType
public interface StreamConnection extends Closeable {
    /** The bytes that arrive; descriptors that come with them are closed. */
    InputStream input();

    /** The way to the peer. */
    OutputStream output();

    /**
     * Waits for bytes and the descriptors that came with them (at most one group of descriptors per call).
     *
     * @param packet cleared first; owns the received descriptors
     * @return the number of bytes, or -1 at the end
     * @throws TransportException if control data was truncated or brought too many descriptors; all were closed
     * @throws IOException if the connection is broken
     */
    int receive(Packet packet) throws IOException;

    /**
     * Sends all remaining bytes, the descriptors with the first of them, waiting while the peer does not read.
     *
     * @param fds stay the caller's, who closes them after success and after failure
     */
    void send(ByteBuffer data, Fd... fds) throws IOException;

    /** Tells the peer that nothing more comes (half-close); receiving goes on. */
    void shutdownOutput() throws IOException;

    /** Who is at the other end; empty where the kernel does not say (TCP). */
    Optional<PeerCredentials> peer();

    /**
     * Gives the socket up without closing or shutting it down; bytes that were not read yet stay in it.
     *
     * @return the descriptor, which the caller owns; this connection is closed
     */
    Fd release() throws IOException;

    /** Closes this end and wakes a waiting reader. */
    @Override
    void close();
}
