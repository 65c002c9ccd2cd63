package org.hearthd.spi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Proxy;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.ServiceRegistration;
import org.osgi.framework.SynchronousBundleListener;
import org.osgi.service.component.ComponentConstants;

/** Who waits for an end that takes a while. */
@Timeout(180)
class LeaveTest {
    private static final int DELETED = ComponentConstants.DEACTIVATION_REASON_CONFIGURATION_DELETED;

    private final CompletableFuture<SynchronousBundleListener> listener = new CompletableFuture<>();
    private final CountDownLatch withdrawn = new CountDownLatch(1);
    private final CountDownLatch removed = new CountDownLatch(1);
    private final CountDownLatch go = new CountDownLatch(1);
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile int state = Bundle.ACTIVE;
    /** Whether the framework has withdrawn the service already. */
    private volatile boolean stopped;
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

    private final ServiceRegistration<?> registration = (ServiceRegistration<?>) Proxy.newProxyInstance(
            Bundle.class.getClassLoader(), new Class<?>[] {ServiceRegistration.class}, (proxy, method, arguments) -> {
                assertEquals("unregister", method.getName());
                withdrawn.countDown();
                if (stopped) {
                    throw new IllegalStateException("already unregistered");
                }
                return null;
            });

    private void end() {
        assertEquals(0, withdrawn.getCount());
        try {
            go.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        ended.countDown();
    }

    private void begin(int reason) {
        Leave.begin(context, reason, "x", registration, this::end);
    }

    @Test
    void whoDeletesAConfigurationDoesNotWait() throws Exception {
        begin(DELETED);
        assertEquals(1, ended.getCount());
        go.countDown();
        assertTrue(ended.await(60, TimeUnit.SECONDS));
        assertTrue(removed.await(60, TimeUnit.SECONDS), "it listens for ever");
    }

    @ParameterizedTest
    @ValueSource(ints = {ComponentConstants.DEACTIVATION_REASON_BUNDLE_STOPPED, ComponentConstants.DEACTIVATION_REASON_REFERENCE,
        ComponentConstants.DEACTIVATION_REASON_DISABLED})
    void whoeverElseEndsAHandlerWaits(int reason) {
        go.countDown();
        begin(reason);
        assertEquals(0, ended.getCount());
        assertFalse(listener.isDone(), "it went aside");
    }

    @Test
    void whatTheFrameworkHasWithdrawnAlreadyEndsAllTheSame() {
        stopped = true;
        go.countDown();
        begin(ComponentConstants.DEACTIVATION_REASON_BUNDLE_STOPPED);
        assertEquals(0, ended.getCount());
    }

    @Test
    void whoStopsTheBundleWaits() {
        state = Bundle.STOPPING;
        go.countDown();
        begin(DELETED);
        assertEquals(0, ended.getCount());
    }

    /** Between two looks at the bundle there is always a moment in which it may begin to stop. */
    @Test
    void aStopThatBeginsBeforeAnybodyListensWaits() {
        added = () -> state = Bundle.STOPPING;
        go.countDown();
        begin(DELETED);
        assertEquals(0, ended.getCount());
    }

    @Test
    void whereTheBundleHasStoppedTheEndIsNotForgotten() {
        added = () -> {
            throw new IllegalStateException("no longer valid");
        };
        go.countDown();
        begin(DELETED);
        assertEquals(0, ended.getCount());
    }

    @Test
    void whoStopsTheBundleWaitsForAnEndThatHasBegunBefore() throws Exception {
        begin(DELETED);
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
