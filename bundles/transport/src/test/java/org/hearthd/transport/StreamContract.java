package org.hearthd.transport;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.hearthd.Fd;
import org.junit.jupiter.api.Test;

/** What every implementation of {@link StreamTransport} does. */
public abstract class StreamContract extends Contract {
    /** Two connected ends. */
    private record Ends(StreamConnection a, StreamConnection b) implements AutoCloseable {
        @Override
        public void close() {
            a.close();
            b.close();
        }
    }

    private Ends ends() throws IOException {
        FdPair pair = streams.pair();
        return new Ends(streams.adopt(pair.ours()), streams.adopt(pair.theirs()));
    }

    @Test
    void descriptorsArriveWithTheirBytes() throws Exception {
        try (Ends ends = ends(); Packet packet = new Packet(2); Fd one = file("one"); Fd two = file("two")) {
            ends.a().send(bytes("first"), one, two);
            assertEquals(5, ends.b().receive(packet));
            assertEquals("first", text(packet));
            assertEquals("one", content(packet.fds().get(0)));
            assertEquals("two", content(packet.fds().get(1)));
            assertTrue(closeOnExec(packet.fds().get(0)));
        }
    }

    @Test
    void aCallBringsAtMostOneGroupOfDescriptors() throws Exception {
        try (Ends ends = ends(); Packet packet = new Packet(1); Fd one = file("one"); Fd two = file("two")) {
            ends.a().send(bytes("a"), one);
            ends.a().send(bytes("b"), two);
            assertEquals(1, ends.b().receive(packet));
            assertEquals("one", content(packet.fds().get(0)));
            assertEquals(1, ends.b().receive(packet));
            assertEquals("two", content(packet.fds().get(0)));
        }
    }

    @Test
    void moreDescriptorsThanAskedForAreAllClosed() throws Exception {
        try (Ends ends = ends(); Packet packet = new Packet(1); Fd one = file("one")) {
            Set<String> before = OpenDescriptors.list();
            ends.a().send(bytes("a"), one, one);
            ends.a().send(bytes("b"), one);
            assertThrows(TransportException.class, () -> ends.b().receive(packet));
            OpenDescriptors.assertNothingNew(before);
            assertEquals(1, ends.b().receive(packet));
            assertEquals("b", text(packet));
        }
    }

    @Test
    void descriptorsNeedAByte() throws Exception {
        try (Ends ends = ends(); Fd one = file("one")) {
            assertThrows(IllegalArgumentException.class, () -> ends.a().send(ByteBuffer.allocate(0), one));
            ends.a().send(ByteBuffer.allocate(0));
        }
    }

    @Test
    void theInputStreamClosesDescriptorsAndReadsNoFurtherThanAsked() throws Exception {
        try (Ends ends = ends(); Fd one = file("one"); Packet packet = new Packet(0)) {
            Set<String> before = OpenDescriptors.list();
            ends.a().send(bytes("abcdef"), one);
            assertEquals('a', ends.b().input().read());
            byte[] two = new byte[] {'-', '-', '-', '-'};
            assertEquals(2, ends.b().input().read(two, 1, 2));
            assertArrayEquals(new byte[] {'-', 'b', 'c', '-'}, two);
            OpenDescriptors.assertNothingNew(before);
            assertEquals(3, ends.b().receive(packet));
            assertEquals("def", text(packet));
        }
    }

    @Test
    void largeDataCrossesBothWaysAtOnce() throws Exception {
        for (boolean nonBlocking : new boolean[] {false, true}) {
            byte[] data = new byte[3_000_000];
            new Random(1).nextBytes(data);
            FdPair pair = streams.pair();
            descriptors.nonBlocking(pair.ours(), nonBlocking);
            try (Ends ends = new Ends(streams.adopt(pair.ours()), streams.adopt(pair.theirs()))) {
                CompletableFuture<byte[]> atA = concurrently(() -> ends.a().input().readNBytes(data.length));
                CompletableFuture<byte[]> atB = concurrently(() -> ends.b().input().readNBytes(data.length));
                CompletableFuture<Void> fromA = concurrently(() -> {
                    ends.a().send(ByteBuffer.wrap(data));
                    return null;
                });
                try (OutputStream out = ends.b().output()) {
                    out.write(data);
                }
                get(fromA);
                assertArrayEquals(data, get(atA));
                assertArrayEquals(data, get(atB));
                ends.b().output().write('!');
                assertEquals('!', ends.a().input().read(), "closing the stream does not close the connection");
            }
        }
    }

    @Test
    void halfCloseEndsOneDirectionOnly() throws Exception {
        try (Ends ends = ends(); Packet packet = new Packet(0)) {
            ends.a().send(bytes("question"));
            ends.a().shutdownOutput();
            assertEquals("question", new String(ends.b().input().readAllBytes(), StandardCharsets.UTF_8));
            assertEquals(-1, ends.b().receive(packet));
            ends.b().send(bytes("answer"));
            assertEquals(6, ends.a().receive(packet));
            IOException e = assertThrows(IOException.class, () -> ends.a().send(bytes("x")));
            assertTrue(e.getMessage().contains("Broken pipe"), e.getMessage());
            ends.b().send(bytes("more"));
            assertEquals(4, ends.a().receive(packet), "receiving goes on after a failed send");
        }
    }

    @Test
    void aReleasedSocketKeepsWhatWasNotRead() throws Exception {
        try (Ends ends = ends(); Packet packet = new Packet(0)) {
            ends.a().send(bytes("abc"));
            assertEquals('a', ends.b().input().read());
            Fd released = ends.b().release();
            assertEquals(-1, ends.b().receive(packet));
            assertThrows(IOException.class, () -> ends.b().send(bytes("x")));
            assertThrows(IOException.class, () -> ends.b().release());
            try (StreamConnection again = streams.adopt(released)) {
                assertEquals(2, again.receive(packet));
                assertEquals("bc", text(packet));
                again.send(bytes("back"));
                assertEquals(4, ends.a().receive(packet));
            }
        }
    }

    @Test
    void closingAndReleasingWakeAReader() throws Exception {
        try (Ends ends = ends()) {
            CompletableFuture<Integer> read = concurrently(() -> ends.a().input().read());
            awaitBlockedIn("read");
            Fd released = ends.a().release();
            assertEquals(-1, get(read));
            released.close();
        }
        try (Ends ends = ends()) {
            CompletableFuture<Integer> read = concurrently(() -> ends.a().input().read());
            awaitBlockedIn("read");
            ends.a().close();
            assertEquals(-1, get(read));
        }
    }

    @Test
    void closingEndsAWaitingSender() throws Exception {
        try (Ends ends = ends()) {
            CompletableFuture<Void> sender = concurrently(() -> {
                ends.a().send(ByteBuffer.allocate(10_000_000));
                return null;
            });
            awaitBlockedIn("send");
            ends.a().close();
            Exception e = assertThrows(ExecutionException.class, () -> get(sender));
            assertTrue(e.getCause() instanceof IOException, e.toString());
        }
    }

    @Test
    void clientsConnectToAListener() throws Exception {
        UnixAddress address = address("socket");
        StreamListener listener = streams.adoptListener(streams.listen(address, 0600, 5));
        try (StreamConnection client = streams.connect(address); StreamConnection served = listener.accept()) {
            client.output().write('x');
            assertEquals('x', served.input().read());
            assertEquals(ProcessHandle.current().pid(), served.peer().orElseThrow().pid());
        }
        CompletableFuture<StreamConnection> accepted = concurrently(listener::accept);
        awaitBlockedIn("accept");
        listener.close();
        assertNull(get(accepted));
        IOException e = assertThrows(IOException.class, () -> packets.connect(address));
        assertTrue(e.getMessage().contains(address.toString()), e.getMessage());
    }

    @Test
    void twoListenersShareASocketWithoutStealingFromEachOther() throws Exception {
        UnixAddress address = address("socket");
        Fd listening = streams.listen(address, 0600, 64);
        StreamListener one = streams.adoptListener(listening.dup());
        StreamListener two = streams.adoptListener(listening);
        assertFalse(listening.isOpen());
        CompletableFuture<Integer> first = concurrently(() -> serve(one));
        CompletableFuture<Integer> second = concurrently(() -> serve(two));
        for (int i = 0; i < 200; i++) {
            try (StreamConnection client = streams.connect(address)) {
                assertEquals('!', client.input().read());
            }
        }
        one.close();
        two.close();
        assertEquals(200, get(first) + get(second));
    }

    private static int serve(StreamListener listener) throws IOException {
        int served = 0;
        for (StreamConnection client = listener.accept(); client != null; client = listener.accept()) {
            client.output().write('!');
            client.close();
            served++;
        }
        return served;
    }
}
