package org.hearthd.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.ProtocolException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import org.hearthd.Fd;
import org.junit.jupiter.api.Test;

/** What every implementation of {@link Descriptors} and of {@link Fd} does. */
public abstract class DescriptorsContract extends Contract {
    @Test
    void takingMovesTheNumberOut() throws Exception {
        Fd fd = file("one");
        int number = fd.number();
        try (Fd taken = fd.take()) {
            assertEquals(number, taken.number());
            assertFalse(fd.isOpen());
            fd.close();
            assertEquals("one", content(taken));
            assertThrows(IllegalStateException.class, fd::number);
            assertThrows(IllegalStateException.class, fd::take);
            assertThrows(IllegalStateException.class, fd::dup);
        }
    }

    @Test
    void ofConcurrentTakesExactlyOneWins() throws Exception {
        for (int round = 0; round < 200; round++) {
            Fd fd = file("one");
            CountDownLatch start = new CountDownLatch(1);
            List<CompletableFuture<Fd>> takers = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                takers.add(concurrently(() -> {
                    start.await();
                    return fd.take();
                }));
            }
            start.countDown();
            int winners = 0;
            for (CompletableFuture<Fd> taker : takers) {
                try {
                    get(taker).close();
                    winners++;
                } catch (ExecutionException e) {
                    assertTrue(e.getCause() instanceof IllegalStateException);
                }
            }
            assertEquals(1, winners);
        }
    }

    @Test
    void closingTwiceClosesNothingElse() throws Exception {
        Fd fd = file("one");
        int number = fd.number();
        fd.close();
        try (Fd next = file("two")) {
            fd.close();
            assertEquals("two", content(next));
            assertFalse(fd.isOpen());
            assertTrue(number >= 0);
        }
    }

    @Test
    void aDuplicateLivesOnItsOwn() throws Exception {
        Fd fd = file("one");
        try (Fd copy = fd.dup()) {
            assertTrue(copy.number() != fd.number());
            assertTrue(closeOnExec(copy));
            fd.close();
            assertEquals("one", content(copy));
        }
    }

    @Test
    void theTextSaysWhatItIs() throws Exception {
        Fd fd = file("one");
        assertEquals("fd " + fd.number() + " " + dir.resolve("one"), fd.toString());
        fd.close();
        assertEquals("fd (closed)", fd.toString());
        try (FdPair pair = streams.pair()) {
            assertTrue(pair.ours().toString().matches("fd \\d+ socket:\\[\\d+\\]"), pair.ours().toString());
        }
    }

    @Test
    void aNumberThatIsNotOpenIsRefusedByName() {
        assertThrows(IOException.class, () -> descriptors.adopt(-1));
        IOException e = assertThrows(IOException.class, () -> descriptors.adopt(987_654));
        assertTrue(e.getMessage().contains("987654"), e.getMessage());
    }

    @Test
    void nonBlockingIsSetAndCleared() throws Exception {
        try (FdPair pair = streams.pair()) {
            assertTrue(closeOnExec(pair.ours()) && closeOnExec(pair.theirs()));
            descriptors.nonBlocking(pair.ours(), true);
            assertTrue(nonBlocking(pair.ours()));
            assertFalse(nonBlocking(pair.theirs()));
            descriptors.nonBlocking(pair.ours(), false);
            assertFalse(nonBlocking(pair.ours()));
        }
    }

    @Test
    void aChildReadsFromADescriptor() throws Exception {
        assertEquals("for the child", child(file("for the child")));
    }

    @Test
    void aChildTalksThroughASocketAsItsStandardInput() throws Exception {
        FdPair pair = streams.pair();
        Process child = new ProcessBuilder("sh", "-c", "read line; echo \"got $line\" >&0")
                .redirectInput(descriptors.redirect(pair.theirs()))
                .start();
        pair.theirs().close();
        try (StreamConnection ours = streams.adopt(pair.ours())) {
            ours.send(bytes("hello\n"));
            assertEquals("got hello\n", new String(ours.input().readAllBytes(), StandardCharsets.UTF_8));
            assertEquals(0, child.waitFor());
        }
        child.getInputStream().close();
        child.getErrorStream().close();
    }

    @Test
    void aSocketIsAChildsInputAndItsDuplicateTheOutput() throws Exception {
        FdPair pair = streams.pair();
        Process child;
        try (Fd input = pair.theirs(); Fd output = input.dup()) {
            child = new ProcessBuilder("sh", "-c", "read line; echo got $line").redirectInput(descriptors.redirect(input))
                    .redirectOutput(descriptors.redirect(output)).redirectError(ProcessBuilder.Redirect.DISCARD).start();
        }
        try (StreamConnection ours = streams.adopt(pair.ours())) {
            ours.send(bytes("hello\n"));
            assertEquals("got hello\n", new String(ours.input().readAllBytes(), StandardCharsets.UTF_8));
            assertEquals(0, child.waitFor());
        }
    }

    @Test
    void outputWritesToAFile() throws Exception {
        Path file = Files.createFile(dir.resolve("out"));
        Fd fd = writable(file, false);
        OutputStream out = descriptors.output(fd);
        assertFalse(fd.isOpen());
        out.write('a');
        out.write(new byte[] {'-', 'b', 'c', '-'}, 1, 2);
        out.close();
        assertEquals("abc", Files.readString(file));
        assertThrows(IOException.class, () -> out.write('x'));
    }

    @Test
    void outputWritesToAPipeThatIsFullAtTimes() throws Exception {
        for (boolean nonBlocking : new boolean[] {false, true}) {
            Path fifo = dir.resolve("fifo" + nonBlocking);
            assertEquals(0, new ProcessBuilder("mkfifo", fifo.toString()).inheritIO().start().waitFor());
            CountDownLatch full = new CountDownLatch(1);
            CompletableFuture<Integer> read = concurrently(() -> {
                try (var in = Files.newInputStream(fifo)) {
                    full.await();
                    return in.readAllBytes().length;
                }
            });
            OutputStream out = descriptors.output(writable(fifo, nonBlocking));
            CompletableFuture<Void> writer = concurrently(() -> {
                out.write(new byte[1_000_000]);
                out.close();
                return null;
            });
            awaitBlockedIn("write");
            full.countDown();
            get(writer);
            assertEquals(1_000_000, get(read));
        }
    }

    @Test
    void outputSaysThatThePipeIsBroken() throws Exception {
        FdPair pair = streams.pair();
        pair.theirs().close();
        try (OutputStream out = descriptors.output(pair.ours())) {
            assertThrows(IOException.class, () -> out.write('x'));
            IOException e = assertThrows(IOException.class, () -> out.write('x'));
            assertTrue(e.getMessage().contains("Broken pipe"), e.getMessage());
        }
    }

    @Test
    void aPathIsBoundByASocketOfAnyTypeWhichNoticesNothingUntilItIsClosed() throws Exception {
        UnixAddress address = new UnixAddress(dir.resolve("s"));
        assertFalse(descriptors.isBound(address));
        try (ServerSocketChannel stream = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            stream.bind(UnixDomainSocketAddress.of(address.path())).configureBlocking(false);
            assertTrue(descriptors.isBound(address));
            assertNull(stream.accept());
        }
        assertFalse(descriptors.isBound(address));
        Files.delete(address.path());
        try (PacketListener listener = packets.adoptListener(packets.listen(address, 0600, 1))) {
            assertTrue(descriptors.isBound(address));
            assertNull(listener.acceptNow());
        }
        Files.delete(address.path());
        try (DatagramSocket socket = datagramSocket(address.path().toString())) {
            assertTrue(descriptors.isBound(address), socket.toString());
        }
        assertFalse(descriptors.isBound(new UnixAddress(Files.createFile(dir.resolve("f")))));
    }

    /** The kernel's text for it depends on the locale. */
    @Test
    void aSocketOfAnotherTypeIsToldByTheTypeOfTheFailure() throws Exception {
        UnixAddress address = address("s");
        try (PacketListener listener = packets.adoptListener(packets.listen(address, 0600, 1))) {
            ProtocolException e = assertThrows(ProtocolException.class, () -> streams.connect(address));
            assertTrue(e.getMessage().contains(address.toString()), e.getMessage());
            assertNull(listener.acceptNow());
        }
    }

    @Test
    void whatCanNotBeAskedIsNeitherBoundNorUnbound() throws Exception {
        UnixAddress address = address("loop");
        Files.createSymbolicLink(address.path(), address.path());
        assertThrows(IOException.class, () -> descriptors.isBound(address));
    }

    @Test
    void notifyReachesPathsAndAbstractNames() throws Exception {
        String unique = "hearth-test-" + ProcessHandle.current().pid() + "-" + System.nanoTime();
        for (String name : new String[] {dir.resolve("notify").toString(), "@" + unique}) {
            try (DatagramSocket socket = datagramSocket(name)) {
                descriptors.notify(Path.of(name), bytes("READY=1"));
                DatagramPacket packet = new DatagramPacket(new byte[100], 100);
                socket.receive(packet);
                assertEquals("READY=1", new String(packet.getData(), 0, packet.getLength(), StandardCharsets.UTF_8));
            }
        }
        IOException e = assertThrows(IOException.class, () -> descriptors.notify(Path.of("@" + unique), bytes("READY=1")));
        assertTrue(e.getMessage().contains("@" + unique), e.getMessage());
    }

    /** A Unix datagram socket bound to a path or to an abstract name. */
    protected abstract DatagramSocket datagramSocket(String name) throws IOException;

    private Fd writable(Path path, boolean nonBlocking) throws IOException {
        try (var open = new java.io.FileOutputStream(path.toFile()); var numbers = Files.list(Path.of("/proc/self/fd"))) {
            assertTrue(open.getFD().valid());
            for (Path link : numbers.toList()) {
                int number = Integer.parseInt(link.getFileName().toString());
                if (Files.isSymbolicLink(link) && Files.readSymbolicLink(link).equals(path) && writes(number)) {
                    Fd copy = descriptors.adopt(number).dup();
                    descriptors.nonBlocking(copy, nonBlocking);
                    return copy;
                }
            }
        }
        throw new IOException(path + " is not open");
    }

    private static boolean writes(int number) throws IOException {
        return Files.readAllLines(Path.of("/proc/self/fdinfo/" + number)).stream().anyMatch(l -> l.matches("flags:\\s+\\d*1"));
    }

    @Test
    void closingOutputEndsAWaitingWriter() throws Exception {
        FdPair pair = streams.pair();
        try (Fd idle = pair.theirs(); OutputStream out = descriptors.output(pair.ours())) {
            CompletableFuture<Void> writer = concurrently(() -> {
                out.write(new byte[10_000_000]);
                return null;
            });
            awaitBlockedIn("write");
            out.close();
            Exception e = assertThrows(ExecutionException.class, () -> get(writer));
            assertTrue(e.getCause() instanceof IOException, e.toString());
            assertTrue(idle.isOpen());
        }
    }
}
