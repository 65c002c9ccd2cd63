package org.hearthd.transport;

import java.io.IOException;
import org.hearthd.Fd;
import org.osgi.annotation.versioning.ProviderType;

/** Unix stream sockets, and any connected stream socket by its descriptor. A service of the transport bundle. */
@ProviderType
public interface StreamTransport {
    /**
     * Connects to a listening socket; does not wait while its queue of connections is full.
     *
     * @throws java.net.ConnectException if nobody listens there: no such path, or nobody behind it
     * @throws FullBacklogException if somebody does, but the queue of connections is full
     * @throws java.net.ProtocolException if a socket of another type is bound there
     * @throws IOException naming the address and the reason
     */
    StreamConnection connect(UnixAddress address) throws IOException;

    /**
     * Binds and listens; never unlinks anything. The path's mode is set before anybody can connect.
     *
     * @param mode permission bits of the path, e.g. 0600
     * @return the listening descriptor, which the caller owns
     * @throws IOException naming the address and the reason, e.g. that it is in use
     */
    Fd listen(UnixAddress address, int mode, int backlog) throws IOException;

    /** Makes a listener of a listening descriptor; owns it on success, closes it on failure. */
    StreamListener adoptListener(Fd listening) throws IOException;

    /** Makes a connection of a connected Unix or TCP descriptor; owns it on success, closes it on failure. */
    StreamConnection adopt(Fd connected) throws IOException;

    /** Two connected sockets. */
    FdPair pair() throws IOException;
}
