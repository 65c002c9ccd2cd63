package org.hearthd.htpipe.client;

import java.lang.System.Logger.Level;
import java.util.Map;
import org.hearthd.Exchange;
import org.hearthd.Handler;
import org.hearthd.ashd.Forwarder;
import org.hearthd.transport.PacketTransport;
import org.hearthd.transport.StreamTransport;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.osgi.service.metatype.annotations.Designate;

/** The handler of one configuration; its key {@code handler.name} is the service property by which requests find it. */
// @formatter:off (the line would be too long)
@Component(
        immediate = true,
        configurationPid = Settings.PID,
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        property = Handler.NON_BLOCKING + ":Boolean=true")
// @formatter:on
@Designate(ocd = HtpipeClientConfig.class, factory = true)
public final class HtpipeClient implements Handler {
    private static final System.Logger LOG = System.getLogger(HtpipeClient.class.getName());

    @Reference(policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    private volatile PacketTransport packets;
    @Reference(policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    private volatile StreamTransport streams;
    private final Forwarder forwarder;
    private final Connector connector;

    /**
     * Checks the configuration.
     *
     * @throws IllegalArgumentException naming PID and key
     */
    @Activate
    public HtpipeClient(HtpipeClientConfig config, Map<String, Object> properties) {
        Settings settings = Settings.of(String.valueOf(properties.getOrDefault("service.pid", Settings.PID)), config);
        String writer = "htpipe-client " + settings.handler() + " writer";
        forwarder = new Forwarder(settings.handler(), settings.limits(), () -> streams, task -> {
            Thread thread = new Thread(task, writer);
            thread.setDaemon(true);
            thread.start();
        }, (connection, why) -> {
            LOG.log(Level.DEBUG, () -> "handler " + settings.handler() + " lost its server: " + why.getMessage());
            connection.close();
        });
        connector = new Connector(settings, () -> packets, forwarder);
    }

    /** A client without a component runtime. */
    HtpipeClient(HtpipeClientConfig config, Map<String, Object> properties, PacketTransport packets, StreamTransport streams) {
        this(config, properties);
        this.packets = packets;
        this.streams = streams;
    }

    @Activate
    void start() {
        connector.start();
    }

    @Override
    public void handle(Exchange exchange) {
        forwarder.forward(exchange);
    }

    /** What waits gets 503. */
    @Deactivate
    void stop() {
        forwarder.close();
        connector.close();
    }
}
