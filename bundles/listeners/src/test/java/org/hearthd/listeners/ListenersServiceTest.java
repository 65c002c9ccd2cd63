package org.hearthd.listeners;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.epoll.LinuxSocket;
import io.netty.channel.unix.DomainSocketAddress;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.hearthd.Fd;
import org.hearthd.transport.FdPair;
import org.hearthd.transport.OpenDescriptors;
import org.hearthd.transport.PacketListener;
import org.hearthd.transport.junixsocket.JunixPackets;
import org.hearthd.transport.junixsocket.JunixStreams;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(180)
class ListenersServiceTest {
    @TempDir
    Path dir;
    private final ListenersService listeners = World.service();
    private Path path;
    private Set<String> before;

    @BeforeEach
    void start() throws IOException {
        path = dir.resolve("s");
        before = World.baseline(path);
    }

    @AfterEach
    void noDescriptorIsLeft() {
        OpenDescriptors.assertNothingNew(before);
    }

    private void stale() throws IOException {
        listeners.listen(World.unix(path)).handOver();
        assertFalse(World.answers(path));
    }

    private String refused() {
        return assertThrows(IOException.class, () -> listeners.listen(World.unix(path))).getMessage();
    }

    @Test
    void bindsTcpAndSaysWhichPortTheKernelChose() throws Exception {
        ListeningSocket socket = listeners.listen(World.tcp("main", "127.0.0.1:0"));
        assertTrue(socket.address().tcp().getPort() > 0);
        assertTrue(World.answers(socket.address().tcp()));
        socket.stop();
        assertFalse(World.answers(socket.address().tcp()));
        assertFalse(socket.fd().isOpen());
    }

    @Test
    void aTcpAddressInUseIsNamed() throws Exception {
        ListeningSocket socket = listeners.listen(World.tcp("main", "127.0.0.1:0"));
        ListenRequest same = new ListenRequest("other", socket.address(), ListenRequest.Type.STREAM, 1, 0);
        assertEquals("address " + socket.address() + ": address in use",
                assertThrows(IOException.class, () -> listeners.listen(same)).getMessage());
        socket.stop();
    }

    @Test
    void bindsAUnixPathWithItsModeAndStoppingRemovesIt() throws Exception {
        ListeningSocket socket = listeners.listen(World.unix(path));
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(path)));
        assertTrue(World.answers(path));
        socket.stop();
        assertFalse(Files.exists(path));
        assertEquals(List.of(), names());
    }

    private List<String> names() throws IOException {
        try (var all = Files.list(dir)) {
            return all.map(p -> p.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void handingOverKeepsThePath() throws Exception {
        ListeningSocket socket = listeners.listen(World.unix(path));
        assertTrue(socket.bound());
        try (Fd next = socket.fd().dup()) {
            socket.handOver();
            assertFalse(socket.fd().isOpen());
            assertTrue(next.isOpen() && World.answers(path));
        }
        assertTrue(Files.exists(path));
        assertEquals(List.of("s"), names());
    }

    @Test
    void endingTwiceDoesNothing() throws Exception {
        ListeningSocket first = listeners.listen(World.unix(path));
        first.handOver();
        ListeningSocket second = listeners.listen(World.unix(path));
        first.stop();
        assertTrue(World.answers(path));
        second.stop();
    }

    @Test
    void stoppingLeavesTheSocketOfAnotherServerAlone() throws Exception {
        ListeningSocket first = listeners.listen(World.unix(path));
        first.fd().close();
        ListeningSocket second = listeners.listen(World.unix(path));
        first.stop();
        assertTrue(World.answers(path));
        second.stop();
        assertFalse(Files.exists(path));
    }

    @Test
    void bindsPackets() throws Exception {
        ListeningSocket socket = listeners.listen(World.unix("p", path, ListenRequest.Type.PACKET));
        assertTrue(refused().endsWith("in use by a running server"), "a live socket of another type");
        socket.stop();
        IOException e = assertThrows(IOException.class,
                () -> listeners
                        .listen(new ListenRequest("p", ListenAddress.parse("127.0.0.1:0"), ListenRequest.Type.PACKET, 1, 0)));
        assertTrue(e.getMessage().contains("only Unix sockets"), e.getMessage());
    }

    @Test
    void replacesAStaleSocket() throws Exception {
        stale();
        ListeningSocket socket = listeners.listen(World.unix(path));
        assertTrue(World.answers(path));
        socket.stop();
    }

    @Test
    void aStalePacketSocketIsReplacedToo() throws Exception {
        listeners.listen(World.unix("p", path, ListenRequest.Type.PACKET)).handOver();
        ListeningSocket socket = listeners.listen(World.unix(path));
        assertTrue(World.answers(path));
        socket.stop();
    }

    @Test
    void neverRemovesALiveSocketAndDoesNotDisturbItsServer() throws Exception {
        try (ServerSocketChannel other = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            other.bind(UnixDomainSocketAddress.of(path));
            other.configureBlocking(false);
            assertEquals("address unix:" + path + ": in use by a running server", refused());
            assertNull(other.accept(), "a connection without a request");
            assertTrue(World.answers(path));
            other.accept().close();
        }
    }

    @ParameterizedTest
    @EnumSource
    void neitherDoesItDisturbAServerOfPackets(ListenRequest.Type wanted) throws Exception {
        ListeningSocket socket = listeners.listen(World.unix("p", path, ListenRequest.Type.PACKET));
        IOException refused = assertThrows(IOException.class, () -> listeners.listen(World.unix("q", path, wanted)));
        assertEquals("address unix:" + path + ": in use by a running server", refused.getMessage());
        try (PacketListener accepting = new JunixPackets().adoptListener(socket.fd().dup())) {
            assertNull(accepting.acceptNow(), "a connection without a message");
        }
        socket.stop();
    }

    @Test
    void aSocketThatIsBoundAndDoesNotListenYetIsNoStaleOne() throws Exception {
        LinuxSocket other = LinuxSocket.newSocketDomain();
        other.bind(new DomainSocketAddress(path.toString()));
        assertTrue(refused().endsWith("in use by a running server"));
        other.close();
        listeners.listen(World.unix(path)).stop();
    }

    @Test
    void neverRemovesWhatIsNoSocket() throws Exception {
        Files.writeString(path, "precious");
        assertTrue(refused().endsWith("exists and is not a socket; it is not removed"));
        assertEquals("precious", Files.readString(path));
        Files.delete(path);
        Files.createSymbolicLink(path, dir.resolve("elsewhere"));
        assertTrue(refused().contains("not a socket"));
        assertTrue(Files.exists(path, LinkOption.NOFOLLOW_LINKS));
    }

    @Test
    void aMissingDirectoryIsNamed() {
        Path there = dir.resolve("missing/s");
        IOException e = assertThrows(IOException.class, () -> listeners.listen(World.unix(there)));
        assertTrue(e.getMessage().startsWith("address unix:" + there + ": "), e.getMessage());
    }

    @Test
    void ofManySimultaneousStartersOneWinsAndIsReachable() throws Exception {
        int starters = 8;
        ExecutorService threads = Executors.newFixedThreadPool(starters);
        for (int round = 0; round < 10; round++) {
            stale();
            CyclicBarrier together = new CyclicBarrier(starters);
            List<Future<Optional<ListeningSocket>>> all = new ArrayList<>();
            for (int i = 0; i < starters; i++) {
                all.add(threads.submit(() -> {
                    together.await();
                    try {
                        return Optional.of(World.service().listen(World.unix(path)));
                    } catch (IOException e) {
                        assertTrue(e.getMessage().endsWith("in use by a running server"), e.getMessage());
                        return Optional.empty();
                    }
                }));
            }
            List<ListeningSocket> winners = new ArrayList<>();
            for (Future<Optional<ListeningSocket>> one : all) {
                one.get().ifPresent(winners::add);
            }
            assertEquals(1, winners.size());
            assertTrue(World.answers(path));
            winners.get(0).stop();
            assertEquals(List.of(), names());
        }
        threads.shutdown();
    }

    private static ListenerSource source(String name, Fd fd) {
        return new ListenerSource() {
            @Override
            public Optional<Fd> find(ListenRequest request) throws IOException {
                return request.name().equals(name) ? Optional.of(fd.dup()) : Optional.empty();
            }

            @Override
            public String describe() {
                return "source of " + name;
            }
        };
    }

    @Test
    void sourcesAreAskedByRankingBeforeAnythingIsBound() throws Exception {
        try (Fd low = World.TCP.listen(World.tcp("x", "127.0.0.1:0").address().tcp(), 1);
                Fd high = World.TCP.listen(World.tcp("x", "127.0.0.1:0").address().tcp(), 1)) {
            ListenerSource best = source("main", high);
            listeners.addSource(source("main", low), Map.of("service.ranking", 1, "service.id", 1L));
            listeners.addSource(best, Map.of("service.ranking", 5, "service.id", 2L));
            listeners.addSource(source("other", low), Map.of("service.id", 3L));
            ListeningSocket socket = listeners.listen(World.unix(path));
            assertEquals(World.TCP.inspect(high).address(), socket.address().tcp());
            socket.stop();
            listeners.removeSource(best);
            socket = listeners.listen(World.unix(path));
            assertEquals(World.TCP.inspect(low).address(), socket.address().tcp());
            socket.stop();
            assertFalse(Files.exists(path));
        }
    }

    @Test
    void aSocketFromASourceIsGivenOutOnceAtATime() throws Exception {
        try (Fd fd = World.TCP.listen(World.tcp("x", "127.0.0.1:0").address().tcp(), 1)) {
            listeners.addSource(source("main", fd), Map.of());
            ListeningSocket socket = listeners.listen(World.unix(path));
            assertTrue(refused().endsWith("is in use by main already"));
            socket.stop();
            listeners.listen(World.unix(path)).handOver();
        }
    }

    @Test
    void aSocketThatDoesNotFitIsRefusedByNameAndClosed() throws Exception {
        try (FdPair pair = new JunixStreams().pair();
                Fd tcp = World.TCP.listen(World.tcp("x", "127.0.0.1:0").address().tcp(), 1)) {
            ListenerSource connected = source("main", pair.ours());
            listeners.addSource(connected, Map.of());
            assertTrue(refused().matches("source of main: fd \\d+ socket:\\[\\d+\\] \\(name main\\) does not listen"));
            listeners.removeSource(connected);
            listeners.addSource(source("main", tcp), Map.of());
            IOException e = assertThrows(IOException.class,
                    () -> listeners.listen(World.unix("main", path, ListenRequest.Type.PACKET)));
            assertTrue(e.getMessage().endsWith("is of type STREAM, PACKET is needed"), e.getMessage());
        }
    }

    @Test
    void withoutATransportItSaysSo() {
        ListenersService without = new ListenersService(null, null, null, null);
        assertEquals("address unix:" + path + ": no stream transport available",
                assertThrows(IOException.class, () -> without.listen(World.unix(path))).getMessage());
        assertThrows(IOException.class, () -> without.listen(World.tcp("main", "127.0.0.1:0")));
    }
}
