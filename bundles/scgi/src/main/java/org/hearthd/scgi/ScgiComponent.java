package org.hearthd.scgi;

import io.netty.util.concurrent.FastThreadLocal;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import org.hearthd.Handler;
import org.hearthd.listeners.Listeners;
import org.hearthd.net.EventLoops;
import org.hearthd.process.Spawner;
import org.hearthd.spi.Leave;
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

/** The component of one SCGI handler: its settings, its registration, its end. */
@Component(service = {}, immediate = true, configurationPid = Settings.PID, configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = ScgiConfig.class, factory = true)
public final class ScgiComponent {
    private static final System.Logger LOG = System.getLogger(ScgiComponent.class.getName());
    private static final int FAILED = 1;
    /** Dispatch's deadline would count a slow upload as time of the handler; this handler has deadlines of its own for every step. */
    private static final long NO_TIMEOUT_MS = 0;

    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    private volatile Listeners listeners;
    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    private volatile Spawner spawner;
    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, target = "(hearth.end=true)")
    private volatile IntConsumer runtime;
    /** What is gone on with while the last requests are answered: the references are empty then. */
    private volatile Listeners lastListeners;
    private volatile Spawner lastSpawner;
    private final BundleContext context;
    private final String pid;
    private final ScgiHandler handler;
    /** For temporary files. */
    private final Path bodies;
    private ServiceRegistration<?> registration;
    private ServiceRegistration<?> draining;
    /** What others know of these settings. */
    private Settings published;

    /**
     * Checks the configuration, and acquires nothing but memory.
     *
     * @throws IllegalArgumentException naming PID and key
     */
    @Activate
    public ScgiComponent(BundleContext context, @Reference EventLoops loops, ScgiConfig config, Map<String, Object> properties) {
        this.context = context;
        pid = String.valueOf(properties.getOrDefault("service.pid", Settings.PID));
        published = Settings.of(pid, config);
        bodies = context.getDataFile("bodies").toPath();
        handler = new ScgiHandler(new Services(loops, this::listeners, this::spawner, InetAddress::getAllByName, this::end),
                published, bodies, software(context));
    }

    /**
     * Registers the handler, now that what it needs has been injected: requests may have waited for it. Servers are contacted with the
     * first one.
     *
     * @throws IOException if there is no directory for temporary files
     */
    @Activate
    void start() throws IOException {
        Files.createDirectories(bodies);
        registration = context.registerService(new String[] {Handler.class.getName(), ScgiHandler.class.getName()}, handler,
                properties(published));
        Supplier<CompletionStage<Void>> drained = handler::drained;
        draining = context.registerService(Supplier.class, drained, ending(published));
        LOG.log(Level.INFO, () -> handler + " passes requests on to " + (published.addresses().isEmpty()
                ? published.launch().program().command()
                : published.addresses()));
    }

    private Listeners listeners() {
        Listeners present = listeners;
        return present == null ? lastListeners : present;
    }

    private Spawner spawner() {
        Spawner present = spawner;
        return present == null ? lastSpawner : present;
    }

    private void end(String why) {
        LOG.log(Level.ERROR, () -> handler + ": " + why);
        IntConsumer present = runtime;
        if (present == null) {
            LOG.log(Level.ERROR, "nobody can end the runtime: no service with hearth.end=true");
        } else {
            present.accept(FAILED);
        }
    }

    private static String software(BundleContext context) {
        String version = context.getProperty("hearth.version");
        return version == null ? "Hearth" : "Hearth/" + version;
    }

    /** Takes new settings without dropping a request; a refused change leaves everything as it was. */
    @Modified
    void modified(ScgiConfig config) {
        handler.change(Settings.of(pid, config)).whenComplete((done, failure) -> {
            if (failure == null) {
                publish();
            } else {
                LOG.log(Level.ERROR, () -> pid + ": the change is refused, " + handler + " goes on as it was: "
                        + (failure instanceof CompletionException ? failure.getCause() : failure).getMessage());
            }
        });
    }

    /** Only what others see: requests in progress would get dispatch's deadline, as those of a handler that is replaced. */
    private synchronized void publish() {
        Settings now = handler.settings();
        boolean same = now.name().equals(published.name()) && now.paths().equals(published.paths());
        published = now;
        try {
            draining.setProperties(ending(now));
            if (!same) {
                registration.setProperties(properties(now));
            }
        } catch (IllegalStateException e) {
            LOG.log(Level.DEBUG, () -> handler + " has gone meanwhile", e);
        }
    }

    private Dictionary<String, Object> properties(Settings settings) {
        Dictionary<String, Object> made = new Hashtable<>();
        made.put(Handler.NAME, settings.name());
        made.put(Handler.PATH, settings.paths().toArray(new String[0]));
        made.put(Handler.NON_BLOCKING, true);
        made.put(Handler.TIMEOUT, NO_TIMEOUT_MS);
        made.put("service.pid", pid);
        return made;
    }

    /** How this handler's end goes: apart from the handler, for whom a change would be a replacement. */
    private static Dictionary<String, Object> ending(Settings settings) {
        return new Hashtable<>(
                Map.of("hearth.drain", "scgi " + settings.name(), Leave.LONGEST_MS, ScgiHandler.longestEndMs(settings)));
    }

    /** Requests in progress go on for a while. Only who deletes the configuration does not wait: others take away what they need. */
    @Deactivate
    void stop(int reason) {
        lastListeners = listeners;
        lastSpawner = spawner;
        Leave.begin(context, reason, handler.toString(), registration, this::leave);
    }

    private void leave() {
        try {
            int unfinished = handler.stop();
            if (unfinished > 0) {
                LOG.log(Level.WARNING,
                        () -> handler + ": " + unfinished + " requests were still in progress and were broken off");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            // until now the end of the runtime had to wait for what was in progress
            Leave.withdraw(handler.toString(), draining);
            FastThreadLocal.removeAll(); // the framework's thread would keep Netty's classes after a refresh
        }
    }
}
