package org.hearthd.scgi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Proxy;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.SynchronousBundleListener;

/** Who waits for an end that takes a while. */
@Timeout(180)
class LeaveTest {
    private final CompletableFuture<SynchronousBundleListener> listener = new CompletableFuture<>();
    private final CountDownLatch removed = new CountDownLatch(1);
    private final CountDownLatch go = new CountDownLatch(1);
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile int state = Bundle.ACTIVE;
    /** What happens while a listener is added. */
    private Runnable added = () -> {};
    private final Bundle bundle = bundle();

    private Bundle bundle() {
        return (Bundle) Proxy.newProxyInstance(Bundle.class.getClassLoader(), new Class<?>[] {Bundle.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "getState" -> state;
                    case "equals" -> proxy == arguments[0];
                    case "hashCode" -> 1;
                    default -> "bundle";
                });
    }

    private final BundleContext context = (BundleContext) Proxy.newProxyInstance(Bundle.class.getClassLoader(),
            new Class<?>[] {BundleContext.class}, (proxy, method, arguments) -> {
                switch (method.getName()) {
                    case "addBundleListener" -> {
                        added.run();
                        listener.complete((SynchronousBundleListener) arguments[0]);
                    }
                    case "removeBundleListener" -> removed.countDown();
                    default -> assertEquals("getBundle", method.getName());
                }
                return method.getName().equals("getBundle") ? bundle : null;
            });

    private void end() {
        try {
            go.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        ended.countDown();
    }

    @Test
    void whoDeletesAConfigurationDoesNotWait() throws Exception {
        Leave.begin(context, "end", this::end);
        assertEquals(1, ended.getCount());
        go.countDown();
        assertTrue(ended.await(60, TimeUnit.SECONDS));
        assertTrue(removed.await(60, TimeUnit.SECONDS), "it listens for ever");
    }

    @Test
    void whoStopsTheBundleWaits() {
        state = Bundle.STOPPING;
        go.countDown();
        Leave.begin(context, "end", this::end);
        assertEquals(0, ended.getCount());
    }

    /** Between two looks at the bundle there is always a moment in which it may begin to stop. */
    @Test
    void aStopThatBeginsBeforeAnybodyListensWaits() {
        added = () -> state = Bundle.STOPPING;
        go.countDown();
        Leave.begin(context, "end", this::end);
        assertEquals(0, ended.getCount());
    }

    @Test
    void whereTheBundleHasStoppedTheEndIsNotForgotten() {
        added = () -> {
            throw new IllegalStateException("no longer valid");
        };
        go.countDown();
        Leave.begin(context, "end", this::end);
        assertEquals(0, ended.getCount());
    }

    @Test
    void whoStopsTheBundleWaitsForAnEndThatHasBegunBefore() throws Exception {
        Leave.begin(context, "end", this::end);
        Bundle other = bundle();
        listener.join().bundleChanged(new BundleEvent(BundleEvent.STOPPING, other));
        listener.join().bundleChanged(new BundleEvent(BundleEvent.STARTED, bundle));
        CompletableFuture<Void> stopping = CompletableFuture
                .runAsync(() -> listener.join().bundleChanged(new BundleEvent(BundleEvent.STOPPING, bundle)));
        assertThrows(TimeoutException.class, () -> stopping.get(100, TimeUnit.MILLISECONDS));
        go.countDown();
        stopping.get(60, TimeUnit.SECONDS);
        assertEquals(0, ended.getCount());
    }
}
