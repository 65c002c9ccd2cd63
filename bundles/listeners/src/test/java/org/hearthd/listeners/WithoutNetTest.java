package org.hearthd.listeners;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.hearthd.transport.OpenDescriptors;
import org.hearthd.transport.SocketInfo;
import org.hearthd.transport.junixsocket.JunixPackets;
import org.hearthd.transport.junixsocket.JunixStreams;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Inherited sockets in a runtime without room net, as that of htpipe is. */
@Timeout(180)
class WithoutNetTest {
    @TempDir
    Path dir;
    private final ListenersService listeners = new ListenersService(null, new JunixStreams(), new JunixPackets(),
            World.DESCRIPTORS);
    private InheritedSockets inherited;
    private Path path;
    private Set<String> before;

    @BeforeEach
    void start() throws IOException {
        path = dir.resolve("a socket");
        before = World.baseline(path);
    }

    @AfterEach
    void noDescriptorIsLeft() {
        inherited.close();
        OpenDescriptors.assertNothingNew(before);
    }

    private void inherit(int first, int count, String names) {
        inherited = new InheritedSockets(first, String.valueOf(count), names);
        inherited.setDescriptors(World.DESCRIPTORS);
        listeners.addSource(inherited, Map.of("service.ranking", 1000));
    }

    @Test
    void anInheritedUnixSocketIsFoundByItsAddress() throws Exception {
        inherit(World.inherit(UnixDomainSocketAddress.of(path)), 1, null);
        ListeningSocket socket = listeners.listen(World.unix(path));
        assertEquals(path, socket.address().unix().path());
        SocketInfo info = UnixSockets.inspect(socket.fd().number()).orElseThrow();
        assertEquals(new SocketInfo(SocketInfo.Type.STREAM, true, UnixDomainSocketAddress.of(path)), info);
        socket.stop();
        IOException e = assertThrows(IOException.class,
                () -> listeners.listen(World.unix("main", path, ListenRequest.Type.PACKET)));
        assertTrue(e.getMessage().contains("is of type STREAM, PACKET is needed"), e.getMessage());
        inherited.setReady(null);
        assertTrue(Files.exists(path));
    }

    @Test
    void aTcpSocketWaitsForRoomNet() throws Exception {
        InetSocketAddress any = new InetSocketAddress("127.0.0.1", 0);
        inherit(World.inherit(any, UnixDomainSocketAddress.of(path)), 2, "web:pipe");
        listeners.listen(World.unix("pipe", path, ListenRequest.Type.STREAM)).stop();
        assertThrows(IOException.class, () -> inherited.find(World.tcp("web", "127.0.0.1:1")));
        inherited.setTcp(World.TCP);
        inherited.find(World.tcp("web", "127.0.0.1:1")).orElseThrow().close();
        assertFalse(inherited.find(World.unix(dir.resolve("other"))).isPresent());
    }
}
