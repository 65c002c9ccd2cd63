package org.hearthd.process;

import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.hearthd.Exchange;
import org.hearthd.Handler;
import org.hearthd.spi.Leave;
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

/** A handler that is a program, started for each request with the response socket as standard input and output (ashd(7)). */
@Component(service = {}, immediate = true, configurationPid = TransientHandler.PID, configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = TransientConfig.class, factory = true)
public final class TransientHandler implements Handler, Restartable {
    static final String PID = "org.hearthd.process.transient";

    private final BundleContext context;
    private final ExecutorService starters;
    private final TransientRuns runs;
    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    private volatile StreamTransport streams;
    /** What is gone on with while the last requests are answered: the reference is empty then. */
    private volatile StreamTransport lastStreams;
    private ServiceRegistration<?> registration;
    private long revision;

    /** Acquires nothing but memory. */
    @Activate
    public TransientHandler(BundleContext context, TransientConfig config, Map<String, Object> properties,
            @Reference Spawner spawner) {
        this.context = context;
        TransientSettings settings = TransientSettings.of(config, properties);
        AtomicInteger number = new AtomicInteger();
        starters = Executors.newCachedThreadPool(
                task -> new Thread(task, "start " + settings.handler() + " " + number.incrementAndGet()));
        runs = new TransientRuns(settings, spawner, this::streams, starters);
    }

    private StreamTransport streams() {
        StreamTransport present = streams;
        return present == null ? lastStreams : present;
    }

    /** For tests. */
    void streams(StreamTransport newStreams) {
        streams = newStreams;
    }

    @Activate
    void start() {
        registration = context.registerService(new String[] {Handler.class.getName(), Restartable.class.getName()}, this,
                properties());
    }

    /** Requests that come from now on are treated by the new settings; a bad change throws and changes nothing. */
    @Modified
    void modified(TransientConfig config, Map<String, Object> properties) {
        runs.settings(TransientSettings.of(config, properties));
        revision++;
        registration.setProperties(properties());
    }

    private Hashtable<String, Object> properties() {
        TransientSettings now = runs.settings();
        return new Hashtable<>(Map.of(NAME, now.handler(), NON_BLOCKING, true, REVISION, revision, Leave.LONGEST_MS,
                TransientRuns.longestEndMs(now)));
    }

    /** The next request starts what is at the program's path then. */
    @Override
    public CompletableFuture<String> restart() {
        return CompletableFuture.completedFuture("nothing to do: each request starts the program");
    }

    @Override
    public List<String> reasons() {
        String failure = runs.failure();
        return failure == null ? List.of() : List.of("the last process of its program has failed: " + failure);
    }

    @Override
    public void handle(Exchange exchange) {
        runs.take(exchange);
    }

    @Deactivate
    void stop(int reason) {
        lastStreams = streams;
        Leave.begin(context, reason, "handler " + runs.settings().handler(), registration, () -> {
            runs.stop();
            starters.shutdown();
        });
    }
}
