package org.hearthd.deploy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.hearthd.dispatch.Handlers;
import org.hearthd.dispatch.Succession;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceEvent;
import org.osgi.framework.ServiceReference;

/** The contract of room dispatch, over services that are no handlers but are named like some. */
final class TestHandlers implements Handlers {
    private final BundleContext context;
    /** Services out of service, by id. */
    private final Set<Object> retired = ConcurrentHashMap.newKeySet();
    private final Set<Bundle> announced = ConcurrentHashMap.newKeySet();
    /** By version of the bundle: what its drain waits for. */
    final Map<String, CompletableFuture<Void>> drains = new ConcurrentHashMap<>();

    /** By version of the bundle: what is thrown while its handlers are waited for. */
    final Map<String, Supplier<Error>> errors = new ConcurrentHashMap<>();

    /** Names of handlers that a bundle had once. */
    private final Map<Bundle, Set<String>> withdrawn = new ConcurrentHashMap<>();

    TestHandlers(BundleContext context) {
        this.context = context;
        context.addServiceListener(event -> {
            ServiceReference<?> one = event.getServiceReference();
            if (event.getType() == ServiceEvent.UNREGISTERING && one.getProperty("handler.name") != null) {
                withdrawn.computeIfAbsent(one.getBundle(), bundle -> ConcurrentHashMap.newKeySet()).add(name(one));
            }
        });
    }

    @Override
    public Succession succeed(Bundle predecessor, Bundle successor, Predicate<String> returns) {
        announced.add(successor);
        Map<String, ServiceReference<?>> before = new HashMap<>();
        references(predecessor).forEach(one -> before.put(name(one), one));
        Set<String> required = new TreeSet<>(withdrawn.getOrDefault(predecessor, Set.of()));
        required.removeIf(returns.negate());
        required.addAll(before.keySet());
        return new Succession() {
            @Override
            public boolean exclusive() {
                return before.values().stream().anyMatch(one -> one.getProperty("handler.exclusive") != null);
            }

            @Override
            public CompletionStage<Void> retirePredecessor() {
                return retire(predecessor);
            }

            @Override
            public void readmitPredecessor() {
                references(predecessor).forEach(one -> retired.remove(id(one)));
            }

            @Override
            public Map<String, String> missing() {
                Supplier<Error> error = errors.get(successor.getVersion().toString());
                if (error != null) {
                    throw error.get();
                }
                Map<String, String> missing = new HashMap<>();
                required.forEach(name -> missing.put(name, "it is not there"));
                references(successor).forEach(one -> missing.remove(name(one)));
                missing.putAll(shortcomings(successor));
                return missing;
            }

            @Override
            public void commit() {
                announced.remove(successor);
                references(predecessor).forEach(one -> retired.add(id(one)));
            }

            @Override
            public void close() {
                // what was not committed stays out of service until it goes
            }
        };
    }

    @Override
    public Map<String, String> shortcomings(Bundle bundle) {
        Map<String, String> shortcomings = new HashMap<>();
        for (ServiceReference<?> one : references(bundle)) {
            Object failing = one.getProperty("failing");
            if (failing != null && !Files.exists(Path.of(failing.toString()))) {
                shortcomings.put(name(one), "its self-check failed: " + failing);
            }
        }
        return shortcomings;
    }

    @Override
    public boolean failed(Bundle bundle) {
        return !shortcomings(bundle).isEmpty();
    }

    @Override
    public long inProgress(Bundle bundle) {
        CompletableFuture<Void> drain = drains.get(bundle.getVersion().toString());
        return drain == null || drain.isDone() ? 0 : 1;
    }

    @Override
    public CompletionStage<Void> retire(Bundle bundle) {
        references(bundle).forEach(one -> retired.add(id(one)));
        return drains.getOrDefault(bundle.getVersion().toString(), CompletableFuture.completedFuture(null));
    }

    /** The version of the bundle whose handler is in service; empty if there is none. */
    String serving(String name) {
        ServiceReference<?> newest = null;
        for (Bundle bundle : context.getBundles()) {
            for (ServiceReference<?> one : references(bundle)) {
                if (name(one).equals(name) && !retired.contains(id(one)) && !announced.contains(bundle)
                        && (newest == null || (Long) id(one) > (Long) id(newest))) {
                    newest = one;
                }
            }
        }
        Bundle bundle = newest == null ? null : newest.getBundle();
        return bundle == null ? "" : bundle.getVersion().toString();
    }

    private static Object id(ServiceReference<?> one) {
        return one.getProperty("service.id");
    }

    private static String name(ServiceReference<?> one) {
        return (String) one.getProperty("handler.name");
    }

    private static List<ServiceReference<?>> references(Bundle bundle) {
        List<ServiceReference<?>> found = new ArrayList<>();
        ServiceReference<?>[] all = bundle.getState() == Bundle.UNINSTALLED ? null : bundle.getRegisteredServices();
        for (ServiceReference<?> one : all == null ? new ServiceReference<?>[0] : all) {
            if (one.getProperty("handler.name") != null) {
                found.add(one);
            }
        }
        return found;
    }
}
