package org.hearthd.lifecycle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Filter;
import java.util.logging.Logger;
import org.apache.felix.framework.FrameworkFactory;
import org.hearthd.Exchange;
import org.hearthd.dispatch.Dispatcher;
import org.hearthd.transport.Await;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.launch.Framework;

class ReadinessTest {
    @LifecycleConfig(ready_warn_ms = 0)
    private interface Loud {}

    /** Only its explanation matters here. */
    private static final class Routes implements Dispatcher {
        private final List<String> missing = new CopyOnWriteArrayList<>();

        @Override
        public void route(Exchange exchange) {
            throw new UnsupportedOperationException("not needed");
        }

        @Override
        public void dispatch(String handlerName, Exchange exchange) {
            throw new UnsupportedOperationException("not needed");
        }

        @Override
        public List<String> unready() {
            return missing;
        }
    }

    @TempDir
    Path storage;
    private final TestDescriptors descriptors = new TestDescriptors();
    private final Routes routes = new Routes();
    private final AtomicInteger looks = new AtomicInteger();
    private Framework framework;
    private BundleContext context;
    private Readiness readiness;

    @BeforeEach
    void start() throws Exception {
        framework = new FrameworkFactory().newFramework(Map.of(Constants.FRAMEWORK_STORAGE, storage.toString()));
        framework.init();
        context = framework.getBundleContext();
        readiness = new Readiness(counting(context), Loud.class.getAnnotation(LifecycleConfig.class), new Nothing(),
                new Nothing(),
                new Notifier("7", null, descriptors));
    }

    @AfterEach
    void stop() throws Exception {
        readiness.stop();
        framework.stop();
        framework.waitForStop(10_000);
    }

    private BundleContext counting(BundleContext real) {
        return (BundleContext) Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] {BundleContext.class},
                (self, method, arguments) -> {
                    if (method.getName().equals("getBundle")) {
                        looks.incrementAndGet();
                    }
                    return method.invoke(real, arguments);
                });
    }

    private boolean marked() {
        try {
            return context.getServiceReferences(Object.class.getName(), "(hearth.ready=true)") != null;
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void itIsReadyOnceTheFrameworkRunsASourceListensAndEveryRouteHasItsHandler() throws BundleException {
        assertEquals(List.of("the framework is starting"), readiness.get());
        framework.start();
        assertEquals(List.of("no source takes requests", "no dispatcher is there (org.hearthd.dispatch.Dispatcher)"),
                readiness.get());
        routes.missing.add("route blog: no handler named blog is registered");
        readiness.dispatcher(routes);
        readiness.addSource(null);
        assertEquals(List.of("route blog: no handler named blog is registered"), readiness.get());
        readiness.start();
        assertEquals(1, readiness.applyAsInt(new String[0]));
        assertEquals(false, marked());
        routes.missing.clear();
        Await.until("it is ready", () -> marked() && !descriptors.told.isEmpty());
        assertEquals(List.of("fd 7: \n"), descriptors.told);
        assertEquals(0, readiness.applyAsInt(new String[0]));
        readiness.removeSource(null);
        assertEquals(1, readiness.applyAsInt(new String[0]), "explains after readiness too");
        assertEquals(1, descriptors.told.size(), "but tells nobody twice");
    }

    @Test
    void whatIsRefusedCountsAsFailedUntilItIsNotAnyMore() throws BundleException {
        List<String> refused = new CopyOnWriteArrayList<>(List.of("a.cfg: org.example~a: size 9"));
        readiness.failures(List.of(() -> refused));
        assertEquals(List.of("the framework is starting"), readiness.get());
        framework.start();
        readiness.dispatcher(routes);
        readiness.addSource(null);
        assertEquals(List.of("failed to start: a.cfg: org.example~a: size 9"), readiness.get());
        assertEquals(2, readiness.applyAsInt(new String[0]), "waiting does not help");
        refused.clear();
        assertEquals(0, readiness.applyAsInt(new String[0]));
    }

    @Test
    void onlyWhatIsStillMissingAfterTheStartIsWarnedOf() throws Exception {
        List<String> warned = new CopyOnWriteArrayList<>();
        Logger logger = Logger.getLogger(Readiness.class.getName());
        Filter before = logger.getFilter();
        logger.setFilter(line -> !warned.add(line.getMessage()));
        try {
            readiness.start();
            // several looks: it looks every 50 ms while it starts
            Await.until("it has looked again and again", () -> looks.get() > 8);
            assertEquals(List.of(), warned);
            framework.start();
            Await.until("it has warned", () -> !warned.isEmpty());
            assertTrue(warned.get(0).contains("no source takes requests"), warned.get(0));
        } finally {
            logger.setFilter(before);
        }
    }

    @Test
    void nothingIsSaidWhenItStopsBeforeItIsReady() throws Exception {
        readiness.start();
        readiness.stop();
        Await.until("its thread has ended",
                () -> Thread.getAllStackTraces().keySet().stream().noneMatch(t -> t.getName().equals("lifecycle-readiness")));
        assertNull(context.getServiceReferences(Object.class.getName(), "(hearth.ready=true)"));
        assertEquals(List.of(), descriptors.told);
    }
}
