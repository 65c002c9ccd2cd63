package org.hearthd.scgi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.util.ResourceLeakDetector;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.hearthd.transport.OpenDescriptors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Servers that are absent, slow, full or go away, and what the client gets. */
@Timeout(180)
class FailureTest {
    private final List<AutoCloseable> open = new ArrayList<>();
    @TempDir
    private Path directory;
    private Set<String> before;
    private House house;

    @BeforeEach
    void count() throws IOException {
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
        before = House.baseline(directory);
    }

    @AfterEach
    void noDescriptorIsLeft() throws Exception {
        for (AutoCloseable one : open) {
            one.close();
        }
        house.close();
        OpenDescriptors.assertNothingNew(before);
    }

    private void house(String address, Object... keys) throws IOException {
        Map<String, Object> config = new HashMap<>(Map.of("address", address));
        for (int i = 0; i < keys.length; i += 2) {
            config.put((String) keys[i], keys[i + 1]);
        }
        house = new House(directory, config);
    }

    private TestServer unix(TestServer.Script script) throws IOException {
        TestServer server = TestServer.unix(directory.resolve("s" + open.size()), script);
        open.add(server);
        return server;
    }

    private TestServer tcp(TestServer.Script script) throws IOException {
        TestServer server = TestServer.tcp(script);
        open.add(server);
        return server;
    }

    private static void hello(TestServer.Peer peer) throws IOException {
        peer.variables();
        peer.write("\nhello");
    }

    private void assertAnswer(int status) throws IOException {
        String answer = house.ask(House.get());
        assertTrue(answer.startsWith("HTTP/1.1 " + status + " "), answer);
        assertTrue(status == 200 || answer.contains("X-Request-Id"), answer);
    }

    @Test
    void aMissingSocketIs503AndTheServerIsUsedAgainAsSoonAsItIsThere() throws Exception {
        house("unix:" + directory.resolve("s0"));
        assertAnswer(503);
        assertTrue(house.ask(House.get()).contains("Retry-After: 10"), "says when to come back");
        unix(FailureTest::hello);
        assertAnswer(200);
    }

    @Test
    void aRefusedConnectionIs503() throws Exception {
        TestServer server = tcp(FailureTest::hello);
        server.close();
        house(server.address);
        assertAnswer(503);
    }

    @Test
    void theNextAddressIsTriedInTheSameRequestAndTheFailedOneIsAvoided() throws Exception {
        AtomicInteger late = new AtomicInteger();
        TestServer second = unix(FailureTest::hello);
        house("unix:" + directory.resolve("later") + ", " + second.address);
        assertAnswer(200);
        open.add(TestServer.unix(directory.resolve("later"), peer -> {
            late.incrementAndGet();
            hello(peer);
        }));
        assertAnswer(200);
        assertEquals(0, late.get(), "the first address has failed a moment ago");
    }

    @Test
    void anAddressThatFailedIsTriedAgainAfterTheTimeout() throws Exception {
        CountDownLatch used = new CountDownLatch(1);
        TestServer second = unix(FailureTest::hello);
        house("unix:" + directory.resolve("later") + ", " + second.address, "fail.timeout.ms", 1L);
        assertAnswer(200);
        open.add(TestServer.unix(directory.resolve("later"), peer -> {
            used.countDown();
            hello(peer);
        }));
        House.await("the first address again", () -> {
            try {
                assertAnswer(200);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
            return used.getCount() == 0;
        });
    }

    @Test
    void aRequestThatWasSentIsNotSentAgain() throws Exception {
        AtomicInteger second = new AtomicInteger();
        TestServer first = unix(TestServer.Peer::variables);
        TestServer other = unix(peer -> {
            second.incrementAndGet();
            hello(peer);
        });
        house(first.address + "," + other.address);
        assertAnswer(502);
        assertEquals(0, second.get());
        assertAnswer(200);
        assertEquals(1, second.get(), "a server that answers nothing is avoided");
    }

    @Test
    void aNameIsResolvedAndAllItsAddressesAreTried() throws Exception {
        TestServer server = tcp(FailureTest::hello);
        house(server.address.replace("127.0.0.1", "localhost"));
        assertAnswer(200);
    }

    @Test
    void aNameWithoutAddressIs503() throws Exception {
        house("no.such.host.invalid:4000");
        assertAnswer(503);
    }

    @Test
    void aSilentServerIs504() throws Exception {
        house(unix(TestServer.Peer::readAll).address, "first.byte.timeout.ms", 50L, "half.close", false);
        assertAnswer(504);
    }

    @Test
    void anAnswerThatStopsIsBrokenOffAndAHeadThatStopsIs504() throws Exception {
        house(unix(peer -> {
            peer.variables();
            peer.write("Content-Length: 9\n\nhi");
            peer.read(1);
        }).address, "idle.timeout.ms", 50L, "half.close", false);
        assertEquals("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhi", house.ask(House.get()));
        house.handler.change(House.settings(Map.of("idle.timeout.ms", 50L, "half.close", false, "address", unix(peer -> {
            peer.variables();
            peer.write("Content-");
            peer.read(1);
        }).address)));
        assertAnswer(504);
    }

    @Test
    void aServerThatDoesNotReadIs504() throws Exception {
        CountDownLatch done = new CountDownLatch(1);
        house(unix(peer -> done.await()).address, "send.timeout.ms", 100L);
        try (House.Client client = house.send(House.post("Content-Length", "8000000"))) {
            Thread sender = new Thread(() -> {
                try {
                    client.write("x".repeat(8_000_000));
                } catch (IOException e) {
                    Thread.currentThread().interrupt();
                }
            });
            sender.start();
            assertTrue(client.readUntil("\n").startsWith("HTTP/1.1 504 "));
        }
        done.countDown();
    }

    @Test
    void aResetBeforeTheAnswerIs502() throws Exception {
        house(tcp(peer -> {
            peer.variables();
            peer.reset();
        }).address);
        assertAnswer(502);
    }

    /** An AF_UNIX client can not be told, but it must not wait for ever; the front's client sees a reset. */
    @Test
    void aResetInTheMiddleEndsTheAnswer() throws Exception {
        CountDownLatch read = new CountDownLatch(1);
        house(tcp(peer -> {
            peer.variables();
            peer.write("Content-Length: 9\n\nhi");
            read.await();
            peer.reset();
        }).address);
        try (House.Client client = house.send(House.get())) {
            client.end();
            assertTrue(client.readUntil("hi").endsWith("hi"));
            read.countDown();
            assertEquals("", client.readAll());
        }
    }

    @Test
    void aFullQueueOfAUnixServerIsWaitedFor() throws Exception {
        Path path = directory.resolve("full");
        try (ServerSocketChannel listening = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            listening.bind(UnixDomainSocketAddress.of(path), 1);
            List<SocketChannel> fillers = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                fillers.add(SocketChannel.open(UnixDomainSocketAddress.of(path)));
            }
            house("unix:" + path);
            try (House.Client client = house.send(House.get())) {
                client.end();
                for (int i = 0; i < 2; i++) {
                    listening.accept().close();
                    fillers.get(i).close();
                }
                try (SocketChannel channel = listening.accept()) {
                    hello(new TestServer.Peer(channel));
                }
                assertTrue(client.readAll().endsWith("hello"));
            }
        }
    }

    @Test
    void aFullQueueIs503InTheEnd() throws Exception {
        Path path = directory.resolve("full");
        try (ServerSocketChannel listening = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            listening.bind(UnixDomainSocketAddress.of(path), 1);
            for (int i = 0; i < 2; i++) {
                open.add(SocketChannel.open(UnixDomainSocketAddress.of(path)));
            }
            house("unix:" + path, "connect.timeout.ms", 50);
            assertAnswer(503);
        }
    }

    /** With a full queue the kernel lets a TCP client wait. */
    @Test
    void aConnectionThatIsNotMadeInTimeIs504() throws Exception {
        try (ServerSocketChannel listening = ServerSocketChannel.open()) {
            listening.bind(new InetSocketAddress("127.0.0.1", 0), 1);
            SocketAddress address = listening.getLocalAddress();
            for (int i = 0; i < 4; i++) {
                SocketChannel filler = SocketChannel.open();
                open.add(filler);
                filler.configureBlocking(false);
                filler.connect(address);
            }
            house("127.0.0.1:" + ((InetSocketAddress) address).getPort(), "connect.timeout.ms", 200);
            assertAnswer(504);
        }
    }

    @Test
    void aClientThatGoesAwayClosesTheServersConnection() throws Exception {
        CountDownLatch closed = new CountDownLatch(1);
        CountDownLatch begun = new CountDownLatch(1);
        house(unix(peer -> {
            peer.variables();
            peer.write("\n");
            begun.countDown();
            try {
                while (true) {
                    peer.write("x".repeat(1000));
                }
            } catch (IOException e) {
                closed.countDown();
            }
        }).address);
        try (House.Client client = house.send(House.get())) {
            client.end();
            begun.await();
            client.readUntil("x");
        }
        assertTrue(closed.await(60, TimeUnit.SECONDS));
    }

    @Test
    void requestsBeyondTheLimitWaitAndThoseBeyondTheQueueGet503() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        CountDownLatch first = new CountDownLatch(1);
        house(unix(peer -> {
            peer.variables();
            first.countDown();
            go.await();
            peer.write("\nhello");
        }).address, "max.connections", 1, "queue.max", 1);
        try (House.Client one = house.send(House.get())) {
            one.end();
            first.await();
            var two = CompletableFuture.supplyAsync(this::ask);
            var three = CompletableFuture.supplyAsync(this::ask);
            assertTrue(CompletableFuture.anyOf(two, three).get().toString().startsWith("HTTP/1.1 503"), "one is too many");
            go.countDown();
            assertTrue(one.readAll().endsWith("hello"));
            assertTrue((two.get() + three.get()).contains("\r\n\r\nhello"), "the other one has waited");
        }
    }

    private String ask() {
        try {
            return house.ask(House.get());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void aRequestWaitsForItsPlaceOnlySoLong() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        CountDownLatch first = new CountDownLatch(1);
        house(unix(peer -> {
            peer.variables();
            first.countDown();
            go.await();
            peer.write("\nhello");
        }).address, "max.connections", 1, "queue.timeout.ms", 50L);
        try (House.Client one = house.send(House.get())) {
            one.end();
            first.await();
            assertAnswer(503);
            go.countDown();
            assertTrue(one.readAll().endsWith("hello"));
        }
        assertAnswer(200);
    }

    @Test
    void stoppingWaitsForWhatIsInProgressAndEndsTheRest() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch never = new CountDownLatch(1);
        house(unix(peer -> {
            peer.variables();
            begun.countDown();
            never.await();
        }).address, "drain.timeout.ms", 20L);
        try (House.Client client = house.send(House.get())) {
            client.end();
            begun.await();
            assertEquals(1, house.handler.stop());
            assertTrue(client.readAll().startsWith("HTTP/1.1 503 "));
        }
        never.countDown();
    }
}
