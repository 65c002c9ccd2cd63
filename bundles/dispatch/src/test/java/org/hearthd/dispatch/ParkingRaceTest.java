package org.hearthd.dispatch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.hearthd.Handler;
import org.hearthd.Response;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.ServiceRegistration;

class ParkingRaceTest {
    private static final int SENDERS = 4;
    private static final int EACH = 5000;

    @TempDir
    Path storage;
    private final AtomicIntegerArray last = new AtomicIntegerArray(SENDERS);
    private final AtomicInteger overtaken = new AtomicInteger();

    @DispatchConfig(park_max = 1_000_000, park_timeout_ms = 600_000)
    private interface Patient {}

    /** Compares each request's number with that of the one before from the same sender. */
    private Handler observer() {
        return e -> {
            String[] senderAndNumber = e.request().rest().split("/");
            int number = Integer.parseInt(senderAndNumber[1]);
            if (last.getAndSet(Integer.parseInt(senderAndNumber[0]), number) != number - 1) {
                overtaken.incrementAndGet();
            }
            e.respond(Response.empty(204));
        };
    }

    @Test
    void whileAHandlerComesAndGoesNothingIsRefusedAndNobodyIsOvertaken() throws Exception {
        ExecutorService threads = Executors.newCachedThreadPool();
        AtomicBoolean done = new AtomicBoolean();
        try (House house = new House(storage, House.config(Patient.class))) {
            Future<Integer> churn = threads.submit(() -> churn(house, done));
            List<Future<List<Client>>> senders = new ArrayList<>();
            for (int i = 0; i < SENDERS; i++) {
                int sender = i;
                senders.add(threads.submit(() -> send(house, sender)));
            }
            List<Client> all = new ArrayList<>();
            for (Future<List<Client>> sender : senders) {
                all.addAll(sender.get(60, TimeUnit.SECONDS));
            }
            done.set(true);
            assertTrue(churn.get(30, TimeUnit.SECONDS) > 2);
            house.register(observer(), Handler.NAME, "a", Handler.NON_BLOCKING, true);
            for (Client client : all) {
                assertEquals(204, client.status());
                assertEquals(1, client.endings.get());
            }
            assertEquals(0, overtaken.get());
        } finally {
            threads.shutdownNow();
        }
    }

    private static List<Client> send(House house, int sender) {
        List<Client> clients = new ArrayList<>();
        for (int i = 1; i <= EACH; i++) {
            Client client = new Client(sender + "/" + i);
            house.dispatcher.dispatch("a", client.exchange);
            clients.add(client);
        }
        return clients;
    }

    private int churn(House house, AtomicBoolean done) {
        int lives = 0;
        while (!done.get() || lives < 3) {
            ServiceRegistration<Handler> registration = house.register(observer(), Handler.NAME, "a", Handler.NON_BLOCKING, true);
            Thread.yield();
            registration.unregister();
            lives++;
        }
        return lives;
    }
}
