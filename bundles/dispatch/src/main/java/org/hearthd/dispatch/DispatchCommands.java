package org.hearthd.dispatch;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.hearthd.Exchange;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Commands for the operator's shell; rows are maps whose keys are columns. None waits for a request except {@link #drain}. */
@Component(service = DispatchCommands.class, property = {"osgi.command.scope=hearth", "osgi.command.function=handlers",
    "osgi.command.function=routes", "osgi.command.function=requests", "osgi.command.function=drain",
    "osgi.command.function=undrain", "hearth.help=handlers: each handler, its generation, and why it is absent",
    "hearth.help=routes: the routes in the order in which they are tried",
    "hearth.help=requests: what is in progress or waits, oldest first",
    "hearth.help=drain NAME: take a handler out of service, and wait until its requests have ended, at most command.timeout.ms",
    "hearth.help=undrain NAME: take it into service again"})
public final class DispatchCommands {
    private static final int ROWS = 1000;
    /** What a drain may take beyond its timeout before the command says that it has not ended. */
    private static final long GRACE_MS = 5000;

    private final DispatcherService dispatcher;

    /** Looks into that dispatcher. */
    @Activate
    public DispatchCommands(@Reference DispatcherService dispatcher) {
        this.dispatcher = dispatcher;
    }

    private List<Slot> slots() {
        return dispatcher.registry().slots().all().stream().sorted(Comparator.comparing(Slot::name)).toList();
    }

    /** One row for each handler name that is registered, or meant by a route or a source. */
    public List<Map<String, Object>> handlers() {
        return slots().stream().map(DispatchCommands::handler).toList();
    }

    private static Map<String, Object> handler(Slot slot) {
        Generation generation = slot.gate().generation();
        HandlerService service = generation == null ? slot.newest() : generation.revision().service();
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("name", slot.name());
        row.put("generation", generation == null ? "" : generation.label());
        row.put("bundle", service == null ? "" : service.bundle().getSymbolicName() + " " + service.bundle().getVersion());
        row.put("state", generation != null ? "in service" : slot.isDrained() ? "drained" : "absent");
        row.put("ready", generation != null);
        row.put("why", generation != null ? "" : slot.absence());
        row.put("leases", generation == null ? 0L : generation.inProgress());
        row.put("parked", slot.gate().parked().size());
        row.put("parked ever", slot.gate().parkedEver());
        row.put("retiring", slot.retiring().stream().map(DispatchCommands::retiring).toList());
        return row;
    }

    private static Map<String, Object> retiring(Generation generation) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("generation", generation.label());
        row.put("leases", generation.inProgress());
        return row;
    }

    /** One row for each route, in the order in which they are tried. */
    public List<Map<String, Object>> routes() {
        List<Map<String, Object>> rows = new ArrayList<>();
        for (Route route : dispatcher.registry().routes().list()) {
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("route", route.name());
            row.put("matches", route.conditions());
            row.put("handler", route.handler());
            row.put("from", route.origin());
            row.put("required", route.required());
            row.put("ready", dispatcher.registry().slots().of(route.handler()).ready());
            rows.add(row);
        }
        return rows;
    }

    /** One row for each request in progress, oldest first; of very many only the oldest. */
    public List<Map<String, Object>> requests() {
        List<Map<String, Object>> rows = new ArrayList<>();
        for (Slot slot : slots()) {
            slot.retiring().forEach(g -> addLeases(rows, slot, g));
            Generation current = slot.gate().generation();
            if (current != null) {
                addLeases(rows, slot, current);
            }
            slot.gate().parked().forEach(p -> rows.add(request(slot, "", p.exchange(), p.ageMs(), "parked")));
        }
        return rows.stream().sorted(Comparator.comparingLong(row -> -(Long) row.get("age.ms"))).limit(ROWS).toList();
    }

    private static void addLeases(List<Map<String, Object>> rows, Slot slot, Generation generation) {
        generation.leases().all().forEach(lease -> rows
                .add(request(slot, generation.label(), lease.exchange(), lease.ageMs(), lease.running() ? "running" : "queued")));
    }

    private static Map<String, Object> request(Slot slot, String generation, Exchange exchange, long ageMs, String state) {
        String client = exchange.request().headers().get("X-Ash-Address");
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("id", exchange.id());
        row.put("age.ms", ageMs);
        row.put("method", exchange.request().method());
        row.put("url", exchange.request().url());
        row.put("client", client == null ? "" : client);
        row.put("handler", slot.name());
        row.put("generation", generation);
        row.put("state", state);
        return row;
    }

    /** Takes a handler out of service until {@link #undrain}; newcomers are parked. Returns when its requests have ended. */
    public String drain(String name) {
        Slot slot = known(name);
        try {
            dispatcher.registry().drain(slot).get(dispatcher.registry().drainTimeoutMs() + GRACE_MS, TimeUnit.MILLISECONDS);
            return slot.owner() + " is out of service and has no request in progress; undrain " + name + " brings it back";
        } catch (TimeoutException e) {
            return slot.owner() + " is out of service, but some of its requests have not ended; see requests";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return slot.owner() + " is out of service; its requests were not waited for";
        } catch (ExecutionException e) {
            throw new IllegalStateException(slot.owner() + " drains exceptionally", e);
        }
    }

    /** Undoes {@link #drain}. */
    public String undrain(String name) {
        Slot slot = known(name);
        dispatcher.registry().undrain(slot);
        return slot.ready() ? slot.owner() + " is in service" : slot.absence();
    }

    private Slot known(String name) {
        Slot slot = dispatcher.registry().slots().known(name);
        if (slot == null) {
            throw new IllegalArgumentException("there is no handler named " + name);
        }
        return slot;
    }
}
