package org.hearthd.scgi;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.hearthd.Handler;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;

/** Tells the shell's {@code why} how a handler's servers are, and its program, if one of them is in trouble. */
@Component(service = Function.class, property = {"hearth.why=handler", "service.ranking:Integer=20"})
public final class ServerReasons implements Function<String, List<String>> {
    /** With their service properties. */
    @Reference(service = ScgiHandler.class, cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    private volatile List<Map.Entry<Map<String, Object>, ScgiHandler>> handlers = List.of();

    /** Knows no handler yet. */
    @Activate
    public ServerReasons() {}

    /** Nothing for a handler that is not of this room, and for one that works. */
    @Override
    public List<String> apply(String handler) {
        return handlers.stream().filter(entry -> handler.equals(entry.getKey().get(Handler.NAME)))
                .flatMap(entry -> entry.getValue().reasons().stream()).toList();
    }
}
