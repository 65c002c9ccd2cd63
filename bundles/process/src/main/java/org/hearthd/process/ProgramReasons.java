package org.hearthd.process;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.hearthd.Handler;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;

/** Tells the shell's {@code why} what is wrong with a handler's program: its exit status and its last lines. */
@Component(service = Function.class, property = {"hearth.why=handler", "service.ranking:Integer=20"})
public final class ProgramReasons implements Function<String, List<String>> {
    /** With their service properties. */
    @Reference(service = Restartable.class, cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    private volatile List<Map.Entry<Map<String, Object>, Restartable>> handlers = List.of();

    /** Knows no handler yet. */
    @Activate
    public ProgramReasons() {}

    /** Nothing for a handler that is no program, and for one that works. */
    @Override
    public List<String> apply(String handler) {
        return handlers.stream().filter(entry -> handler.equals(entry.getKey().get(Handler.NAME)))
                .flatMap(entry -> entry.getValue().reasons().stream()).toList();
    }
}
