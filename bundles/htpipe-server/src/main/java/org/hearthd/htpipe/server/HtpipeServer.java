package org.hearthd.htpipe.server;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.hearthd.Exchange;
import org.hearthd.dispatch.Dispatcher;
import org.hearthd.listeners.Listeners;
import org.hearthd.spi.AccessObserver;
import org.hearthd.spi.DescriptorBudget;
import org.hearthd.spi.Source;
import org.hearthd.transport.PacketTransport;
import org.hearthd.transport.StreamTransport;
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

/** The component of one server: its settings, its registration as a source, its end. */
@Component(service = {}, immediate = true, configurationPid = Settings.PID, configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = HtpipeServerConfig.class, factory = true)
public final class HtpipeServer {
    private static final System.Logger LOG = System.getLogger(HtpipeServer.class.getName());

    private final BundleContext context;
    private final Dispatcher dispatcher;
    private final Listeners listeners;
    private final String pid;
    private final String name;
    private final Server server;
    private volatile Settings settings;
    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    private volatile StreamTransport streams;
    @Reference(policy = ReferencePolicy.DYNAMIC)
    private volatile List<AccessObserver> observers = List.of();
    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    private volatile DescriptorBudget budget;
    /** The lock guards these. */
    private PacketTransport packets;
    private Doorway doorway;
    private ServiceRegistration<Source> registration;

    /**
     * Checks the configuration.
     *
     * @throws IllegalArgumentException naming PID and key
     */
    @Activate
    public HtpipeServer(BundleContext context, @Reference Dispatcher dispatcher, @Reference Listeners listeners,
            HtpipeServerConfig config, Map<String, Object> properties) {
        this.context = context;
        this.dispatcher = dispatcher;
        this.listeners = listeners;
        pid = String.valueOf(properties.getOrDefault("service.pid", Settings.PID));
        settings = Settings.of(pid, config);
        name = "htpipe-server " + settings.request().name();
        server = new Server(name, settings.uids(), () -> streams, this::dispatch, () -> observers,
                () -> DescriptorBudget.or(budget));
        server.limit(settings.progress());
    }

    private void dispatch(Exchange exchange) {
        String handler = settings.handler();
        if (handler.isEmpty()) {
            dispatcher.route(exchange);
        } else {
            dispatcher.dispatch(handler, exchange);
        }
    }

    /** Another transport accepts from now on; connections that there are go on with theirs. */
    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    synchronized void setPackets(PacketTransport transport) {
        packets = transport;
        if (registration == null) {
            return;
        }
        try {
            if (doorway == null) {
                listen(settings);
            } else {
                doorway.open(transport);
            }
        } catch (IOException e) {
            LOG.log(Level.ERROR, () -> name + ": nobody is accepted with " + transport + ": " + e.getMessage(), e);
        }
    }

    /** Clients queue in the kernel until the next transport comes. */
    synchronized void unsetPackets(PacketTransport transport) {
        if (packets != transport) {
            return;
        }
        packets = null;
        if (doorway != null) {
            doorway.close();
        }
    }

    /**
     * Begins to take requests.
     *
     * @throws IOException naming the address and the reason
     */
    @Activate
    synchronized void start() throws IOException {
        if (packets == null) {
            LOG.log(Level.WARNING, () -> name + ": there is no transport at the moment; it listens as soon as there is one");
        } else {
            listen(settings);
        }
        registration = context.registerService(Source.class, server, null);
    }

    private void listen(Settings wanted) throws IOException {
        Doorway opened = new Doorway(name, wanted, listeners, server::admit);
        try {
            if (packets != null) {
                opened.open(packets);
            }
        } catch (IOException | RuntimeException | OutOfMemoryError e) {
            opened.stop();
            throw e;
        }
        doorway = opened;
        server.listen(opened);
        LOG.log(Level.INFO, () -> server.describe() + " is listening");
    }

    /**
     * Takes new settings without dropping a connection; another address is listened on before the old one is given up.
     *
     * @throws IOException naming the address and the reason; what ran before goes on
     */
    @Modified
    synchronized void modified(HtpipeServerConfig config) throws IOException {
        Settings changed = Settings.of(pid, config);
        if (!changed.request().address().equals(settings.request().address())) {
            listen(changed);
        }
        settings = changed;
        server.allow(changed.uids());
        server.limit(changed.progress());
    }

    @Deactivate
    void stop() {
        ServiceRegistration<Source> registered;
        synchronized (this) {
            registered = registration;
        }
        if (registered != null) {
            registered.unregister();
        }
        long wait = settings.drainTimeoutMs();
        try {
            server.drain().toCompletableFuture().get(wait, TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            LOG.log(Level.WARNING, () -> server.describe() + ": requests were still in progress after " + wait + " ms");
        } catch (ExecutionException e) {
            throw new IllegalStateException("draining never fails", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            server.close();
        }
    }
}
