package org.hearthd.htpipe.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.attribute.PosixFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.hearthd.Exchange;
import org.hearthd.Fd;
import org.hearthd.Response;
import org.hearthd.listeners.ListenAddress;
import org.hearthd.listeners.ListenRequest;
import org.hearthd.listeners.Listeners;
import org.hearthd.listeners.ListenersService;
import org.hearthd.listeners.ListeningSocket;
import org.hearthd.spi.DescriptorBudget;
import org.hearthd.transport.FdPair;
import org.hearthd.transport.Packet;
import org.hearthd.transport.PacketConnection;
import org.hearthd.transport.PacketListener;
import org.hearthd.transport.StreamConnection;
import org.hearthd.transport.junixsocket.RealSockets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Whose the socket is, and that clients do not hold each other up. */
final class DoorwayTest extends RealSockets {
    private static final String GET = "GET\0/f\0HTTP/1.1\0f\0\0";

    private final BlockingQueue<Exchange> exchanges = new LinkedBlockingQueue<>();
    private final List<AutoCloseable> open = new ArrayList<>();
    private Server server;

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
        if (server != null) {
            server.close();
            get(server.drain().toCompletableFuture());
        }
        assertFalse(Files.exists(address("socket").path()), "the path is removed");
    }

    private void listen(String owner, String group) throws IOException {
        listen(new ListenersService(null, streams, packets, descriptors), owner, group).open(packets);
    }

    private Doorway listen(Listeners listeners, String owner, String group) throws IOException {
        Server made = new Server("test", null, () -> streams, exchanges::add, List::of, () -> DescriptorBudget.NONE);
        ListenRequest request = new ListenRequest("test", new ListenAddress(null, address("socket")), ListenRequest.Type.PACKET,
                128, 0600);
        Doorway doorway = new Doorway("test", new Settings(request, owner, group, null, "", 0, 0),
                listeners, made::admit);
        server = made;
        made.listen(doorway);
        return doorway;
    }

    /** A door that has accepted, but does not any more. */
    private Doorway shut(Listeners listeners) throws IOException {
        Doorway doorway = listen(listeners, "", "");
        doorway.open(packets);
        doorway.close();
        return doorway;
    }

    private PacketConnection connect() throws IOException {
        PacketConnection client = packets.connect(address("socket"));
        open.add(client);
        return client;
    }

    @Test
    void whoHasConnectedIsServedAlsoWhenThePathIsSomebodyElsesByThen() throws Exception {
        Doorway doorway = shut(new ListenersService(null, streams, packets, descriptors));
        StreamConnection client = request(connect());
        Files.delete(address("socket").path());
        Files.writeString(address("socket").path(), "somebody else's");
        doorway.stop();
        exchanges.poll(60, TimeUnit.SECONDS).respond(Response.text(200, "served"));
        assertTrue(get(concurrently(() -> text(client))).endsWith("served"));
        assertEquals("somebody else's", Files.readString(address("socket").path()));
        Files.delete(address("socket").path());
    }

    /** A socket of LISTEN_FDS, for whose next user its queue is, wherever its path is. */
    @Test
    void whoHasConnectedToASocketThatWasNotBoundHereIsLeftToTheNext() throws Exception {
        try (Fd outer = packets.listen(address("socket"), 0600, 5)) {
            Doorway doorway = shut(wanted -> new Given(outer.dup(), wanted.address()));
            StreamConnection client = request(connect());
            Files.delete(address("socket").path());
            doorway.stop();
            PacketListener next = packets.adoptListener(outer.dup());
            try (PacketConnection served = next.accept(); Packet packet = new Packet(1)) {
                assertEquals(GET.length(), served.receive(packet));
            } finally {
                next.close();
            }
            assertEquals("", get(concurrently(() -> text(client))));
            assertTrue(exchanges.isEmpty());
        }
    }

    /** Its path may be another one than the configured one, where there is nothing, or somebody else's file. */
    @Test
    void aSocketThatWasNotBoundHereKeepsItsOwnerAndSoDoesWhatIsAtTheConfiguredPath() throws Exception {
        PosixFileAttributes own = Files.readAttributes(dir, PosixFileAttributes.class);
        boolean root = own.owner().getName().equals("root");
        String owner = root ? "daemon" : own.owner().getName();
        String group = root ? "daemon" : own.group().getName();
        ListenAddress elsewhere = new ListenAddress(null, address("elsewhere"));
        try (Fd outer = packets.listen(elsewhere.unix(), 0600, 5)) {
            listen(wanted -> new Given(outer.dup(), elsewhere), owner, group).stop();
            Files.writeString(address("socket").path(), "somebody else's");
            listen(wanted -> new Given(outer.dup(), elsewhere), owner, group).stop();
            for (String each : new String[] {"socket", "elsewhere"}) {
                PosixFileAttributes now = Files.readAttributes(address(each).path(), PosixFileAttributes.class);
                assertEquals(own.owner(), now.owner());
                assertEquals(own.group(), now.group());
                Files.delete(address(each).path());
            }
        }
    }

    private record Given(Fd fd, ListenAddress address) implements ListeningSocket {
        @Override
        public boolean bound() {
            return false;
        }

        @Override
        public void handOver() {
            fd.close();
        }

        @Override
        public void stop() {
            fd.close();
        }
    }

    /** Another user's where this one may give it away. */
    @Test
    void theSocketIsGivenToTheOwnerAndGroup() throws Exception {
        PosixFileAttributes own = Files.readAttributes(dir, PosixFileAttributes.class);
        boolean root = own.owner().getName().equals("root");
        String owner = root ? "daemon" : own.owner().getName();
        String group = root ? "daemon" : own.group().getName();
        listen(owner, group);
        PosixFileAttributes socket = Files.readAttributes(address("socket").path(), PosixFileAttributes.class);
        assertEquals(owner, socket.owner().getName());
        assertEquals(group, socket.group().getName());
    }

    @Test
    void anOwnerOrGroupThatIsNotThereIsNamedAndTheSocketRemoved() {
        for (String[] names : new String[][] {{"no-such-user", ""}, {"", "no-such-group"}}) {
            String message = assertThrows(IOException.class, () -> listen(names[0], names[1])).getMessage();
            assertTrue(message.contains(names[0] + " or group " + names[1] + ": there is none of that name"), message);
            assertFalse(Files.exists(address("socket").path()));
        }
    }

    @Test
    void withoutAThreadNobodyIsAcceptedAndTheNextAttemptWorks() throws Exception {
        Doorway doorway = listen(new ListenersService(null, streams, packets, descriptors), "", "");
        doorway.threads(task -> new Thread(task) {
            @Override
            public void start() {
                throw new OutOfMemoryError("unable to create native thread, on purpose");
            }
        });
        String message = assertThrows(IOException.class, () -> doorway.open(packets)).getMessage();
        assertTrue(message.startsWith("there is no thread to accept with"), message);
        doorway.threads(Thread::new);
        StreamConnection client = request(connect());
        doorway.open(packets);
        exchanges.poll(60, TimeUnit.SECONDS).respond(Response.text(200, "served"));
        assertTrue(get(concurrently(() -> text(client))).endsWith("served"));
    }

    private StreamConnection request(PacketConnection on) throws IOException {
        FdPair pair = streams.pair();
        StreamConnection client = streams.adopt(pair.ours());
        open.add(client);
        try (Fd socket = pair.theirs()) {
            on.send(bytes(GET), socket);
        }
        return client;
    }

    @Test
    void aRequestThatIsNotAnsweredHoldsUpNeitherItsConnectionNorAnother() throws Exception {
        listen("", "");
        PacketConnection one = connect();
        PacketConnection other = connect();
        StreamConnection slow = request(one);
        Exchange unanswered = exchanges.poll(60, TimeUnit.SECONDS);
        for (PacketConnection each : List.of(one, other)) {
            StreamConnection client = request(each);
            exchanges.poll(60, TimeUnit.SECONDS).respond(Response.text(200, "served"));
            assertTrue(get(concurrently(() -> text(client))).endsWith("served"));
        }
        unanswered.respond(Response.text(200, "late"));
        assertTrue(get(concurrently(() -> text(slow))).endsWith("late"));
    }

    private static String text(StreamConnection client) throws IOException {
        return new String(client.input().readAllBytes(), StandardCharsets.ISO_8859_1);
    }
}
