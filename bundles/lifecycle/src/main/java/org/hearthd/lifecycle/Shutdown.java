package org.hearthd.lifecycle;

import static org.osgi.service.component.annotations.ReferenceCardinality.MULTIPLE;
import static org.osgi.service.component.annotations.ReferencePolicy.DYNAMIC;

import java.lang.System.Logger.Level;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import org.hearthd.spi.Source;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;

/**
 * The command {@code stop}: sources take nothing new and finish what they have, then handlers what sources do not know of. The
 * launcher stops everything else afterwards. A source that can bring nothing more ends the runtime in the same way, and so does who
 * gives an exit code. The first to want the end decides about the code; it is at least 1 if not everything could be finished.
 */
@Component(immediate = true, service = {ToIntFunction.class, IntConsumer.class}, property = {"hearth.command=stop",
    "hearth.end=true"}, configurationPid = LifecycleConfig.PID)
public final class Shutdown implements ToIntFunction<String[]>, IntConsumer {
    private static final System.Logger LOG = System.getLogger(Shutdown.class.getName());

    private static final int UNDECIDED = -1;

    private final Notifier notifier;
    private final Set<Source> sources = new CopyOnWriteArraySet<>();
    /** What handlers have in progress that sources do not count any more, and whose it is. */
    private final Map<Supplier<CompletionStage<Void>>, String> handlers = new ConcurrentHashMap<>();
    /** The code of the end, by who was the first to want one. */
    private final AtomicInteger decided = new AtomicInteger(UNDECIDED);
    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, target = "(hearth.exit=true)")
    private volatile IntConsumer exit;
    private volatile long drainMs;

    /** Acquires nothing but memory. */
    @Activate
    public Shutdown(LifecycleConfig config, @Reference Notifier notifier) {
        this.notifier = notifier;
        modified(config);
    }

    @Modified
    void modified(LifecycleConfig config) {
        drainMs = Millis.check("drain.timeout.ms", config.drain_timeout_ms());
    }

    /** For tests. */
    void exit(IntConsumer newExit) {
        exit = newExit;
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void addSource(Source source) {
        sources.add(source);
        source.exhausted().whenComplete((nothing, failure) -> ended(source, failure));
    }

    void removeSource(Source source) {
        sources.remove(source);
    }

    @Reference(service = Supplier.class, target = "(hearth.drain=*)", cardinality = MULTIPLE, policy = DYNAMIC)
    void addHandler(Supplier<CompletionStage<Void>> handler, Map<String, Object> properties) {
        handlers.put(handler, String.valueOf(properties.get("hearth.drain")));
    }

    void removeHandler(Supplier<CompletionStage<Void>> handler) {
        handlers.remove(handler);
    }

    private void ended(Source source, Throwable failure) {
        if (!sources.contains(source) || !decide(failure == null ? 0 : 1)) {
            return;
        }
        if (failure == null) {
            LOG.log(Level.INFO, () -> source.describe() + " has ended: the runtime ends");
        } else {
            LOG.log(Level.ERROR, () -> source.describe() + " is broken: " + failure.getMessage() + ": the runtime ends");
            LOG.log(Level.DEBUG, source.describe(), failure);
        }
        end();
    }

    /** Ends the runtime in order with that exit code, without waiting here; does nothing if it ends already. */
    @Override
    public void accept(int code) {
        if (decide(code)) {
            end();
        }
    }

    private boolean decide(int code) {
        return decided.compareAndSet(UNDECIDED, code);
    }

    /** On a thread of its own: draining blocks, and whoever wants the end may be what drains. */
    private void end() {
        Thread thread = new Thread(() -> {
            int code = Math.max(drain(), decided.get());
            IntConsumer end = exit;
            if (end == null) {
                LOG.log(Level.ERROR, "nobody can end the runtime: no service with hearth.exit=true");
                return;
            }
            end.accept(code);
        }, "lifecycle-end");
        thread.start();
    }

    /** Drains all sources; 0 = all requests have ended, 1 = some had not in time; or the code of an end that has begun before. */
    @Override
    public int applyAsInt(String[] arguments) {
        // a source that ends because it drains is not news
        decide(0);
        return Math.max(drain(), decided.get());
    }

    private int drain() {
        notifier.stopping();
        Map<Source, CompletableFuture<Void>> draining = new LinkedHashMap<>();
        sources.forEach(source -> draining.put(source, drain(source::drain)));
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(drainMs);
        int result = 0;
        for (Map.Entry<Source, CompletableFuture<Void>> one : draining.entrySet()) {
            result |= await(one.getKey().describe(), one.getValue(), deadline);
        }
        for (Map.Entry<Supplier<CompletionStage<Void>>, String> one : handlers.entrySet()) {
            result |= await(one.getValue(), drain(one.getKey()), deadline);
        }
        return result;
    }

    private static CompletableFuture<Void> drain(Supplier<CompletionStage<Void>> what) {
        try {
            return what.get().toCompletableFuture();
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private int await(String what, CompletableFuture<Void> drained, long deadline) {
        try {
            drained.get(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
            return 0;
        } catch (TimeoutException e) {
            LOG.log(Level.WARNING,
                    () -> what + " still has requests in progress after " + drainMs + " ms: they are cut");
        } catch (ExecutionException e) {
            LOG.log(Level.ERROR, () -> what + " can not be drained", e.getCause());
        } catch (InterruptedException e) {
            LOG.log(Level.WARNING, () -> what + " is not drained: interrupted");
            Thread.currentThread().interrupt();
        }
        return 1;
    }
}
