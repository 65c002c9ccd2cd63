package org.hearthd.http;

import io.netty.util.concurrent.FastThreadLocal;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.Arrays;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.hearthd.dispatch.Dispatcher;
import org.hearthd.listeners.Listeners;
import org.hearthd.net.EventLoops;
import org.hearthd.spi.AccessObserver;
import org.hearthd.spi.DescriptorBudget;
import org.hearthd.spi.Source;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.osgi.service.metatype.annotations.Designate;

/** The component of one front: its settings, its registration as a source, its end. */
@Component(service = {}, immediate = true, configurationPid = Settings.PID, configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = HttpFrontConfig.class, factory = true)
public final class HttpFront {
    private static final System.Logger LOG = System.getLogger(HttpFront.class.getName());

    private final BundleContext context;
    private final Dispatcher dispatcher;
    private final String pid;
    private final Front front;
    private volatile Settings settings;
    @Reference(policy = ReferencePolicy.DYNAMIC)
    private volatile List<AccessObserver> observers = List.of();
    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    private volatile DescriptorBudget budget;
    private ServiceRegistration<Source> registration;

    /**
     * Checks the configuration.
     *
     * @throws IllegalArgumentException naming PID and key
     */
    @Activate
    public HttpFront(BundleContext context, @Reference EventLoops loops, @Reference Listeners listeners,
            @Reference Dispatcher dispatcher, HttpFrontConfig config, Map<String, Object> properties) {
        this.context = context;
        this.dispatcher = dispatcher;
        this.pid = String.valueOf(properties.getOrDefault("service.pid", Settings.PID));
        this.settings = Settings.of(pid, config);
        this.front = new Front("http " + settings.request().name(), loops, listeners, exchange -> {
            String handler = settings.handler();
            if (handler.isEmpty()) {
                this.dispatcher.route(exchange);
            } else {
                this.dispatcher.dispatch(handler, exchange);
            }
        }, () -> observers, () -> DescriptorBudget.or(budget));
        front.change(settings.limits(), settings.serverHeader(), settings.generationHeader());
    }

    /**
     * Listens.
     *
     * @throws IOException naming the address and the reason
     */
    @Activate
    void start() throws IOException {
        front.listen(settings.request());
        registration = context.registerService(Source.class, front, properties());
        LOG.log(Level.INFO, () -> front.describe() + " is listening");
        FastThreadLocal.removeAll(); // the framework's thread would keep Netty's classes after a refresh
    }

    /** Takes new settings without dropping a connection; a change that fails leaves everything as it was. */
    @Modified
    void modified(HttpFrontConfig config) {
        try {
            Settings changed = Settings.of(pid, config);
            front.listen(changed.request());
            settings = changed;
            front.change(changed.limits(), changed.serverHeader(), changed.generationHeader());
            registration.setProperties(properties());
        } catch (IllegalArgumentException e) {
            refused(e.getMessage(), "");
        } catch (IOException e) {
            refused(pid + ": " + e.getMessage(), whyLost(e));
        }
    }

    private void refused(String reason, String whyLost) {
        LOG.log(Level.ERROR, () -> reason + "; the change is refused, " + front.describe()
                + (front.isListening() ? " goes on as it was" : " is not listened on any more" + whyLost));
    }

    /** Why the old address could not be taken back; nothing if it was lost before. */
    private static String whyLost(IOException refused) {
        return Arrays.stream(refused.getSuppressed()).map(lost -> ": " + lost.getMessage()).collect(Collectors.joining());
    }

    private Dictionary<String, Object> properties() {
        Dictionary<String, Object> made = new Hashtable<>();
        made.put(Source.URL, front.url());
        made.put("service.pid", pid);
        return made;
    }

    @Deactivate
    void stop() {
        registration.unregister();
        long wait = settings.drainTimeout();
        try {
            front.drain().toCompletableFuture().get(wait, TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            LOG.log(Level.WARNING, () -> front.describe() + ": requests were still in progress after " + wait + " ms");
        } catch (ExecutionException e) {
            throw new IllegalStateException("draining never fails", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            front.close();
            FastThreadLocal.removeAll();
        }
    }
}
