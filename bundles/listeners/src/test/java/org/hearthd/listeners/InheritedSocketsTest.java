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
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.hearthd.Fd;
import org.hearthd.transport.OpenDescriptors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(180)
class InheritedSocketsTest {
    private static final InetSocketAddress ANY_PORT = new InetSocketAddress("127.0.0.1", 0);

    @TempDir
    Path dir;
    private final ListenersService listeners = World.service();
    private InheritedSockets inherited;
    private Path path;
    private Set<String> before;

    @BeforeEach
    void start() throws IOException {
        path = dir.resolve("s");
        before = World.baseline(path);
    }

    @AfterEach
    void noDescriptorIsLeft() {
        if (inherited != null) {
            inherited.close();
        }
        OpenDescriptors.assertNothingNew(before);
    }

    private void inherit(int first, int count, String names) {
        inherited = new InheritedSockets(first, String.valueOf(count), names);
        inherited.setTcp(World.TCP);
        inherited.setDescriptors(World.DESCRIPTORS);
        listeners.addSource(inherited, Map.of("service.ranking", 1000));
    }

    @Test
    void aSocketIsFoundByNameWhateverTheConfiguredAddress() throws Exception {
        inherit(World.inherit(UnixDomainSocketAddress.of(path)), 1, "main");
        ListeningSocket socket = listeners.listen(World.tcp("main", "127.0.0.1:1"));
        assertEquals("unix:" + path, socket.address().toString());
        assertTrue(World.answers(path));
        assertTrue(Files.readString(Path.of("/proc/self/fdinfo/" + socket.fd().number())).matches("(?s).*flags:\\s*02004002.*"));
        socket.stop();
    }

    @Test
    void stoppingKeepsAnInheritedPathAndTheSocketCanBeHadAgain() throws Exception {
        inherit(World.inherit(UnixDomainSocketAddress.of(path)), 1, "main");
        listeners.listen(World.unix(path)).stop();
        assertTrue(Files.exists(path) && World.answers(path));
        listeners.listen(World.unix(path)).stop();
        inherited.close();
        assertTrue(Files.exists(path));
    }

    @Test
    void handingOverKeepsAnInheritedPath() throws Exception {
        inherit(World.inherit(UnixDomainSocketAddress.of(path)), 1, "main");
        ListeningSocket socket = listeners.listen(World.unix(path));
        assertFalse(socket.bound());
        socket.handOver();
        assertTrue(Files.exists(path) && World.answers(path));
    }

    @Test
    void whatNobodyClaimedIsClosedAndItsPathStays() throws Exception {
        inherit(World.inherit(ANY_PORT, UnixDomainSocketAddress.of(path)), 2, "main:forgotten");
        listeners.listen(World.tcp("main", "127.0.0.1:1")).stop();
        assertTrue(World.answers(path));
        inherited.setReady(null);
        assertTrue(Files.exists(path));
        assertFalse(World.answers(path));
        assertEquals(List.of(), inherited.closeUnclaimed());
        listeners.listen(World.tcp("main", "127.0.0.1:1")).stop();
    }

    @Test
    void withoutNamesTheAddressDecides() throws Exception {
        inherit(World.inherit(ANY_PORT, UnixDomainSocketAddress.of(path)), 2, null);
        ListeningSocket socket = listeners.listen(World.unix(path));
        assertEquals(path, socket.address().unix().path());
        socket.stop();
        assertEquals(Optional.empty(), inherited.find(World.unix(dir.resolve("other"))));
        assertEquals(Optional.empty(), inherited.find(World.tcp("main", "127.0.0.1:1")));
    }

    @Test
    void ofSeveralWithOneNameTheAddressDecides() throws Exception {
        Path other = dir.resolve("t");
        inherit(World.inherit(UnixDomainSocketAddress.of(path), UnixDomainSocketAddress.of(other)), 2, "web:web");
        ListeningSocket second = listeners.listen(World.unix("web", other, ListenRequest.Type.STREAM));
        assertEquals(other, second.address().unix().path());
        ListeningSocket first = listeners.listen(World.tcp("web", "127.0.0.1:1"));
        assertEquals(path, first.address().unix().path());
        IOException e = assertThrows(IOException.class,
                () -> listeners.listen(World.unix("web", other, ListenRequest.Type.STREAM)));
        assertTrue(e.getMessage().matches("LISTEN_FDS: fd \\d+ .* \\(name web\\) is in use by web already"), e.getMessage());
        first.stop();
        second.stop();
    }

    @Test
    void aNumberThatIsNoSocketOrNotOpenCostsOnlyItself() throws Exception {
        int first = World.inherit(UnixDomainSocketAddress.of(path));
        inherit(first, 100, "main");
        listeners.listen(World.unix(path)).stop();
        assertEquals(List.of(), inherited.closeUnclaimed());
    }

    @Test
    void aNumberThatThisProcessHasOpenedIsNotTaken() throws Exception {
        try (Fd own = World.TCP.listen(ANY_PORT, 1)) {
            inherit(own.number(), 1, "main");
            assertEquals(Optional.empty(), inherited.find(World.tcp("main", "127.0.0.1:1")));
            inherited.close();
            assertTrue(World.answers(World.TCP.inspect(own).address()));
        }
    }

    @Test
    void withoutTheVariableThereIsNothing() throws Exception {
        inherited = new InheritedSockets(3, null, null);
        inherited.setDescriptors(World.DESCRIPTORS);
        assertEquals(Optional.empty(), inherited.find(World.unix(path)));
        assertEquals(List.of(), inherited.closeUnclaimed());
    }

    @Test
    void beforeThereIsATransportItSaysSo() throws Exception {
        InheritedSockets early = new InheritedSockets(3, "1", "main");
        assertTrue(assertThrows(IOException.class, () -> early.find(World.unix(path))).getMessage().contains("no transport"));
    }

    @Test
    void aBadVariableIsNamed() {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> new InheritedSockets(3, "two", null));
        assertEquals("LISTEN_FDS is two, not a number of descriptors", e.getMessage());
    }
}
