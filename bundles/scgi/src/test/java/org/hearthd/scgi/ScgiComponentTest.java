package org.hearthd.scgi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Dictionary;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.hearthd.Handler;
import org.hearthd.spi.Leave;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.ComponentConstants;

/** What others see of a handler when its configuration changes or goes. */
class ScgiComponentTest extends ScgiContract {
    private final List<Dictionary<?, ?>> published = new ArrayList<>();
    private final List<Dictionary<?, ?>> ends = new ArrayList<>();
    /** The threads that withdraw the services. */
    private final BlockingQueue<Thread> withdrawn = new LinkedBlockingQueue<>();
    private final CountDownLatch go = new CountDownLatch(1);

    private static <T> T fake(Class<T> type, InvocationHandler handler) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
    }

    private final Bundle bundle = fake(Bundle.class,
            (proxy, method, arguments) -> method.getName().equals("getState") ? Bundle.ACTIVE : null);
    private final ServiceRegistration<?> registration = registration(published);
    private final ServiceRegistration<?> draining = registration(ends);
    private final BundleContext context = fake(BundleContext.class, (proxy, method, arguments) -> switch (method.getName()) {
        case "getDataFile" -> directory.resolve((String) arguments[0]).toFile();
        case "registerService" -> {
            boolean handler = arguments[0] instanceof String[];
            (handler ? published : ends).add((Dictionary<?, ?>) arguments[2]);
            yield handler ? registration : draining;
        }
        case "getBundle" -> bundle;
        default -> null;
    });

    private ServiceRegistration<?> registration(List<Dictionary<?, ?>> told) {
        return fake(ServiceRegistration.class, (proxy, method, arguments) -> {
            if (method.getName().equals("setProperties")) {
                told.add((Dictionary<?, ?>) arguments[0]);
            } else {
                go.await();
                withdrawn.add(Thread.currentThread());
            }
            return null;
        });
    }

    @BeforeEach
    void loops() throws IOException {
        house("unix:/no/such/socket");
    }

    private ScgiComponent component() throws IOException {
        ScgiComponent component = new ScgiComponent(context, house.loops, config(), Map.of());
        component.start();
        return component;
    }

    private static ScgiConfig config(Object... more) {
        Map<String, Object> keys = House.keys(more);
        keys.putIfAbsent("address", "unix:/no/such/socket");
        return House.config(keys);
    }

    /** References that may change are injected after the constructor, and requests may be waiting. */
    @Test
    void theHandlerIsNotOfferedBeforeItHasWhatItNeeds() throws Exception {
        assertFalse(Files.exists(directory.resolve("others")));
        ScgiComponent component = new ScgiComponent(fake(BundleContext.class, (proxy, method, arguments) -> {
            if (method.getName().equals("getDataFile")) {
                return directory.resolve("others").toFile();
            }
            return method.invoke(context, arguments);
        }), null, config(), Map.of());
        assertEquals(0, published.size() + ends.size());
        assertFalse(Files.exists(directory.resolve("others")), "a check leaves a directory");
        component.start();
        assertEquals(2, published.size() + ends.size());
        go.countDown();
        component.stop(ComponentConstants.DEACTIVATION_REASON_DISPOSED);
    }

    @Test
    void aBadConfigurationIsRefusedByTheConstructor() {
        assertThrows(IllegalArgumentException.class,
                () -> new ScgiComponent(context, null, config("mode", "anonymous"), Map.of()));
    }

    @Test
    void aConstructorThatIsOnlyAskedWhatItRefusesLeavesNothingBehind() throws IOException {
        Files.deleteIfExists(directory.resolve("bodies"));
        new ScgiComponent(context, null, config(), Map.of());
        assertEquals(List.of(), published);
        assertEquals(List.of(), ends);
        assertFalse(Files.exists(directory.resolve("bodies")));
    }

    @Test
    void aChangeOfWhatNobodyElseSeesIsNotToldSoThatRequestsInProgressGoOnWithoutADeadline() throws Exception {
        ScgiComponent component = component();
        component.modified(config("server.name", "x"));
        component.modified(config("address", "unix:/no/such/socket/either"));
        assertEquals(1, published.size());
        component.modified(config("path", "/a"));
        component.modified(config("path", "/a", "handler", "b"));
        component.modified(config("path", "/a", "handler", "b", "retries", 1));
        assertEquals(3, published.size());
        assertEquals("/a", ((String[]) published.get(1).get(Handler.PATH))[0]);
        assertEquals("b", published.get(2).get(Handler.NAME));
        go.countDown();
        component.stop(ComponentConstants.DEACTIVATION_REASON_DISPOSED);
    }

    @Test
    void theRuntimeKnowsHowLongTheEndMayLast() throws Exception {
        ScgiComponent component = component();
        component.modified(config("drain.timeout.ms", 40_000L, "end.term.ms", 7_000L));
        assertEquals(List.of(30_000L, 64_000L), ends.stream().map(end -> end.get(Leave.LONGEST_MS)).toList());
        assertEquals(1, published.size());
        go.countDown();
        component.stop(ComponentConstants.DEACTIVATION_REASON_DISPOSED);
    }

    @Test
    void onlyWhoDeletesTheConfigurationDoesNotWaitForTheEnd() throws Exception {
        component().stop(ComponentConstants.DEACTIVATION_REASON_CONFIGURATION_DELETED);
        assertTrue(withdrawn.isEmpty(), "it was waited for");
        go.countDown();
        assertFalse(Thread.currentThread().equals(withdrawn.poll(60, TimeUnit.SECONDS)));
        withdrawn.poll(60, TimeUnit.SECONDS);
        component().stop(ComponentConstants.DEACTIVATION_REASON_REFERENCE);
        assertEquals(List.of(Thread.currentThread(), Thread.currentThread()), List.copyOf(withdrawn));
    }
}
