package org.hearthd.observe;

import java.util.List;
import java.util.Map;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferencePolicy;

/** Commands of the shell: the access logs, and opening their files again. */
@Component(service = AccessCommands.class, property = {"osgi.command.scope=hearth", "osgi.command.function=accesslog",
    "osgi.command.function=reopen", "hearth.help=accesslog: the access logs, and whether they can be written",
    "hearth.help=reopen: open the files of the access logs again"})
public final class AccessCommands {
    @Reference(policy = ReferencePolicy.DYNAMIC)
    private volatile List<AccessLog> logs = List.of();

    /** For the component runtime. */
    @Activate
    public AccessCommands() {
        // the logs come later
    }

    /** One row for each access log. */
    public List<Map<String, Object>> accesslog() {
        return logs.stream().map(AccessLog::row).toList();
    }

    /** Opens the files of all access logs again; one that was moved away is noticed without it. */
    public List<Map<String, Object>> reopen() {
        logs.forEach(AccessLog::reopen);
        return accesslog();
    }
}
