package org.hearthd.transport;

import java.io.IOException;
import java.net.InetSocketAddress;
import org.hearthd.Fd;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Creates listening TCP sockets whose numbers are known, which the JDK's are not, and looks at sockets by number. A service of
 * room {@code net}.
 */
@ProviderType
public interface TcpSockets {
    /**
     * Binds (SO_REUSEADDR) and listens.
     *
     * @return the listening descriptor, non-blocking and close-on-exec, which the caller owns
     * @throws IOException naming the address and the reason; a {@link java.net.BindException} if it is in use
     */
    Fd listen(InetSocketAddress address, int backlog) throws IOException;

    /**
     * What kind of socket a descriptor is; for checking what came from elsewhere.
     *
     * @param fd stays the caller's
     * @throws IOException naming the descriptor if it is not a socket
     */
    SocketInfo inspect(Fd fd) throws IOException;
}
