package org.hearthd.transport.junixsocket;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import org.hearthd.transport.UnixAddress;
import org.junit.jupiter.api.Test;
import org.newsclub.net.unix.Fds;

final class SocketsTest extends RealSockets {
    @Test
    void aPathThatWasBoundInVainIsRemoved() {
        UnixAddress address = address("socket");
        // such a socket is bound, but never listens
        assertThrows(IOException.class, () -> new Sockets(Fds.DATAGRAMS).listen(address, 0600, 5));
        assertFalse(Files.exists(address.path()));
    }
}
