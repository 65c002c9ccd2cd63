package org.hearthd.shell;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;

/** The commands that concern the runtime as a whole. */
@Component(service = HouseCommands.class, property = {"osgi.command.scope=hearth", "osgi.command.function=bundles",
    "osgi.command.function=shutdown",
    "osgi.command.function=status", "osgi.command.function=version",
    "hearth.help=bundles: all bundles and their states",
    "hearth.help=shutdown: end the runtime as SIGTERM does: accept nothing new, finish what runs",
    "hearth.help=status: since when it runs, and whether it is ready or what it waits for",
    "hearth.help=version: the version of the runtime"})
public final class HouseCommands {
    private static final System.Logger LOG = System.getLogger(HouseCommands.class.getName());

    private final BundleContext context;
    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, target = "(hearth.command=explain)")
    private volatile Supplier<List<String>> missing;
    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, target = "(hearth.command=stop)")
    private volatile ToIntFunction<String[]> stop;
    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, target = "(hearth.exit=true)")
    private volatile IntConsumer exit;

    /** Commands on the runtime of that context. */
    @Activate
    public HouseCommands(BundleContext context) {
        this.context = context;
    }

    /** A row for each bundle. */
    public List<Map<String, Object>> bundles() {
        List<Map<String, Object>> rows = new ArrayList<>();
        for (Bundle bundle : context.getBundles()) {
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("id", bundle.getBundleId());
            row.put("name", String.valueOf(bundle.getSymbolicName()));
            row.put("version", bundle.getVersion().toString());
            row.put("state", state(bundle.getState()));
            rows.add(row);
        }
        return rows;
    }

    private static String state(int state) {
        return switch (state) {
            case Bundle.UNINSTALLED -> "uninstalled";
            case Bundle.INSTALLED -> "installed";
            case Bundle.RESOLVED -> "resolved";
            case Bundle.STARTING -> "starting";
            case Bundle.STOPPING -> "stopping";
            default -> "active";
        };
    }

    /** The runtime as a whole. */
    public Map<String, Object> status() {
        Map<String, Object> status = new LinkedHashMap<>();
        status.put("version", version());
        status.put("home", String.valueOf(context.getProperty("hearth.home")));
        ProcessHandle process = ProcessHandle.current();
        status.put("process", process.pid());
        process.info().startInstant()
                .ifPresent(start -> status.put("uptime.ms", Math.max(0, Duration.between(start, Instant.now()).toMillis())));
        Supplier<List<String>> explanation = missing;
        List<String> lines = explanation == null ? List.of("room lifecycle is not there") : explanation.get();
        status.put("ready", lines.isEmpty());
        if (!lines.isEmpty()) {
            status.put("waits for", lines);
        }
        return status;
    }

    /** The version of the distribution. */
    public String version() {
        return String.valueOf(context.getProperty("hearth.version"));
    }

    /** Does not wait for the end, so that whoever asked is answered. */
    public Map<String, Object> shutdown() {
        ToIntFunction<String[]> drain = stop;
        IntConsumer end = exit;
        if (drain == null || end == null) {
            throw new IllegalStateException("nobody can end the runtime: room lifecycle or the launcher is not there");
        }
        LOG.log(Level.INFO, "the runtime ends, as hearth ctl has asked");
        new Thread(() -> end.accept(drain.applyAsInt(new String[0])), "shell shutdown").start();
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("process", ProcessHandle.current().pid());
        answer.put("state", "ending");
        return answer;
    }
}
