package org.hearthd.lifecycle;

import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import org.hearthd.dispatch.Dispatcher;
import org.hearthd.spi.Source;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.metatype.annotations.Designate;

/**
 * Watches until the runtime is ready, once, and says so; the command {@code explain} logs what is missing at any time. Nothing runs
 * once it is ready.
 */
@Component(immediate = true, service = {ToIntFunction.class,
    Supplier.class}, property = "hearth.command=explain", configurationPid = LifecycleConfig.PID)
@Designate(ocd = LifecycleConfig.class)
public final class Readiness implements ToIntFunction<String[]>, Supplier<List<String>> {
    private static final System.Logger LOG = System.getLogger(Readiness.class.getName());
    private static final long OFTEN_MS = 50;
    private static final long SELDOM_MS = 500;

    private final BundleContext context;
    private final Explanation explanation;
    private final Notifier notifier;
    private final AtomicInteger sources = new AtomicInteger();
    private final CountDownLatch stopped = new CountDownLatch(1);
    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC)
    private volatile Dispatcher dispatcher;
    /** Each tells what is not there and will not come by waiting. */
    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC, target = "(hearth.unready=*)")
    private volatile List<Supplier<List<String>>> failures = List.of();
    private volatile long warnMs;

    /** Acquires nothing but memory. */
    @Activate
    public Readiness(BundleContext context, LifecycleConfig config, @Reference ConfigurationAdmin configurations,
            @Reference ServiceComponentRuntime runtime, @Reference Notifier notifier) {
        this.context = context;
        this.explanation = new Explanation(context, configurations, runtime);
        this.notifier = notifier;
        modified(config);
    }

    @Modified
    void modified(LifecycleConfig config) {
        warnMs = Millis.check("ready.warn.ms", config.ready_warn_ms());
    }

    @Activate
    void start() {
        Thread watcher = new Thread(this::watch, "lifecycle-readiness");
        watcher.setDaemon(true);
        watcher.start();
    }

    @Deactivate
    void stop() {
        stopped.countDown();
    }

    @Reference(service = Source.class, cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void addSource(ServiceReference<Source> source) {
        sources.incrementAndGet();
    }

    void removeSource(ServiceReference<Source> source) {
        sources.decrementAndGet();
    }

    /** For tests. */
    void dispatcher(Dispatcher newDispatcher) {
        dispatcher = newDispatcher;
    }

    /** For tests. */
    void failures(List<Supplier<List<String>>> newFailures) {
        failures = newFailures;
    }

    /** One line for each thing that is missing; none = ready. */
    @Override
    public List<String> get() {
        List<String> lines = new ArrayList<>(explanation.lines(dispatcher, sources.get() > 0));
        if (!explanation.starting()) {
            failures.forEach(failure -> failure.get().forEach(line -> lines.add(Components.FAILED + line)));
        }
        notifier.unready().ifPresent(lines::add);
        return lines;
    }

    private void watch() {
        long started = System.nanoTime();
        List<String> logged = List.of();
        try {
            for (;;) {
                List<String> lines = get();
                if (lines.isEmpty()) {
                    ready();
                    return;
                }
                // a slow start is no news; what still does not work after it is
                boolean starting = explanation.starting();
                started = starting ? System.nanoTime() : started;
                boolean warn = !starting && TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - started) >= warnMs;
                if (warn && !lines.equals(logged)) {
                    LOG.log(Level.WARNING, text(lines));
                    logged = lines;
                }
                if (stopped.await(warn ? SELDOM_MS : OFTEN_MS, TimeUnit.MILLISECONDS)) {
                    return;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IllegalStateException e) {
            LOG.log(Level.DEBUG, "the runtime ends before it was ready", e);
        }
    }

    private void ready() {
        context.registerService(Object.class, new Object(), new Hashtable<>(Map.of("hearth.ready", true)));
        notifier.ready();
        LOG.log(Level.DEBUG, "ready");
    }

    /** Logs what is missing; 0 = ready, 1 = not, 2 = not, and something has failed, so that waiting does not help. */
    @Override
    public int applyAsInt(String[] arguments) {
        List<String> lines = get();
        LOG.log(Level.INFO, lines.isEmpty() ? "ready" : text(lines));
        boolean failed = lines.stream().anyMatch(line -> line.contains(Components.FAILED));
        return failed ? 2 : lines.isEmpty() ? 0 : 1;
    }

    private static String text(List<String> lines) {
        return "not ready:\n  " + String.join("\n  ", lines);
    }
}
