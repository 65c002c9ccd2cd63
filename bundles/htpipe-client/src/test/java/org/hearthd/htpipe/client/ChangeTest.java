package org.hearthd.htpipe.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.hearthd.Exchange;
import org.hearthd.Response;
import org.hearthd.ashd.Requests;
import org.hearthd.transport.PacketConnection;
import org.hearthd.transport.PacketListener;
import org.hearthd.transport.StreamConnection;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.ServiceRegistration;
import org.osgi.framework.SynchronousBundleListener;
import org.osgi.service.component.ComponentConstants;

/** A configuration that is changed, deleted or wrong. */
final class ChangeTest extends ClientContract {
    private final CountDownLatch drained = new CountDownLatch(1);
    private final CountDownLatch unregistered = new CountDownLatch(1);
    private final CompletableFuture<SynchronousBundleListener> listener = new CompletableFuture<>();
    private final ServiceRegistration<?> registration = proxy(ServiceRegistration.class, (self, method, arguments) -> {
        assertTrue(drained.await(60, TimeUnit.SECONDS));
        unregistered.countDown();
        return null;
    });
    private final Bundle bundle = proxy(Bundle.class, (self, method, arguments) -> method.getName().equals("equals")
            ? (Object) (self == arguments[0])
            : Bundle.ACTIVE);
    private final BundleContext context = proxy(BundleContext.class, (self, method, arguments) -> {
        if (method.getName().equals("addBundleListener")) {
            listener.complete((SynchronousBundleListener) arguments[0]);
        }
        return method.getName().equals("getBundle") ? bundle : registration;
    });

    private void startInABundle() throws IOException {
        far();
        client = new HtpipeClient(context, config(Map.of("handler", "far", "address", address("socket").path().toString())),
                Map.of());
        client.transports(packets, streams);
        client.start();
    }

    @Test
    void deletingTheConfigurationHoldsNobodyUpAndTheClientWorksUntilItsRequestsHaveEnded() throws Exception {
        startInABundle();
        assertPasses("before");
        client.stop(ComponentConstants.DEACTIVATION_REASON_CONFIGURATION_DELETED);
        client.transports(null, null);
        assertPasses("after");
        far();
        assertPasses("reconnected");
        drained.countDown();
        assertTrue(unregistered.await(60, TimeUnit.SECONDS));
    }

    @Test
    void whoStopsTheBundleWaitsForAClientWhoseConfigurationWasDeletedBefore() throws Exception {
        startInABundle();
        client.stop(ComponentConstants.DEACTIVATION_REASON_CONFIGURATION_DELETED);
        CompletableFuture<Void> stopping = concurrently(() -> {
            get(listener).bundleChanged(new BundleEvent(BundleEvent.STOPPING, bundle));
            return null;
        });
        assertThrows(TimeoutException.class, () -> stopping.get(100, TimeUnit.MILLISECONDS));
        drained.countDown();
        get(stopping);
        assertEquals(0, unregistered.getCount());
    }

    private static <T> T proxy(Class<T> type, InvocationHandler handler) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
    }

    @Test
    void aChangedAddressIsWhereThoseGoThatWait() throws Exception {
        start(20_000);
        StreamConnection waits = request("a");
        try (PacketListener other = packets.adoptListener(packets.listen(address("other"), 0600, 5))) {
            client.modified(config(Map.of("handler", "far", "address", address("other").path().toString())), Map.of());
            PacketConnection connection = other.accept();
            open.add(connection);
            concurrently(() -> {
                Requests.receive(connection, () -> streams, "other", exchanges::add);
                return null;
            });
            next("a").respond(Response.text(200, "elsewhere"));
            assertTrue(answer(waits).endsWith("elsewhere"));
            far();
            client.modified(config(Map.of("handler", "far", "address", address("socket").path().toString())), Map.of());
            assertPasses("b");
        }
    }

    @Test
    void withoutAThreadToLookForTheNewServerAChangeIsRefusedAndTheNextOneWorks() throws Exception {
        far();
        start(20_000);
        assertPasses("a");
        HtpipeClientConfig changed = config(Map.of("handler", "far", "address", address("other").path().toString()));
        client.connector().threads(task -> new Thread(task) {
            @Override
            public void start() {
                throw new OutOfMemoryError("unable to create native thread, on purpose");
            }
        });
        String message = assertThrows(IOException.class, () -> client.modified(changed, Map.of())).getMessage();
        assertTrue(message.contains("there is no thread to look for the server on " + address("other")), message);
        assertPasses("b");
        client.connector().threads(Thread::new);
        try (PacketListener other = packets.adoptListener(packets.listen(address("other"), 0600, 5))) {
            client.modified(changed, Map.of());
            other.accept().close();
        }
    }

    @Test
    void theOldServerGoesOnUntilTheNewOneCanBeReached() throws Exception {
        far();
        start(20_000);
        assertPasses("a");
        client.modified(config(Map.of("handler", "far", "address", address("other").path().toString())), Map.of());
        client.modified(config(Map.of("handler", "far", "address", address("other").path().toString(), "waiting_max", 7)),
                Map.of());
        for (int i = 0; i < 20; i++) {
            assertPasses("old" + i);
        }
        try (PacketListener other = packets.adoptListener(packets.listen(address("other"), 0600, 5))) {
            PacketConnection connection = other.accept();
            open.add(connection);
            BlockingQueue<Exchange> elsewhere = new LinkedBlockingQueue<>();
            concurrently(() -> {
                Requests.receive(connection, () -> streams, "other", elsewhere::add);
                return null;
            });
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
            boolean moved = false;
            while (!moved && System.nanoTime() < deadline) {
                StreamConnection response = request("b");
                Exchange taken = null;
                while (taken == null && System.nanoTime() < deadline) {
                    taken = elsewhere.poll(1, TimeUnit.MILLISECONDS);
                    moved = taken != null;
                    taken = moved ? taken : exchanges.poll();
                }
                taken.respond(Response.text(200, "b"));
                assertTrue(answer(response).endsWith("b"));
            }
            assertTrue(moved, "the new server was never used");
        }
    }

    @Test
    void wrongConfigurationsAreRefusedByKey() {
        assertKey("handler", Map.of("address", "/s"));
        assertKey("address", Map.of("handler", "far"));
        assertKey("address", Map.of("handler", "far", "address", "/" + "x".repeat(107)));
        for (Map.Entry<String, Object> bad : Map.<String, Object>of("waiting_max", -1, "wait_timeout_ms", 0L, "datagram_limit",
                212_961, "reconnect_min_ms", 51L, "reconnect_max_ms", 0L).entrySet()) {
            assertKey(bad.getKey().replace('_', '.'),
                    Map.of("handler", "far", "address", "/s", bad.getKey(), bad.getValue()));
        }
    }

    private void assertKey(String key, Map<String, Object> values) {
        HtpipeClientConfig config = config(values);
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> Settings.of("some.pid", config));
        assertTrue(e.getMessage().startsWith("some.pid: ") && e.getMessage().contains(key), e.getMessage());
    }
}
