package org.hearthd.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.hearthd.Fd;
import org.hearthd.transport.FdPair;
import org.hearthd.transport.SocketInfo;
import org.hearthd.transport.UnixAddress;
import org.hearthd.transport.junixsocket.JunixPackets;
import org.hearthd.transport.OpenDescriptors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NettyTcpSocketsTest {
    private static int port(Fd fd) throws IOException {
        return ((InetSocketAddress) Ends.TCP.inspect(fd).address()).getPort();
    }

    @Test
    void listensNonBlockingAndCloseOnExec() throws Exception {
        try (Fd fd = Ends.TCP.listen(new InetSocketAddress("127.0.0.1", 0), 8)) {
            SocketInfo info = Ends.TCP.inspect(fd);
            assertTrue(info.listening());
            assertEquals(SocketInfo.Type.STREAM, info.type());
            assertEquals(InetAddress.getByName("127.0.0.1"), ((InetSocketAddress) info.address()).getAddress());
            String flags = Files.readAllLines(Path.of("/proc/self/fdinfo/" + fd.number()))
                    .stream()
                    .filter(line -> line.startsWith("flags:"))
                    .findFirst()
                    .orElseThrow();
            int bits = Integer.parseInt(flags.substring(6).strip(), 8);
            assertEquals(04000 | 02000000, bits & (04000 | 02000000));
            SocketChannel.open(info.address()).close();
        }
    }

    @Test
    void everyAddressIsReachableByIpv4() throws Exception {
        try (Fd fd = Ends.TCP.listen(new InetSocketAddress(0), 8)) {
            SocketChannel.open(new InetSocketAddress("127.0.0.1", port(fd))).close();
        }
    }

    @Test
    void listensOnAnIpv6AddressOrSaysThatThereIsNone() throws Exception {
        InetSocketAddress loopback = new InetSocketAddress("::1", 0);
        try (Fd fd = Ends.TCP.listen(loopback, 8)) {
            SocketChannel.open(new InetSocketAddress("::1", port(fd))).close();
        } catch (IOException e) {
            assertTrue(e.getMessage().startsWith("address [0:0:0:0:0:0:0:1]:0: "), e.getMessage());
        }
    }

    @Test
    void anAddressInUseIsNamed() throws Exception {
        Set<String> before = OpenDescriptors.list();
        try (Fd fd = Ends.TCP.listen(new InetSocketAddress("127.0.0.1", 0), 8)) {
            int port = port(fd);
            IOException e = assertThrows(IOException.class, () -> Ends.TCP.listen(new InetSocketAddress("127.0.0.1", port), 8));
            assertEquals("address 127.0.0.1:" + port + ": address in use", e.getMessage());
            e = assertThrows(IOException.class, () -> Ends.TCP.listen(new InetSocketAddress(port), 8));
            assertEquals("address *:" + port + ": address in use", e.getMessage());
        }
        OpenDescriptors.assertNothingNew(before);
    }

    @Test
    void anAddressOfAnotherMachineIsNamed() {
        IOException e = assertThrows(IOException.class, () -> Ends.TCP.listen(new InetSocketAddress("192.0.2.1", 0), 8));
        assertEquals("address 192.0.2.1:0: no such address on this machine", e.getMessage());
    }

    @Test
    void tellsUnixSocketsApart(@TempDir Path dir) throws Exception {
        Path path = dir.resolve("p");
        try (Fd packets = new JunixPackets().listen(new UnixAddress(path), 0600, 8); FdPair pair = Ends.STREAMS.pair()) {
            assertEquals(new SocketInfo(SocketInfo.Type.PACKET, true, UnixDomainSocketAddress.of(path)),
                    Ends.TCP.inspect(packets));
            SocketInfo unnamed = Ends.TCP.inspect(pair.ours());
            assertEquals(new SocketInfo(SocketInfo.Type.STREAM, false, UnixDomainSocketAddress.of("")), unnamed);
        }
        assertFalse(Files.notExists(path));
    }
}
