package org.hearthd.scgi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.hearthd.transport.Await;
import org.junit.jupiter.api.Test;

/** Where to connect: servers that are absent, come later, are full, or are several. */
class ServersTest extends ScgiContract {
    private final Semaphore asked = new Semaphore(0);
    private final Semaphore answers = new Semaphore(0);

    @Test
    void aMissingSocketIs503AndTheServerIsUsedAgainAsSoonAsItIsThere() throws Exception {
        house("unix:" + directory.resolve("s0"));
        assertAnswer(503);
        assertTrue(house.ask(House.get()).contains("Retry-After: 10"), "says when to come back");
        unix(ScgiContract::hello);
        assertAnswer(200);
    }

    @Test
    void aRefusedConnectionIs503() throws Exception {
        TestServer server = tcp(ScgiContract::hello);
        server.close();
        house(server.address);
        assertAnswer(503);
    }

    @Test
    void theNextAddressIsTriedInTheSameRequestAndTheFailedOneIsAvoided() throws Exception {
        AtomicInteger late = new AtomicInteger();
        TestServer second = unix(ScgiContract::hello);
        house("unix:" + directory.resolve("later") + ", " + second.address);
        assertAnswer(200);
        unix("later", peer -> {
            late.incrementAndGet();
            hello(peer);
        });
        assertAnswer(200);
        assertEquals(0, late.get(), "the first address has failed a moment ago");
    }

    @Test
    void anAddressThatFailedIsTriedAgainAfterTheTimeout() throws Exception {
        CountDownLatch used = new CountDownLatch(1);
        TestServer second = unix(ScgiContract::hello);
        house("unix:" + directory.resolve("later") + ", " + second.address, "fail.timeout.ms", 1L);
        assertAnswer(200);
        unix("later", peer -> {
            used.countDown();
            hello(peer);
        });
        Await.until("the first address again", () -> {
            assertAnswer(200);
            return used.getCount() == 0;
        });
    }

    /** From now on there is a server that waits for leave to answer each request. */
    private void startFirst() throws IOException {
        unix("later", peer -> {
            peer.variables();
            asked.release();
            answers.acquire();
            peer.write("\nfirst");
        });
    }

    /**
     * A first server that has failed for longer than the timeout, takes requests from now on and waits for leave to answer each; and a
     * second one that is well.
     */
    private void failedForLongEnough() throws Exception {
        TestServer second = unix(ScgiContract::hello);
        house("unix:" + directory.resolve("later") + "," + second.address, "fail.timeout.ms", 1L);
        assertAnswer(200);
        long failed = System.nanoTime();
        startFirst();
        Await.until("the timeout", () -> System.nanoTime() - failed > 1_000_000);
    }

    @Test
    void oneRequestAtATimeFindsOutWhetherAServerWorksAgainAndTheOthersDoNotWaitForIt() throws Exception {
        failedForLongEnough();
        try (House.Client probe = house.send(House.get())) {
            probe.end();
            asked.acquire();
            for (int i = 0; i < 5; i++) {
                assertTrue(ask().endsWith("hello"));
            }
            assertEquals(0, asked.availablePermits());
            answers.release(2);
            assertTrue(probe.readAll().endsWith("first"));
        }
        assertTrue(ask().endsWith("first"), "it works again");
    }

    @Test
    void aRequestThatIsGivenUpLeavesItToTheNextOneToFindOut() throws Exception {
        failedForLongEnough();
        BlockingQueue<Runnable> gone = new LinkedBlockingQueue<>();
        try (House.Client probe = house.send(House.get(), gone::add)) {
            probe.end();
            asked.acquire();
            gone.take().run();
            assertEquals("", probe.readAll());
        }
        answers.release(2);
        assertTrue(ask().endsWith("first"));
    }

    @Test
    void whereAllServersHaveFailedEveryRequestTriesThem() throws Exception {
        house("unix:" + directory.resolve("later") + ",unix:" + directory.resolve("never"), "fail.timeout.ms", 1L);
        assertAnswer(503);
        startFirst();
        try (House.Client one = house.send(House.get()); House.Client other = house.send(House.get())) {
            one.end();
            other.end();
            asked.acquire(2);
            answers.release(2);
            assertTrue(one.readAll().endsWith("first"));
            assertTrue(other.readAll().endsWith("first"));
        }
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
    void aServerThatStaysSilentIsAvoided() throws Exception {
        TestServer first = unix(TestServer.Peer::readAll);
        TestServer other = unix(ScgiContract::hello);
        house(first.address + "," + other.address, "first.byte.timeout.ms", 50L, "half.close", false);
        assertAnswer(504);
        assertAnswer(200);
    }

    @Test
    void aNameIsResolvedAndAllItsAddressesAreTried() throws Exception {
        TestServer server = tcp(ScgiContract::hello);
        house(server.address.replace("127.0.0.1", "localhost"));
        assertAnswer(200);
    }

    @Test
    void aNameWithoutAddressIs503() throws Exception {
        house("no.such.host.invalid:4000");
        assertAnswer(503);
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
                open(SocketChannel.open(UnixDomainSocketAddress.of(path)));
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
                SocketChannel filler = open(SocketChannel.open());
                filler.configureBlocking(false);
                filler.connect(address);
            }
            house("127.0.0.1:" + ((InetSocketAddress) address).getPort(), "connect.timeout.ms", 200);
            assertAnswer(504);
        }
    }
}
