package org.hearthd.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.ConnectException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.hearthd.Fd;
import org.junit.jupiter.api.Test;

/** What every implementation of {@link PacketTransport} does with names: it listens, connects, and replaces nothing. */
public abstract class PacketListenerContract extends PacketProcessContract {
    @Test
    void connectingTellsNobodyThereFromOtherReasonsAndNeverWaits() throws Exception {
        assertThrows(ConnectException.class, () -> packets.connect(address("missing")));
        UnixAddress address = address("socket");
        Fd listening = packets.listen(address, 0600, 0);
        List<PacketConnection> queued = new ArrayList<>();
        IOException full = assertThrows(IOException.class, () -> {
            while (queued.size() < 100) {
                queued.add(packets.connect(address));
            }
        });
        assertFalse(full instanceof ConnectException, full.toString());
        queued.forEach(PacketConnection::close);
        IOException type = assertThrows(IOException.class, () -> streams.connect(address));
        assertFalse(type instanceof ConnectException, type.toString());
        listening.close();
        assertThrows(ConnectException.class, () -> packets.connect(address));
    }

    @Test
    void whoConnectsWhileAListenerComesFindsNobodyOrTheListener() throws Exception {
        for (int i = 0; i < 500; i++) {
            UnixAddress address = address("socket" + i);
            CompletableFuture<PacketConnection> connected = concurrently(() -> untilSomebody(address));
            try (Fd listening = packets.listen(address, 0600, 1)) {
                get(connected).close();
                assertTrue(listening.isOpen());
            }
        }
    }

    private PacketConnection untilSomebody(UnixAddress address) throws IOException {
        PacketConnection made = null;
        while (made == null) {
            made = attempt(address);
        }
        return made;
    }

    /** Null if nobody is there. */
    private PacketConnection attempt(UnixAddress address) throws IOException {
        try {
            return packets.connect(address);
        } catch (ConnectException e) {
            return null;
        }
    }

    @Test
    void clientsConnectToAListenerWithItsMode() throws Exception {
        UnixAddress address = address("socket");
        Fd listening = packets.listen(address, 0620, 5);
        assertTrue(closeOnExec(listening));
        assertEquals("rw--w----", PosixFilePermissions.toString(Files.getPosixFilePermissions(address.path())));
        PacketListener listener = packets.adoptListener(listening);
        try (PacketConnection client = packets.connect(address);
                PacketConnection served = listener.accept();
                Packet packet = new Packet(0)) {
            client.send(bytes("hi"));
            assertEquals(2, served.receive(packet));
            PeerCredentials peer = served.peer().orElseThrow();
            assertEquals(ProcessHandle.current().pid(), peer.pid());
            assertEquals(((Integer) Files.getAttribute(address.path(), "unix:uid")).longValue(), peer.uid());
            assertEquals(((Integer) Files.getAttribute(address.path(), "unix:gid")).longValue(), peer.gid());
            assertEquals(ProcessHandle.current().pid(), client.peer().orElseThrow().pid());
        }
        listener.close();
        assertTrue(Files.exists(address.path()), "the path stays");
        IOException e = assertThrows(IOException.class, () -> packets.connect(address));
        assertTrue(e.getMessage().contains(address.toString()) && e.getMessage().contains("refused"), e.getMessage());
    }

    @Test
    void listeningNeverReplacesWhatIsThere() throws Exception {
        UnixAddress address = address("socket");
        packets.listen(address, 0600, 5).close();
        Object inode = Files.getAttribute(address.path(), "unix:ino");
        IOException e = assertThrows(IOException.class, () -> packets.listen(address, 0666, 5));
        assertTrue(e.getMessage().contains(address.toString()) && e.getMessage().contains("in use"), e.getMessage());
        assertEquals(inode, Files.getAttribute(address.path(), "unix:ino"));
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(address.path())));
        Path file = Files.writeString(dir.resolve("file"), "precious");
        assertThrows(IOException.class, () -> packets.listen(new UnixAddress(file), 0600, 5));
        assertEquals("precious", Files.readString(file));
        assertThrows(IOException.class, () -> packets.listen(address("missing/socket"), 0600, 5));
    }

    @Test
    void closingAListenerWakesItsAcceptorAndTakesNobodyMore() throws Exception {
        UnixAddress address = address("socket");
        Fd listening = packets.listen(address, 0600, 5);
        try (Fd shared = listening.dup()) {
            PacketListener listener = packets.adoptListener(listening);
            CompletableFuture<PacketConnection> accepted = concurrently(listener::accept);
            awaitBlockedIn("accept");
            listener.close();
            assertNull(get(accepted));
            try (PacketConnection client = packets.connect(address); Packet packet = new Packet(0)) {
                assertNull(listener.accept());
                client.send(bytes("waiting"));
                PacketListener other = packets.adoptListener(shared);
                try (PacketConnection served = other.accept()) {
                    assertEquals(7, served.receive(packet));
                }
                other.close();
            }
        }
    }
}
