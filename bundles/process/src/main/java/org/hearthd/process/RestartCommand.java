package org.hearthd.process;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.hearthd.Handler;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;

/** The shell's command {@code restart NAME}. */
@Component(service = RestartCommand.class, property = {"osgi.command.scope=hearth", "osgi.command.function=restart",
    "hearth.help=restart NAME: start the program of a handler afresh without losing a request"})
public final class RestartCommand {
    private static final long PATIENCE_S = 120;

    private final Map<Restartable, String> handlers = new ConcurrentHashMap<>();

    /** Knows no handler yet. */
    @Activate
    public RestartCommand() {}

    @Reference(service = Restartable.class, cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void addHandler(Restartable handler, Map<String, Object> properties) {
        handlers.put(handler, String.valueOf(properties.get(Handler.NAME)));
    }

    void updatedHandler(Restartable handler, Map<String, Object> properties) {
        addHandler(handler, properties);
    }

    void removeHandler(Restartable handler) {
        handlers.remove(handler);
    }

    /**
     * Starts the program of a handler again, for its file has changed, say, without losing a request.
     *
     * @param name the handler's name
     * @return what has happened
     * @throws IllegalArgumentException if no handler that is a program has that name
     * @throws IllegalStateException if the new process does not become ready: the old one goes on
     */
    public String restart(String name) throws InterruptedException {
        Restartable handler = handlers.entrySet().stream().filter(e -> e.getValue().equals(name)).map(Map.Entry::getKey)
                .findFirst().orElseThrow(
                        () -> new IllegalArgumentException(
                                "no handler named " + name + " is a program; there are: " + handlers.values()));
        try {
            return "handler " + name + ": " + handler.restart().get(PATIENCE_S, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause().getMessage(), e);
        } catch (TimeoutException e) {
            throw new IllegalStateException("handler " + name + ": the new process is not ready yet; the old one goes on", e);
        }
    }
}
