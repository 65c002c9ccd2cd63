package org.hearthd.process;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;
import java.util.function.IntConsumer;
import org.hearthd.Exchange;
import org.hearthd.Handler;
import org.hearthd.ashd.Forwarder;
import org.hearthd.spi.Labelled;
import org.hearthd.spi.Leave;
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
public final class PersistentHandler implements Handler, Restartable, Labelled {
    static final String PID = "org.hearthd.process";

    private static final int FAILED = 1;
    private static final System.Logger LOG = System.getLogger(PersistentHandler.class.getName());

    private final BundleContext context;
    private final Forwarder forwarder;
    private final Keeper keeper;
    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    private volatile PacketTransport packets;
    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    private volatile StreamTransport streams;
    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, target = "(hearth.exit=true)")
    private volatile IntConsumer exit;
    /** What is gone on with while the last requests are answered: the references are empty then. */
    private volatile PacketTransport lastPackets;
    private volatile StreamTransport lastStreams;
    private ServiceRegistration<?> registration;
    private volatile CompletableFuture<Boolean> change = CompletableFuture.completedFuture(true);
    /** How many changes there were; ConfigAdmin brings one after the other. */
    private volatile int changes;
    /** Why the last of them has had no effect, or null. */
    private volatile String refusal;
    private long revision;

    /** Acquires nothing but memory. */
    @Activate
    public PersistentHandler(BundleContext context, PersistentConfig config, Map<String, Object> properties,
            @Reference Spawner spawner) {
        this.context = context;
        PersistentSettings settings = PersistentSettings.of(config, properties);
        String name = "handler " + settings.handler();
        forwarder = new Forwarder(settings.handler(), settings.limits(), this::streams,
                task -> new Thread(task, "queue of " + name).start(), new Wire());
        keeper = new Keeper(settings, spawner, this::packets, forwarder, this::publish,
                config.essential() ? this::end : () -> false);
    }

    private PacketTransport packets() {
        PacketTransport present = packets;
        return present == null ? lastPackets : present;
    }

    private StreamTransport streams() {
        StreamTransport present = streams;
        return present == null ? lastStreams : present;
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
        public String generation(PacketConnection connection) {
            return keeper.generation(connection);
        }

        @Override
        public void late(PacketConnection connection) {
            keeper.late(connection);
        }

        @Override
        public void reads(PacketConnection connection) {
            keeper.reads(connection);
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
        registration = context.registerService(new String[] {Handler.class.getName(), Restartable.class.getName()}, this,
                properties());
    }

    /**
     * A bad change throws and changes nothing. A changed program is tried out meanwhile: the caller, who holds all other changes of
     * configurations, does not wait for it; only for a transport that is being replaced, ten seconds at most.
     */
    @Modified
    void modified(PersistentConfig config, Map<String, Object> properties) {
        Settings where = new Settings(properties);
        PersistentSettings changed = PersistentSettings.of(config, properties);
        // a malformed one is no change: what is being tried goes on
        int number = ++changes;
        BiFunction<Void, Throwable, Boolean> report = (nothing, failure) -> {
            boolean last = number == changes;
            if (last) {
                refusal = failure == null ? null : failure.getMessage();
            }
            if (failure != null && last) {
                LOG.log(Level.ERROR, () -> where.bad("command", failure.getMessage(), null).getMessage());
            }
            return failure == null;
        };
        CompletableFuture<Void> trial = keeper.settings(changed);
        change = trial.isDone() ? trial.handle(report) : trial.handleAsync(report);
    }

    /** Tells others that what comes from now on is answered by something new. */
    private synchronized void publish() {
        PersistentSettings now = keeper.settings();
        forwarder.settings(now.handler(), now.limits());
        revision++;
        try {
            registration.setProperties(properties());
        } catch (IllegalStateException e) {
            LOG.log(Level.DEBUG, () -> "handler " + now.handler() + " has gone meanwhile", e);
        }
    }

    private Hashtable<String, Object> properties() {
        PersistentSettings now = keeper.settings();
        return new Hashtable<>(Map.of(NAME, now.handler(), NON_BLOCKING, true, Restartable.REVISION, revision, Leave.LONGEST_MS,
                Keeper.longestEndMs(now)));
    }

    @Override
    public void generation(String label) {
        keeper.generation(label);
    }

    @Override
    public CompletableFuture<String> restart() {
        return keeper.restart().thenApplyAsync(pid -> "process " + pid + " has taken over");
    }

    @Override
    public List<String> reasons() {
        List<String> lines = new ArrayList<>(keeper.reasons());
        String change = refusal;
        if (change != null) {
            lines.add("its changed configuration is not in effect: " + change);
        }
        return lines;
    }

    /** For tests: whether the last change has taken effect. */
    CompletableFuture<Boolean> change() {
        return change;
    }

    /** For tests. */
    String trouble() {
        return keeper.trouble();
    }

    @Override
    public void handle(Exchange exchange) {
        forwarder.forward(exchange);
    }

    @Deactivate
    void stop(int reason) {
        lastPackets = packets;
        lastStreams = streams;
        Leave.begin(context, reason, "handler " + keeper.settings().handler(), registration, () -> {
            // the socket of what waits may have been taken already: then nobody else knows of it any more
            forwarder.finish();
            keeper.stop();
        });
    }
}
