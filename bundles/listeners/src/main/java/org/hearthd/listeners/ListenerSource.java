package org.hearthd.listeners;

import java.io.IOException;
import java.util.Optional;
import org.hearthd.Fd;
import org.osgi.annotation.versioning.ConsumerType;

/** A place that already has listening sockets (LISTEN_FDS, a holder); a service, asked in the order of service ranking. */
@ConsumerType
public interface ListenerSource {
    /**
     * The socket for that wish, by name or by address.
     *
     * @return the descriptor, which the caller owns, or empty if this source has none
     * @throws IOException if it should have one but can not deliver it
     */
    Optional<Fd> find(ListenRequest request) throws IOException;

    /** What this source is, for messages. */
    String describe();
}
