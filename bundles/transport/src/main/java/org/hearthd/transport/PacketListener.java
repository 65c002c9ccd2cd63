package org.hearthd.transport;

import java.io.Closeable;
import java.io.IOException;
import org.osgi.annotation.versioning.ProviderType;

/** A listening SEQPACKET socket. One thread accepts. */
@ProviderType
public interface PacketListener extends Closeable {
    /**
     * Waits for a client.
     *
     * @return the connection, which the caller owns, or null once this listener was closed; no client is taken after that
     * @throws IOException if this client could not be taken (out of descriptors); accept again
     */
    PacketConnection accept() throws IOException;

    /**
     * A client that waits already; does not wait for one. By the thread that accepts.
     *
     * @return the connection, which the caller owns, or null if nobody waits, or this listener was closed
     * @throws IOException as for {@link #accept}
     */
    PacketConnection acceptNow() throws IOException;

    /** Closes this process's descriptor and wakes the acceptor. The socket's path stays; other holders go on listening. */
    @Override
    void close();
}
