package org.hearthd.dispatch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.hearthd.Handler;
import org.hearthd.Response;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.ServiceRegistration;

/** A path stays while the names of its handlers change all the time. */
class RenameRaceTest {
    private static final int SENDERS = 4;
    private static final int EACH = 5000;

    @TempDir
    Path storage;
    private final AtomicBoolean done = new AtomicBoolean();

    @DispatchConfig(park_max = 1_000_000, park_timeout_ms = 600_000)
    private interface Patient {}

    /** One step of changing the names. */
    private interface Churn {
        ServiceRegistration<Handler> next(House house, ServiceRegistration<Handler> old, int number);
    }

    private static Object[] properties(int number) {
        return new Object[] {Handler.NAME, "abc".substring(number % 3, number % 3 + 1), Handler.PATH, "/p", Handler.NON_BLOCKING,
            number % 2 == 0, Handler.QUEUE, SENDERS * EACH};
    }

    private static ServiceRegistration<Handler> register(House house, int number) {
        return house.register(e -> e.respond(Response.empty(204)), properties(number));
    }

    @Test
    void whileAHandlerChangesItsNameNothingIsLeftBehind() throws Exception {
        test((house, old, number) -> {
            old.setProperties(House.properties(properties(number)));
            return old;
        });
    }

    @Test
    void whileHandlersGoBeforeOthersComeNothingIsLeftBehind() throws Exception {
        test((house, old, number) -> {
            old.unregister();
            return register(house, number);
        });
    }

    @Test
    void whileHandlersComeBeforeOthersGoNothingIsLeftBehind() throws Exception {
        test((house, old, number) -> {
            ServiceRegistration<Handler> next = register(house, number);
            old.unregister();
            return next;
        });
    }

    private void test(Churn churn) throws Exception {
        ExecutorService threads = Executors.newCachedThreadPool();
        try (House house = new House(storage, House.config(Patient.class))) {
            Future<Integer> changes = threads.submit(() -> churn(house, churn));
            List<Future<List<Client>>> senders = new ArrayList<>();
            for (int i = 0; i < SENDERS; i++) {
                senders.add(threads.submit(send(house)));
            }
            List<Client> all = new ArrayList<>();
            for (Future<List<Client>> sender : senders) {
                all.addAll(sender.get(60, TimeUnit.SECONDS));
            }
            done.set(true);
            assertTrue(changes.get(60, TimeUnit.SECONDS) > 2);
            for (Client client : all) {
                assertEquals(204, client.status());
                assertEquals(1, client.endings.get());
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private int churn(House house, Churn churn) {
        ServiceRegistration<Handler> current = register(house, 0);
        int number = 0;
        while (!done.get() || number < 3) {
            number++;
            current = churn.next(house, current, number);
        }
        return number;
    }

    private static Callable<List<Client>> send(House house) {
        return () -> {
            List<Client> clients = new ArrayList<>(EACH);
            // a route has to be there before it can be kept
            while (house.dispatcher.registry().routes().list().isEmpty()) {
                Thread.onSpinWait();
            }
            for (int i = 0; i < EACH; i++) {
                clients.add(house.route("p/" + i));
            }
            return clients;
        };
    }
}
