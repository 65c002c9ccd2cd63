package org.hearthd.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.hearthd.Fd;
import org.junit.jupiter.api.Test;

/** What every implementation of {@link PacketTransport} does when a queue is full or its other end is gone. */
public abstract class PacketQueueContract extends Contract {
    /** Two connected ends. */
    protected record Ends(PacketConnection a, PacketConnection b) implements AutoCloseable {
        @Override
        public void close() {
            a.close();
            b.close();
        }
    }

    protected Ends ends() throws IOException {
        FdPair pair = packets.pair();
        return new Ends(packets.adopt(pair.ours()), packets.adopt(pair.theirs()));
    }

    @Test
    void aFullQueueMakesSendersWait() throws Exception {
        for (boolean nonBlocking : new boolean[] {false, true}) {
            FdPair pair = packets.pair();
            descriptors.nonBlocking(pair.ours(), nonBlocking);
            descriptors.nonBlocking(pair.theirs(), nonBlocking);
            try (Ends ends = new Ends(packets.adopt(pair.ours()), packets.adopt(pair.theirs()));
                    Packet packet = new Packet(1);
                    Fd fd = file("one")) {
                AtomicInteger sent = new AtomicInteger();
                CompletableFuture<Void> sender = concurrently(() -> {
                    for (int i = 0; i < 500; i++) {
                        ends.a().send(ByteBuffer.allocate(4000).putInt(0, i), fd);
                        sent.incrementAndGet();
                    }
                    return null;
                });
                awaitBlockedIn("send");
                assertTrue(sent.get() < 500);
                for (int i = 0; i < 500; i++) {
                    assertEquals(4000, ends.b().receive(packet));
                    assertEquals(i, packet.data().getInt(0));
                    assertEquals(1, packet.fds().size());
                }
                get(sender);
                CompletableFuture<Integer> last = concurrently(() -> ends.b().receive(packet));
                awaitBlockedIn("receive");
                ends.a().send(bytes("last"));
                assertEquals(4, get(last));
            }
        }
    }

    @Test
    void aFullQueueRefusesWhoDoesNotWait() throws Exception {
        for (boolean named : new boolean[] {false, true}) {
            try (Ends ends = named ? connected() : ends(); Packet packet = new Packet(1); Fd fd = file("one")) {
                assertTrue(ends.a().awaitWritable(0));
                int sent = 0;
                while (ends.a().trySend(ByteBuffer.allocate(300).putInt(0, sent), fd)) {
                    sent++;
                }
                assertTrue(sent > 10, sent + " fit");
                assertFalse(ends.a().trySend(bytes("no"), fd));
                assertFalse(ends.a().awaitWritable(20));
                CompletableFuture<Boolean> room = concurrently(() -> ends.a().awaitWritable(20_000));
                awaitBlockedIn("awaitWritable");
                for (int i = 0; i < sent; i++) {
                    assertEquals(300, ends.b().receive(packet));
                    assertEquals(i, packet.data().getInt(0));
                    assertEquals("one", content(packet.fds().get(0)));
                }
                assertTrue(get(room));
                ByteBuffer last = bytes("last");
                assertTrue(ends.a().trySend(last));
                assertEquals(4, last.remaining(), "the position is not changed");
                assertEquals(4, ends.b().receive(packet));
            }
        }
    }

    @Test
    void whoDoesNotWaitDoesNotWaitForWhoDoesEither() throws Exception {
        for (boolean named : new boolean[] {false, true}) {
            try (Ends ends = named ? connected() : ends()) {
                assertTriesWhileAnotherWaits(ends.a(), ends.b());
                assertTriesWhileAnotherWaits(ends.b(), ends.a());
            }
        }
    }

    private void assertTriesWhileAnotherWaits(PacketConnection from, PacketConnection to) throws Exception {
        try (Packet packet = new Packet(1); Fd fd = file("one")) {
            int sent = 0;
            while (from.trySend(ByteBuffer.allocate(300), fd)) {
                sent++;
            }
            CompletableFuture<Void> sender = concurrently(() -> {
                from.send(bytes("waits"));
                return null;
            });
            awaitBlockedIn("send");
            assertFalse(get(concurrently(() -> from.trySend(bytes("no"), fd))));
            for (int i = 0; i < sent; i++) {
                assertEquals(300, to.receive(packet));
            }
            assertEquals(5, to.receive(packet));
            get(sender);
        }
    }

    @Test
    void descriptorsOfThoseWhoTryAtTheSameTimeNeverMix() throws Exception {
        int threads = 4;
        int each = 500;
        try (Ends ends = connected(); Packet packet = new Packet(1)) {
            List<CompletableFuture<Void>> senders = new ArrayList<>();
            for (int t = 0; t < threads; t++) {
                String name = "file" + t;
                senders.add(concurrently(() -> {
                    try (Fd fd = file(name)) {
                        for (int i = 0; i < each;) {
                            assertTrue(ends.a().awaitWritable(20_000));
                            i += ends.a().trySend(bytes(name), fd) ? 1 : 0;
                        }
                    }
                    return null;
                }));
            }
            for (int i = 0; i < threads * each; i++) {
                ends.b().receive(packet);
                assertEquals(text(packet), content(packet.fds().get(0)));
            }
            for (CompletableFuture<Void> sender : senders) {
                get(sender);
            }
        }
    }

    private Ends connected() throws IOException {
        UnixAddress address = address("socket");
        PacketListener listener = packets.adoptListener(packets.listen(address, 0600, 5));
        try {
            return new Ends(packets.connect(address), listener.accept());
        } finally {
            listener.close();
            Files.delete(address.path());
        }
    }

    @Test
    void aBrokenConnectionIsToldFromAMessageThatCanNotBeSent() throws Exception {
        try (Ends ends = connected(); Fd fd = file("one")) {
            ends.a().send(bytes("unread"), fd);
            ends.b().close();
            for (int i = 0; i < 2; i++) {
                assertTrue(ends.a().awaitWritable(20_000), "broken is no reason to wait");
                IOException e = assertThrows(IOException.class, () -> ends.a().trySend(bytes("x"), fd));
                assertFalse(e instanceof TransportException, e.toString());
            }
            assertTrue(fd.isOpen());
        }
    }

    @Test
    void closingWakesWhoWaitsForRoom() throws Exception {
        try (Ends ends = ends()) {
            for (boolean room = true; room;) {
                room = ends.a().trySend(ByteBuffer.allocate(4000));
            }
            CompletableFuture<Boolean> waiting = concurrently(() -> ends.a().awaitWritable(20_000));
            awaitBlockedIn("awaitWritable");
            ends.a().close();
            assertFalse(get(waiting));
            assertFalse(ends.a().awaitWritable(20_000));
            assertThrows(IOException.class, () -> ends.a().trySend(bytes("x")));
        }
    }

    @Test
    void closingEndsAWaitingSender() throws Exception {
        try (Ends ends = ends()) {
            CompletableFuture<Void> sender = concurrently(() -> {
                while (true) {
                    ends.a().send(ByteBuffer.allocate(4000));
                }
            });
            awaitBlockedIn("send");
            ends.a().close();
            Exception e = assertThrows(ExecutionException.class, () -> get(sender));
            assertTrue(e.getCause() instanceof IOException, e.toString());
        }
    }
}
