package org.hearthd.htpipe.client;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.Hashtable;
import java.util.Map;
import org.hearthd.Exchange;
import org.hearthd.Handler;
import org.hearthd.ashd.Forwarder;
import org.hearthd.spi.Leave;
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

/** The handler of one configuration. */
@Component(service = {}, immediate = true, configurationPid = Settings.PID, configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = HtpipeClientConfig.class, factory = true)
public final class HtpipeClient implements Handler {
    private static final System.Logger LOG = System.getLogger(HtpipeClient.class.getName());

    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    private volatile PacketTransport packets;
    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    private volatile StreamTransport streams;
    /** What is gone on with while the last requests are sent: the references are empty then. */
    private volatile PacketTransport lastPackets;
    private volatile StreamTransport lastStreams;
    private final BundleContext context;
    private final Forwarder forwarder;
    private final Connector connector;
    private String handler;
    /** Grows with each change, so that others see that there was one. */
    private long revision;
    private ServiceRegistration<Handler> registration;

    /**
     * Checks the configuration.
     *
     * @throws IllegalArgumentException naming PID and key
     */
    @Activate
    public HtpipeClient(BundleContext context, HtpipeClientConfig config, Map<String, Object> properties) {
        this.context = context;
        Settings settings = settings(config, properties);
        handler = settings.handler();
        String writer = "htpipe-client " + settings.handler() + " writer";
        forwarder = new Forwarder(settings.handler(), settings.limits(), this::streams, task -> {
            Thread thread = new Thread(task, writer);
            thread.setDaemon(true);
            thread.start();
        }, (connection, why) -> {
            LOG.log(Level.DEBUG, () -> connection + " has lost its server: " + why.getMessage());
            connection.close();
        });
        connector = new Connector(settings, this::packets, forwarder);
    }

    /** A client without a component runtime. */
    HtpipeClient(HtpipeClientConfig config, Map<String, Object> properties, PacketTransport packets, StreamTransport streams) {
        this(null, config, properties);
        transports(packets, streams);
    }

    /** For tests. */
    Connector connector() {
        return connector;
    }

    /** For tests. */
    void transports(PacketTransport newPackets, StreamTransport newStreams) {
        packets = newPackets;
        streams = newStreams;
    }

    private PacketTransport packets() {
        PacketTransport present = packets;
        return present == null ? lastPackets : present;
    }

    private StreamTransport streams() {
        StreamTransport present = streams;
        return present == null ? lastStreams : present;
    }

    private static Settings settings(HtpipeClientConfig config, Map<String, Object> properties) {
        return Settings.of(String.valueOf(properties.getOrDefault("service.pid", Settings.PID)), config);
    }

    @Activate
    void start() {
        connect();
        registration = context.registerService(Handler.class, this, properties());
    }

    void connect() {
        connector.start();
    }

    /**
     * What waits goes on waiting, for the server that is configured now; a bad change throws and changes nothing.
     *
     * @throws IOException if there is no thread to look for another server; nothing has changed then
     */
    @Modified
    void modified(HtpipeClientConfig config, Map<String, Object> properties) throws IOException {
        Settings changed = settings(config, properties);
        connector.settings(changed);
        forwarder.settings(changed.handler(), changed.limits());
        handler = changed.handler();
        revision++;
        if (registration != null) {
            registration.setProperties(properties());
        }
    }

    private Hashtable<String, Object> properties() {
        return new Hashtable<>(Map.of(NAME, handler, NON_BLOCKING, true, "handler.revision", revision));
    }

    @Override
    public void handle(Exchange exchange) {
        forwarder.forward(exchange);
    }

    /** What waits goes out, as far as that is possible in time. */
    @Deactivate
    void stop(int reason) {
        lastPackets = packets;
        lastStreams = streams;
        Leave.begin(context, reason, "htpipe-client " + handler, registration, this::end);
    }

    void end() {
        forwarder.finish();
        connector.close();
    }
}
