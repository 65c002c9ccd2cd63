package org.hearthd.dispatch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.hearthd.Exchange;
import org.hearthd.Handler;
import org.hearthd.Response;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.ServiceRegistration;

class DispatchRaceTest {
    private static final int THREADS = 8;
    private static final int EACH = 4000;

    @TempDir
    Path storage;

    /** Answers until it is withdrawn; being called after that is what must not happen. */
    private static final class Mortal implements Handler {
        private final AtomicInteger calledWhenDead;
        private volatile boolean dead;

        Mortal(AtomicInteger calledWhenDead) {
            this.calledWhenDead = calledWhenDead;
        }

        @Override
        public void handle(Exchange exchange) throws IOException {
            exchange.respond(Response.text(200, "hi"));
            if (dead) {
                calledWhenDead.incrementAndGet();
            }
        }
    }

    @Test
    void whileHandlersComeAndGoEveryExchangeEndsOnceAndNoHandlerIsUsedAfterItsEnd() throws Exception {
        AtomicInteger calledWhenDead = new AtomicInteger();
        AtomicBoolean done = new AtomicBoolean();
        ExecutorService threads = Executors.newCachedThreadPool();
        try (House house = new House(storage)) {
            Future<Integer> churn = threads.submit(() -> churn(house, calledWhenDead, done));
            List<Future<List<Client>>> senders = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                senders.add(threads.submit(send(house)));
            }
            int answered = 0;
            int refused = 0;
            for (Future<List<Client>> sender : senders) {
                for (Client client : sender.get(60, TimeUnit.SECONDS)) {
                    int status = client.status();
                    assertTrue(status == 200 || status == 503, "status " + status);
                    assertEquals(1, client.endings.get());
                    answered += status == 200 ? 1 : 0;
                    refused += status == 503 ? 1 : 0;
                }
            }
            done.set(true);
            int lives = churn.get(60, TimeUnit.SECONDS);
            assertEquals(THREADS * EACH, answered + refused);
            assertTrue(lives > 2 && answered > 0 && refused > 0,
                    lives + " lives, " + answered + " answered, " + refused + " refused");
            assertEquals(0, calledWhenDead.get());
            house.register(new Mortal(calledWhenDead), Handler.NAME, "a");
            assertEquals(200, house.dispatch("a").status());
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void whileANewHandlerAlwaysComesBeforeTheOldOneGoesNothingIsRefused() throws Exception {
        AtomicInteger calledWhenDead = new AtomicInteger();
        AtomicBoolean done = new AtomicBoolean();
        ExecutorService threads = Executors.newCachedThreadPool();
        try (House house = new House(storage)) {
            Mortal first = new Mortal(calledWhenDead);
            ServiceRegistration<Handler> registered = house.register(first, Handler.NAME, "a", Handler.QUEUE, THREADS * EACH);
            Future<Integer> churn = threads.submit(() -> relay(house, first, registered, calledWhenDead, done));
            List<Future<List<Client>>> senders = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                senders.add(threads.submit(send(house)));
            }
            for (Future<List<Client>> sender : senders) {
                for (Client client : sender.get(60, TimeUnit.SECONDS)) {
                    assertEquals(200, client.status());
                    assertEquals(1, client.endings.get());
                }
            }

            done.set(true);
            assertTrue(churn.get(60, TimeUnit.SECONDS) > 2);
            assertEquals(0, calledWhenDead.get());
        } finally {
            threads.shutdownNow();
        }
    }

    private static Callable<List<Client>> send(House house) {
        return () -> {
            List<Client> clients = new ArrayList<>(EACH);
            for (int i = 0; i < EACH; i++) {
                clients.add(house.dispatch("a"));
            }
            return clients;
        };
    }

    private static int churn(House house, AtomicInteger calledWhenDead, AtomicBoolean done) {
        int lives = 0;
        while (!done.get()) {
            Mortal handler = new Mortal(calledWhenDead);
            ServiceRegistration<Handler> registration = house.register(handler, Handler.NAME, "a", Handler.NON_BLOCKING,
                    lives % 2 == 0);
            house.dispatch("a");
            registration.unregister();
            handler.dead = true;
            lives++;
        }
        return lives;
    }

    private static int relay(House house, Mortal first, ServiceRegistration<Handler> registered, AtomicInteger calledWhenDead,
            AtomicBoolean done) {
        int lives = 0;
        Mortal old = first;
        ServiceRegistration<Handler> current = registered;
        while (!done.get()) {
            Mortal next = new Mortal(calledWhenDead);
            ServiceRegistration<Handler> newer = house.register(next, Handler.NAME, "a", Handler.NON_BLOCKING, lives % 2 == 0,
                    Handler.QUEUE, THREADS * EACH);
            current.unregister();
            old.dead = true;
            old = next;
            current = newer;
            lives++;
        }
        return lives;
    }
}
