package org.hearthd.listeners;

import java.io.IOException;
import org.osgi.annotation.versioning.ProviderType;

/** Where listening sockets come from; a service. Callers never know whether a socket was inherited, held or bound now. */
@ProviderType
public interface Listeners {
    /**
     * A listening socket: from the first {@link ListenerSource} that has it, else bound now. A stale socket file is replaced only
     * after a connect to it was refused; a live one is never unlinked.
     *
     * @return the socket, which the caller owns and ends in one of the ways of {@link ListeningSocket}
     * @throws IOException naming the address and the reason
     */
    ListeningSocket listen(ListenRequest request) throws IOException;
}
