package org.hearthd.stdin;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.hearthd.Exchange;
import org.hearthd.Fd;
import org.hearthd.ashd.Requests;
import org.hearthd.dispatch.Dispatcher;
import org.hearthd.spi.Source;
import org.hearthd.transport.Descriptors;
import org.hearthd.transport.PacketConnection;
import org.hearthd.transport.PacketTransport;
import org.hearthd.transport.StreamTransport;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.osgi.service.metatype.annotations.Designate;

/**
 * Receives requests on descriptor 0 with one thread. What it reads is a duplicate: descriptor 0 itself stays open, so that the next
 * instance of this component can go on. A new configuration or transport makes a new instance; exchanges in progress go on.
 */
@Component(configurationPid = "org.hearthd.stdin", configurationPolicy = ConfigurationPolicy.REQUIRE, immediate = true)
@Designate(ocd = StdinConfig.class)
public final class StdinSource implements Source {
    private static final System.Logger LOG = System.getLogger(StdinSource.class.getName());

    private final Dispatcher dispatcher;
    private final PacketTransport packets;
    private final StreamTransport streams;
    private final Descriptors descriptors;
    private final String handler;
    private final int number;
    private final InFlight inFlight = new InFlight();
    private final CompletableFuture<Void> exhausted = new CompletableFuture<>();
    private volatile PacketConnection connection;
    private volatile boolean stopped;

    /** Static references: the one connection moves to another transport as a whole. */
    @Activate
    public StdinSource(@Reference Dispatcher dispatcher,
            @Reference(policyOption = ReferencePolicyOption.GREEDY) PacketTransport packets,
            @Reference(policyOption = ReferencePolicyOption.GREEDY) StreamTransport streams,
            @Reference(policyOption = ReferencePolicyOption.GREEDY) Descriptors descriptors, StdinConfig config) {
        this(dispatcher, packets, streams, descriptors, config.handler(), 0);
    }

    /** Receives on another descriptor: a test's. */
    StdinSource(Dispatcher dispatcher, PacketTransport packets, StreamTransport streams, Descriptors descriptors, String handler,
            int number) {
        this.dispatcher = dispatcher;
        this.packets = packets;
        this.streams = streams;
        this.descriptors = descriptors;
        this.handler = handler;
        this.number = number;
    }

    @Activate
    void start() throws IOException {
        // never closed: the number would be given to something else, and the next instance would read that
        Fd standardInput = descriptors.adopt(number);
        SocketType.requirePackets(standardInput);
        connection = packets.adopt(standardInput.dup());
        Thread reader = new Thread(this::read, "stdin reader");
        reader.setDaemon(true);
        reader.start();
    }

    @Deactivate
    void stop() {
        stopped = true;
        if (connection != null) {
            connection.close();
        }
    }

    private void read() {
        try {
            Requests.receive(connection, streams, "stdin", this::dispatch);
            LOG.log(Level.INFO, stopped ? "stdin: stopped" : "stdin: the parent has closed its end");
        } catch (IOException e) {
            LOG.log(Level.ERROR, "stdin: the connection to the parent is broken: " + e.getMessage());
        } finally {
            connection.close();
            inFlight.end();
            if (!stopped) {
                exhausted.complete(null);
            }
        }
    }

    private void dispatch(Exchange exchange) {
        inFlight.begin();
        exchange.onEnd(outcome -> inFlight.end());
        if (handler.isEmpty()) {
            dispatcher.route(exchange);
        } else {
            dispatcher.dispatch(handler, exchange);
        }
    }

    @Override
    public String describe() {
        return "stdin for " + (handler.isEmpty() ? "the routes" : "handler " + handler);
    }

    @Override
    public CompletionStage<Void> drain() {
        stop();
        return inFlight.none();
    }

    @Override
    public CompletionStage<Void> exhausted() {
        return exhausted.minimalCompletionStage();
    }
}
