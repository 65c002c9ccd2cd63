package org.hearthd.stdin;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.List;
import org.hearthd.Exchange;
import org.hearthd.dispatch.Dispatcher;
import org.hearthd.spi.AccessObserver;
import org.hearthd.spi.DescriptorBudget;
import org.hearthd.spi.Source;
import org.hearthd.transport.Descriptors;
import org.hearthd.transport.PacketSocket;
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

/** The component of the source on descriptor 0: its references, its registration, its end. */
@Component(service = {}, immediate = true, configurationPid = "org.hearthd.stdin", configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = StdinConfig.class)
public final class Stdin {
    private static final System.Logger LOG = System.getLogger(Stdin.class.getName());
    private static final int NUMBER = 0;

    private final BundleContext context;
    private final Dispatcher dispatcher;
    private final Intake intake;
    private volatile String handler;
    @Reference(policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    private volatile StreamTransport streams;
    @Reference(policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    private volatile Descriptors descriptors;
    @Reference(policy = ReferencePolicy.DYNAMIC)
    private volatile List<AccessObserver> observers = List.of();
    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    private volatile DescriptorBudget budget;
    private PacketTransport packets;
    private boolean started;
    private ServiceRegistration<Source> registration;

    /** Acquires nothing. */
    @Activate
    public Stdin(BundleContext context, @Reference Dispatcher dispatcher, StdinConfig config) {
        this.context = context;
        this.dispatcher = dispatcher;
        this.intake = new Intake(() -> streams, this::dispatch, () -> observers,
                () -> DescriptorBudget.or(budget));
        modified(config);
    }

    /** Requests that come from now on go to the handler of this configuration. */
    @Modified
    void modified(StdinConfig config) {
        if (config.progress_max() < 0) {
            throw new IllegalArgumentException("org.hearthd.stdin: progress.max " + config.progress_max() + " is negative");
        }
        intake.limit(config.progress_max());
        handler = config.handler();
    }

    private void dispatch(Exchange exchange) {
        String name = handler;
        if (name.isEmpty()) {
            dispatcher.route(exchange);
        } else {
            dispatcher.dispatch(name, exchange);
        }
    }

    /** Another transport takes over at once; requests that are queued meanwhile wait in the kernel. */
    @Reference(policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    synchronized void setPackets(PacketTransport transport) {
        packets = transport;
        if (!started) {
            return;
        }
        try {
            read();
        } catch (IOException e) {
            LOG.log(Level.ERROR, () -> "stdin: no requests are taken with " + transport + ": " + e.getMessage(), e);
        }
    }

    synchronized void unsetPackets(PacketTransport transport) {
        if (packets == transport) {
            intake.stop();
        }
    }

    /**
     * Begins to take requests.
     *
     * @throws IOException if descriptor 0 is not a SEQPACKET socket, or no duplicate of it can be made
     */
    @Activate
    void start() throws IOException {
        PacketSocket.check(NUMBER, Path.of("/proc"));
        // before anything is read: the first request may be a reason to end, and then this source is drained
        registration = context.registerService(Source.class, intake, null);
        try {
            synchronized (this) {
                read();
                started = true;
            }
        } finally {
            if (!started) {
                registration.unregister();
            }
        }
        LOG.log(Level.INFO, "stdin takes requests on descriptor " + NUMBER);
    }

    /** The descriptor itself is never closed: the next reader needs it. */
    private void read() throws IOException {
        intake.read(() -> descriptors.adopt(NUMBER).dup(), packets);
    }

    /** Takes no more requests; those in progress go on. */
    @Deactivate
    void stop() {
        registration.unregister();
        synchronized (this) {
            started = false;
            intake.stop();
        }
    }
}
