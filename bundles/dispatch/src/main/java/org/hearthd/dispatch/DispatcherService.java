package org.hearthd.dispatch;

import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.hearthd.Exchange;
import org.hearthd.Handler;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.BundleListener;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.metatype.annotations.Designate;

/** The dispatcher: keeps the slots by name and the table of routes up to date, and leads exchanges through them. */
@Component(immediate = true, configurationPid = Limits.PID)
@Designate(ocd = DispatchConfig.class)
public final class DispatcherService implements Dispatcher {
    private static final System.Logger LOG = System.getLogger(DispatcherService.class.getName());
    private static final int IDLE_S = 10;

    private final BundleContext context;
    private final Map<String, Slot> slots = new ConcurrentHashMap<>();
    private final Map<ServiceReference<Handler>, HandlerService> services = new ConcurrentHashMap<>();
    private final List<RouteConfig> configured = new CopyOnWriteArrayList<>();
    private final DeclaredRoutes declared = new DeclaredRoutes();
    private final BiConsumer<Slot, Exchange> next = this::give;
    private final BundleListener uninstalls = this::bundleChanged;
    /** Deadlines; without a thread while there are none. */
    private final ScheduledThreadPoolExecutor timers;
    /** Activates at start and after a failure, and retires what a change of configuration replaced. */
    private final ExecutorService background;
    private volatile Limits limits;
    private volatile RouteTable table = new RouteTable(List.of(), this::slot);
    private volatile boolean started;

    /** Acquires nothing but memory. */
    @Activate
    public DispatcherService(BundleContext context, DispatchConfig config) {
        this.context = context;
        limits = Limits.of(config);
        ThreadFactory threads = HandlerPool.threads("dispatch", DispatcherService.class.getClassLoader());
        timers = new ScheduledThreadPoolExecutor(1, threads, new ThreadPoolExecutor.DiscardPolicy());
        timers.setRemoveOnCancelPolicy(true);
        timers.setKeepAliveTime(IDLE_S, TimeUnit.SECONDS);
        timers.allowCoreThreadTimeOut(true);
        background = new ThreadPoolExecutor(0, Integer.MAX_VALUE, IDLE_S, TimeUnit.SECONDS, new SynchronousQueue<>(), threads,
                new ThreadPoolExecutor.DiscardPolicy());
    }

    /** Fetches the handlers bound so far elsewhere: one that needs a Dispatcher itself could not have it before this returns. */
    @Activate
    void start() {
        started = true;
        context.addBundleListener(uninstalls);
        slots.values().forEach(this::activateLater);
    }

    /** Exchanges in progress keep their deadlines; SCR withdraws the handlers after this. */
    @Deactivate
    void stop() {
        context.removeBundleListener(uninstalls);
        timers.shutdown();
        background.shutdown();
    }

    @Modified
    void modified(DispatchConfig config) {
        limits = Limits.of(config);
        services.keySet().forEach(this::updatedHandler);
    }

    @Override
    public void route(Exchange exchange) {
        try {
            if (!table.route(exchange, next)) {
                exchange.fail(404, "Nothing is found here.");
            }
        } catch (RuntimeException | StackOverflowError e) {
            LOG.log(Level.ERROR, () -> exchange + ": can not be routed: 500", e);
            exchange.fail(500, "The request could not be routed.");
        }
    }

    @Override
    public void dispatch(String handlerName, Exchange exchange) {
        give(slot(handlerName), exchange);
    }

    private void give(Slot slot, Exchange given) {
        Exchange exchange;
        try {
            exchange = given.move(slot.owner());
        } catch (IllegalStateException e) {
            LOG.log(Level.ERROR, () -> given + " was given to " + slot.owner() + " by somebody who does not own it", e);
            return;
        }
        Generation generation = slot.lease();
        if (generation == null) {
            withoutGeneration(slot, exchange);
        } else {
            generation.handle(exchange);
        }
    }

    /** The one place where an exchange is refused because its handler is absent or being replaced. */
    private void withoutGeneration(Slot slot, Exchange exchange) {
        Unavailable.answer(exchange, limits.retryAfterS(), "The handler is absent at the moment.");
        activateLater(slot);
    }

    @Override
    public List<String> unready() {
        List<String> lines = new ArrayList<>();
        for (Route route : table.routes()) {
            Slot slot = slot(route.handler());
            if (route.required() && !slot.ready()) {
                lines.add(route + ": " + slot.absence());
                activateLater(slot);
            }
        }
        services.values().stream().filter(HandlerService::pending).forEach(s -> lines.add(s + " is being activated"));
        return lines;
    }

    private Slot slot(String name) {
        return slots.computeIfAbsent(name, Slot::new);
    }

    private void activateLater(Slot slot) {
        for (HandlerService service : slot.services()) {
            if (service.due()) {
                background.execute(() -> activate(slot, service));
            }
        }
    }

    private static void activate(Slot slot, HandlerService service) {
        service.activate();
        slot.choose();
    }

    /** Binds the reference only: the object is fetched lazily. */
    @Reference(service = Handler.class, cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void addHandler(ServiceReference<Handler> reference) {
        Bundle bundle = reference.getBundle();
        HandlerSettings settings = HandlerSettings.of(reference, limits);
        if (bundle == null || settings.name() == null) {
            return;
        }
        HandlerService service = new HandlerService(context, reference, bundle, settings, limits.retryAfterS(), timers);
        Slot slot = slot(settings.name());
        services.put(reference, service);
        slot.add(service);
        if (started) {
            activate(slot, service);
        }
        refreshRoutes();
    }

    /** Properties have changed. */
    void updatedHandler(ServiceReference<Handler> reference) {
        HandlerService service = services.get(reference);
        HandlerSettings settings = HandlerSettings.of(reference, limits);
        if (service == null || !service.settings().name().equals(settings.name())) {
            removeHandler(reference);
            addHandler(reference);
            return;
        }
        Generation old = service.change(settings, limits.retryAfterS());
        slot(settings.name()).choose();
        if (old != null) {
            background.execute(() -> service.retire(old, limits.retireTimeoutMs()));
        }
        refreshRoutes();
    }

    /** Holds the unregistering caller, bounded, until no request uses the handler any more. */
    void removeHandler(ServiceReference<Handler> reference) {
        HandlerService service = services.remove(reference);
        if (service != null) {
            slot(service.settings().name()).remove(service);
            service.close(limits.retireTimeoutMs());
        }
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void addRoute(RouteConfig route) {
        configured.add(route);
        refreshRoutes();
    }

    /** The service's properties have changed; where the change was refused the route is the old one. */
    void updatedRoute(RouteConfig route) {
        refreshRoutes();
    }

    void removeRoute(RouteConfig route) {
        configured.remove(route);
        refreshRoutes();
    }

    private void bundleChanged(BundleEvent event) {
        if (event.getType() == BundleEvent.UNINSTALLED) {
            refreshRoutes();
        }
    }

    private synchronized void refreshRoutes() {
        List<Route> routes = new ArrayList<>(declared.refresh(services.values()));
        configured.forEach(c -> routes.add(c.route()));
        table = new RouteTable(routes, this::slot);
    }
}
