package org.hearthd.transport;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.hearthd.Fd;
import org.junit.jupiter.api.Test;

/** What every implementation of {@link PacketTransport} does. */
public abstract class PacketContract extends PacketListenerContract {
    @Test
    void aMessageArrivesWithItsDescriptorsInOrder() throws Exception {
        try (Ends ends = ends(); Packet packet = new Packet(3); Fd one = file("one"); Fd two = file("two")) {
            ByteBuffer message = bytes("hello");
            ends.a().send(message, one, two);
            assertEquals(5, message.remaining(), "the position is not changed");
            assertTrue(one.isOpen() && two.isOpen());
            assertEquals(5, ends.b().receive(packet));
            assertEquals("hello", text(packet));
            assertEquals(0, packet.data().position());
            assertEquals(2, packet.fds().size());
            assertEquals("one", content(packet.fds().get(0)));
            assertEquals("two", content(packet.fds().get(1)));
            assertTrue(closeOnExec(packet.fds().get(0)) && closeOnExec(packet.fds().get(1)));
        }
    }

    @Test
    void boundariesAndOrderAreKeptBothWays() throws Exception {
        try (Ends ends = ends(); Packet packet = new Packet(0)) {
            ends.a().send(bytes("a"));
            ends.a().send(bytes("bc").asReadOnlyBuffer());
            ends.b().send(ByteBuffer.allocateDirect(8).put(3, (byte) 'x').position(3).limit(4));
            assertEquals(1, ends.b().receive(packet));
            assertEquals(2, ends.b().receive(packet));
            assertEquals("bc", text(packet));
            assertEquals(1, ends.a().receive(packet));
            assertEquals("x", text(packet));
        }
    }

    @Test
    void afterAShutdownOfItsInputWhatIsQueuedArrivesThenTheEndAndThePeersSendsFail() throws Exception {
        try (Ends ends = ends(); Packet packet = new Packet(1); Fd fd = file("one")) {
            ends.a().send(bytes("a"), fd);
            ends.a().send(bytes("bc"));
            ends.b().shutdownInput();
            assertThrows(IOException.class, () -> ends.a().send(bytes("too late"), fd));
            assertEquals(1, ends.b().receive(packet));
            assertEquals("one", content(packet.fds().get(0)));
            assertEquals(2, ends.b().receive(packet));
            assertEquals(-1, ends.b().receive(packet));
            ends.b().send(bytes("answer"));
            assertEquals(6, ends.a().receive(packet));
        }
    }

    @Test
    void aShutdownOfItsInputWakesAReader() throws Exception {
        try (Ends ends = ends(); Packet packet = new Packet(1)) {
            CompletableFuture<Integer> received = concurrently(() -> ends.b().receive(packet));
            awaitBlockedIn("receive");
            ends.b().shutdownInput();
            assertEquals(-1, get(received));
            ends.b().close();
            assertThrows(IOException.class, () -> ends.b().shutdownInput());
        }
    }

    @Test
    void aMessageOfExactlyTheCapacityArrivesWhole() throws Exception {
        try (Ends ends = ends(); Packet packet = new Packet(100, 0)) {
            byte[] sent = new byte[100];
            sent[99] = 7;
            ends.a().send(ByteBuffer.wrap(sent));
            assertEquals(100, ends.b().receive(packet));
            byte[] received = new byte[100];
            packet.data().get(received);
            assertArrayEquals(sent, received);
        }
    }

    @Test
    void aTooLongMessageIsRefusedAndItsDescriptorIsThePacketsUntilTheNextReceive() throws Exception {
        refusedMessage(101, "more than 100 bytes");
    }

    @Test
    void aMessageWithoutBytesIsRefusedAndItsDescriptorIsThePacketsUntilTheNextReceive() throws Exception {
        refusedMessage(0, "without bytes");
    }

    private void refusedMessage(int length, String why) throws Exception {
        try (Ends ends = ends(); Packet packet = new Packet(100, 1); Fd fd = file("one")) {
            Set<String> before = OpenDescriptors.list();
            ends.a().send(ByteBuffer.allocate(length), fd);
            ends.a().send(bytes("next"));
            TransportException e = assertThrows(TransportException.class, () -> ends.b().receive(packet));
            assertTrue(e.getMessage().contains(why), e.getMessage());
            assertEquals(0, packet.data().remaining());
            assertEquals("one", content(packet.fds().get(0)));
            assertTrue(closeOnExec(packet.fds().get(0)));
            assertEquals(4, ends.b().receive(packet));
            OpenDescriptors.assertNothingNew(before);
        }
    }

    @Test
    void whatARefusedMessageBringsTooManyOfIsClosed() throws Exception {
        try (Ends ends = ends(); Packet packet = new Packet(100, 1); Fd fd = file("one")) {
            Set<String> before = OpenDescriptors.list();
            for (int length : new int[] {0, 101}) {
                ends.a().send(ByteBuffer.allocate(length), fd, fd);
                assertThrows(TransportException.class, () -> ends.b().receive(packet));
                assertTrue(packet.fds().isEmpty());
                OpenDescriptors.assertNothingNew(before);
            }
        }
    }

    @Test
    void moreDescriptorsThanAskedForAreAllClosed() throws Exception {
        try (Ends ends = ends(); Packet packet = new Packet(1); Fd fd = file("one")) {
            Set<String> before = OpenDescriptors.list();
            ends.a().send(bytes("x"), fd, fd, fd);
            ends.a().send(bytes("next"), fd);
            TransportException e = assertThrows(TransportException.class, () -> ends.b().receive(packet));
            assertTrue(e.getMessage().contains("3 descriptors"), e.getMessage());
            OpenDescriptors.assertNothingNew(before);
            assertTrue(packet.fds().isEmpty());
            assertEquals(4, ends.b().receive(packet));
            assertEquals("one", content(packet.fds().get(0)));
        }
    }

    @Test
    void asManyDescriptorsAsTheKernelCarriesArrive() throws Exception {
        try (Ends ends = ends(); Packet packet = new Packet(253); Fd fd = file("one")) {
            Fd[] many = new Fd[253];
            Arrays.fill(many, fd);
            ends.a().send(bytes("x"), many);
            assertEquals(1, ends.b().receive(packet));
            assertEquals(253, packet.fds().size());
            assertEquals("one", content(packet.fds().get(252)));
        }
    }

    @Test
    void moreDescriptorsThanTheKernelCarriesAreRefusedAsThisMessagesOwnFault() throws Exception {
        try (Ends ends = ends(); Packet packet = new Packet(0); Fd fd = file("one")) {
            Fd[] many = new Fd[254];
            Arrays.fill(many, fd);
            TransportException e = assertThrows(TransportException.class, () -> ends.a().send(bytes("x"), many));
            assertFalse(e instanceof ExhaustedTransportException, "no others are in its way");
            ends.a().send(bytes("xy"));
            assertEquals(2, ends.b().receive(packet));
        }
    }

    @Test
    void theEndComesAfterEverythingSent() throws Exception {
        try (Ends ends = ends(); Packet packet = new Packet(0)) {
            ends.b().send(bytes("never read by a"));
            ends.a().send(bytes("one"));
            ends.a().send(bytes("two"));
            ends.a().close();
            assertEquals(3, ends.b().receive(packet));
            assertEquals(3, ends.b().receive(packet));
            assertEquals("two", text(packet));
            assertEquals(-1, ends.b().receive(packet));
            assertEquals(-1, ends.b().receive(packet));
            IOException e = assertThrows(IOException.class, () -> ends.b().send(bytes("x")));
            assertTrue(e.getMessage().contains("Broken pipe"), e.getMessage());
            assertThrows(IOException.class, () -> ends.b().send(bytes("x")));
        }
    }

    @Test
    void aMessageThatIsTooLongForTheKernelIsRefusedByName() throws Exception {
        try (Ends ends = ends(); Packet packet = new Packet(0); Fd fd = file("one")) {
            IOException e = assertThrows(TransportException.class, () -> ends.a().send(ByteBuffer.allocate(16 << 20)));
            assertTrue(e.getMessage().contains("too long"), e.getMessage());
            for (Fd[] fds : new Fd[][] {{}, {fd}}) {
                e = assertThrows(TransportException.class, () -> ends.a().trySend(ByteBuffer.allocate(16 << 20), fds));
                assertFalse(e instanceof ExhaustedTransportException, "no others are in its way");
            }
            ends.a().send(bytes("x"));
            assertEquals(1, ends.b().receive(packet));
        }
    }

    @Test
    void closingWakesAReceiver() throws Exception {
        try (Ends ends = ends(); Packet packet = new Packet(0)) {
            CompletableFuture<Integer> received = concurrently(() -> ends.a().receive(packet));
            awaitBlockedIn("receive");
            ends.a().close();
            assertEquals(-1, get(received));
            assertEquals(-1, ends.a().receive(packet));
            assertThrows(IOException.class, () -> ends.a().send(bytes("x")));
        }
    }

    @Test
    void closingDoesNotShutDownWhatOthersShare() throws Exception {
        FdPair pair = packets.pair();
        try (Packet packet = new Packet(0); PacketConnection peer = packets.adopt(pair.theirs()); Fd shared = pair.ours().dup()) {
            packets.adopt(pair.ours()).close();
            assertFalse(pair.ours().isOpen(), "adopted");
            try (PacketConnection again = packets.adopt(shared)) {
                peer.send(bytes("still here"));
                assertEquals(10, again.receive(packet));
            }
        }
    }

    @Test
    void descriptorsOfConcurrentSendersNeverMix() throws Exception {
        int threads = 4;
        int each = 500;
        try (Ends ends = ends(); Packet packet = new Packet(1)) {
            List<CompletableFuture<Void>> senders = new ArrayList<>();
            List<Fd> files = new ArrayList<>();
            for (int t = 0; t < threads; t++) {
                String name = "file" + t;
                Fd fd = file(name);
                files.add(fd);
                senders.add(concurrently(() -> {
                    for (int i = 0; i < each; i++) {
                        ends.a().send(bytes(name), fd);
                        ends.a().send(bytes("none"));
                    }
                    return null;
                }));
            }
            for (int i = 0; i < 2 * threads * each; i++) {
                ends.b().receive(packet);
                if (text(packet).equals("none")) {
                    assertTrue(packet.fds().isEmpty());
                } else {
                    assertEquals(text(packet), content(packet.fds().get(0)));
                }
            }
            for (CompletableFuture<Void> sender : senders) {
                get(sender);
            }
            files.forEach(Fd::close);
        }
    }

    @Test
    void unrelatedFilesSurviveTwentyThousandDescriptorsAndAClose() throws Exception {
        List<Fd> unrelated = new ArrayList<>();
        try (Packet packet = new Packet(1); Fd one = file("one")) {
            Ends ends = ends();
            Set<String> before = OpenDescriptors.list();
            for (int i = 0; i < 20_000; i++) {
                ends.a().send(bytes("x"), one);
                assertEquals(1, ends.b().receive(packet));
                Fd taken = packet.fds().remove(0).take();
                taken.close();
            }
            OpenDescriptors.assertNothingNew(before);
            for (int i = 0; i < 20; i++) {
                unrelated.add(file("unrelated" + i));
            }
            ends.close();
            for (int i = 0; i < 20; i++) {
                assertEquals("unrelated" + i, content(unrelated.get(i)));
            }
        } finally {
            unrelated.forEach(Fd::close);
        }
    }

    @Test
    void onlySocketsAreAdopted() throws Exception {
        Fd closed = file("one");
        closed.close();
        assertThrows(IllegalStateException.class, () -> packets.adopt(closed));
        Fd file = file("two");
        IOException e = assertThrows(IOException.class, () -> packets.adopt(file));
        assertTrue(e.getMessage().contains(dir.resolve("two").toString()), e.getMessage());
        assertFalse(file.isOpen());
    }
}
