package org.hearthd.process;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.Hashtable;
import java.util.Map;
import java.util.function.IntConsumer;
import org.hearthd.Exchange;
import org.hearthd.Handler;
import org.hearthd.ashd.Forwarder;
import org.hearthd.spi.ErrorPage;
import org.hearthd.transport.PacketConnection;
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

/** A handler that is a program: one process gets all requests on its descriptor 0 (ashd(7)). */
@Component(service = {}, immediate = true, configurationPid = PersistentHandler.PID, configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = PersistentConfig.class, factory = true)
public final class PersistentHandler implements Handler {
    static final String PID = "org.hearthd.process";

    private static final int FAILED = 1;
    private static final System.Logger LOG = System.getLogger(PersistentHandler.class.getName());

    private final BundleContext context;
    private final Forwarder forwarder;
    private final Keeper keeper;
    @Reference(policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    private volatile PacketTransport packets;
    @Reference(policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    private volatile StreamTransport streams;
    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, target = "(hearth.exit=true)")
    private volatile IntConsumer exit;
    private ServiceRegistration<Handler> registration;

    /** Acquires nothing but memory. */
    @Activate
    public PersistentHandler(BundleContext context, PersistentConfig config, Map<String, Object> properties,
            @Reference Spawner spawner) {
        this.context = context;
        PersistentSettings settings = PersistentSettings.of(config, properties);
        String name = "handler " + settings.handler();
        forwarder = new Forwarder(settings.handler(), settings.limits(), () -> streams,
                task -> new Thread(task, "queue of " + name).start(), new Wire());
        keeper = new Keeper(settings, spawner, () -> packets, forwarder, config.essential() ? this::end : () -> false);
    }

    private boolean end() {
        IntConsumer present = exit;
        if (present != null) {
            present.accept(FAILED);
        }
        return present != null;
    }

    /** What the forwarder notices; there is a keeper by then. */
    private final class Wire implements Forwarder.Owner {
        @Override
        public void broken(PacketConnection connection, IOException why) {
            keeper.broken(connection);
        }

        @Override
        public void late(PacketConnection connection) {
            keeper.late(connection);
        }
    }

    /** For tests. */
    void exit(IntConsumer newExit) {
        exit = newExit;
    }

    /** For tests. */
    void transports(PacketTransport newPackets, StreamTransport newStreams) {
        packets = newPackets;
        streams = newStreams;
    }

    @Activate
    void start() {
        keeper.start();
        registration = context.registerService(Handler.class, this, properties());
    }

    /** A bad change, or a new program that does not start, throws and changes nothing. */
    @Modified
    void modified(PersistentConfig config, Map<String, Object> properties) {
        PersistentSettings changed = PersistentSettings.of(config, properties);
        keeper.settings(changed);
        forwarder.settings(changed.handler(), changed.limits());
        if (!changed.handler().equals(registration.getReference().getProperty(NAME))) {
            registration.setProperties(properties());
        }
    }

    private Hashtable<String, Object> properties() {
        return new Hashtable<>(Map.of(NAME, keeper.settings().handler(), NON_BLOCKING, true));
    }

    /** For tests. */
    String trouble() {
        return keeper.trouble();
    }

    @Override
    public void handle(Exchange exchange) {
        String trouble = keeper.trouble();
        if (trouble == null) {
            forwarder.forward(exchange);
            return;
        }
        try {
            exchange.respond(ErrorPage.of(exchange.id(), 503, trouble).with("Retry-After", "1"));
        } catch (IOException e) {
            LOG.log(Level.DEBUG, () -> exchange + ": its 503 did not reach the client", e);
        }
    }

    @Deactivate
    void stop() {
        if (registration != null) {
            registration.unregister();
        }
        forwarder.close();
        keeper.stop();
    }
}
