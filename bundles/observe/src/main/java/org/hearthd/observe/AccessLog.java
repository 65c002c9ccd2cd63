package org.hearthd.observe;

import java.lang.System.Logger.Level;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import org.hearthd.spi.Access;
import org.hearthd.spi.AccessObserver;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.metatype.annotations.Designate;

/** The component of one access log. Without a configuration there is none, and nothing is reported. */
@Component(service = {AccessObserver.class,
    AccessLog.class}, immediate = true, configurationPid = Settings.PID, configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = AccessLogConfig.class, factory = true)
public final class AccessLog implements AccessObserver {
    private static final System.Logger LOG = System.getLogger(AccessLog.class.getName());
    /** How long the last lines may take. */
    private static final long CLOSE_MS = 5_000;

    private final String pid;
    private final Backlog backlog;
    private final LogWriter writer;
    private final LongAdder requests = new LongAdder();
    private volatile Settings settings;

    /**
     * Checks the configuration.
     *
     * @throws IllegalArgumentException naming PID and key
     */
    @Activate
    public AccessLog(AccessLogConfig config, Map<String, Object> properties) {
        pid = String.valueOf(properties.getOrDefault("service.pid", Settings.PID));
        settings = Settings.of(pid, config);
        backlog = new Backlog(settings.buffer());
        writer = new LogWriter("access log " + settings.name(), backlog);
        writer.to(target(settings), settings.format());
    }

    private static Target target(Settings settings) {
        return settings.file() == null ? new Stderr() : new LogFile(settings.file());
    }

    /** Begins to write; makes the file even before there is a line. */
    @Activate
    void start() {
        writer.start();
    }

    /** No line is lost by a change. */
    @Modified
    void modified(AccessLogConfig config) {
        try {
            settings = Settings.of(pid, config);
            backlog.limit(settings.buffer());
            writer.to(target(settings), settings.format());
        } catch (IllegalArgumentException e) {
            LOG.log(Level.ERROR, () -> e.getMessage() + "; the change is refused, the access log goes on as it was");
        }
    }

    @Deactivate
    void stop() {
        writer.close(CLOSE_MS);
    }

    @Override
    public void finished(Access access) {
        requests.increment();
        backlog.add(settings.format().line(access));
    }

    void reopen() {
        writer.reopen();
    }

    /** For people. */
    Map<String, Object> row() {
        Settings now = settings;
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("log", now.name());
        row.put("target", now.target());
        row.put("requests", requests.sum());
        row.put("missing", writer.missing());
        row.put("waiting_bytes", backlog.waiting());
        row.put("trouble", writer.trouble() == null ? "" : writer.trouble());
        return row;
    }
}
