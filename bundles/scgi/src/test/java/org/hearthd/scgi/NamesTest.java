package org.hearthd.scgi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.hearthd.transport.Await;
import org.hearthd.transport.Logged;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Names that are looked up for longer than anybody wants to wait. */
class NamesTest extends ScgiContract {
    private final CountDownLatch found = new CountDownLatch(1);
    private final AtomicInteger lookups = new AtomicInteger();

    @AfterEach
    void findAll() {
        found.countDown();
    }

    /** Names of which none is found before the test says so. */
    private void behindNames(String address, Object... more) throws IOException {
        house(address, more);
        house.names = host -> {
            lookups.incrementAndGet();
            try {
                found.await();
            } catch (InterruptedException e) {
                throw (UnknownHostException) new UnknownHostException(host).initCause(e);
            }
            return new InetAddress[] {InetAddress.getByAddress(new byte[] {127, 0, 0, 1})};
        };
    }

    @Test
    void aNameThatIsNotFoundInTimeIs504AndHoldsUpNoOther() throws Exception {
        TestServer server = tcp(ScgiContract::hello);
        behindNames(server.address.replace("127.0.0.1", "slow.invalid"), "connect.timeout.ms", 50);
        try (Logged log = new Logged()) {
            assertAnswer(504);
            assertTrue(log.says("its name was not looked up within 50 ms"), log.lines().toString());
        }
        assertAnswer(504);
        assertEquals(1, lookups.get(), "it is looked up already");
        found.countDown();
        Await.until("the name", () -> ask().endsWith("hello"));
    }

    @Test
    void theNextAddressIsTriedInTheSameRequest() throws Exception {
        behindNames("slow.invalid:1," + unix(ScgiContract::hello).address, "connect.timeout.ms", 50);
        assertAnswer(200);
    }

    @Test
    void onlyTheRequestThatFindsOutWhetherAServerIsBackWaitsForItsName() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        AtomicBoolean hanging = new AtomicBoolean();
        house("slow.invalid:1," + unix(ScgiContract::hello).address, "fail.timeout.ms", 1L, "connect.timeout.ms", 3_600_000);
        house.names = host -> {
            lookups.incrementAndGet();
            if (hanging.get()) {
                Await.until("the test", () -> go.getCount() == 0);
            }
            throw new UnknownHostException(host);
        };
        assertAnswer(200);
        int before = lookups.get();
        hanging.set(true);
        long failed = System.nanoTime();
        Await.until("fail.timeout.ms", () -> System.nanoTime() - failed > 1_000_000);
        BlockingQueue<Runnable> gone = new LinkedBlockingQueue<>();
        try (House.Client probe = house.send(House.get(), gone::add)) {
            probe.end();
            Await.until("the look-up", () -> lookups.get() > before);
            assertAnswer(200);
            gone.take().run();
            assertEquals("", probe.readAll());
        }
        hanging.set(false);
        go.countDown();
        Await.until("another one finds out", () -> {
            assertAnswer(200);
            return lookups.get() > before + 1;
        });
    }

    @Test
    void bodiesAreKeptInFilesWhileNamesAreLookedUp() throws Exception {
        behindNames("a.invalid:1,b.invalid:1,c.invalid:1,d.invalid:1,e.invalid:1," + unix(peer -> {
            String body = peer.body(peer.variables());
            peer.write("\n" + body);
        }).address, "connect.timeout.ms", 20, "memory.body.bytes", 1);
        for (int i = 0; i < 2; i++) {
            try (House.Client client = house.send(House.post())) {
                client.write("kept in a file");
                client.end();
                assertTrue(client.readAll().endsWith("kept in a file"));
            }
        }
        Await.until("all look-ups", () -> lookups.get() == 5);
    }

    @Test
    void aNameWithoutAddressBehindASlowOneIs503() throws Exception {
        behindNames("slow.invalid:1,none.invalid:1", "connect.timeout.ms", 50);
        Services.Names slow = house.names;
        house.names = host -> {
            if (host.startsWith("slow")) {
                return slow.addresses(host);
            }
            throw new UnknownHostException(host);
        };
        assertAnswer(503);
    }
}
