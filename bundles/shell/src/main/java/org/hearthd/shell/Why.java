package org.hearthd.shell;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;

/**
 * The command {@code why}: from a path or a name to the root cause. It knows nothing by itself: it asks everybody who has registered
 * a function with the property {@code hearth.why}. With the value {@code route} that is who knows the ways of requests; it is asked
 * with what the user typed and answers with {@code route}, {@code handler} and {@code state} as far as there is one. With the value
 * {@code handler} it is who may know why a handler does not work; it is asked with the handler's name and answers with reasons, none if
 * it has nothing to say. Who has the higher {@code service.ranking} is nearer to the root.
 */
@Component(service = Why.class, property = {"osgi.command.scope=hearth", "osgi.command.function=why",
    "hearth.help=why PATH|ROUTE|HANDLER: where such a request goes, and why nobody answers it"})
public final class Why {
    private static final String HANDLER = "handler";
    /** With the lines around them ten at most. */
    private static final int MOST_REASONS = 6;

    /** The order is that of the rankings, lowest first. */
    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC, target = "(hearth.why=handler)")
    private volatile List<Function<String, List<String>>> reasons = List.of();
    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, target = "(hearth.why=route)")
    private volatile Function<String, Map<String, String>> routes;

    /** Asks nobody before it is asked. */
    @Activate
    public Why() {}

    /** For tests. */
    Why(Function<String, Map<String, String>> routes, List<Function<String, List<String>>> reasons) {
        this.routes = routes;
        this.reasons = reasons;
    }

    /**
     * What is known.
     *
     * @param what a path, a URL, or the name of a route or of a handler
     * @throws IllegalArgumentException if there is neither such a route nor such a handler
     */
    public Map<String, Object> why(String what) {
        Function<String, Map<String, String>> finder = routes;
        Map<String, String> found = finder == null ? Map.of("state", "room dispatch is not there") : finder.apply(what);
        String handler = found.getOrDefault(HANDLER, what);
        List<String> because = reasons(handler);
        if (found.isEmpty() && because.isEmpty()) {
            throw new IllegalArgumentException(isPath(what)
                    ? "no route matches " + what + ", such a request gets 404; hearth ctl routes lists the routes"
                    : "there is no route, no handler and no configuration for a handler of the name " + what);
        }
        Map<String, Object> answer = new LinkedHashMap<>();
        if (!because.isEmpty()) {
            answer.put("because", because);
        }
        answer.putAll(found);
        if (found.isEmpty()) {
            answer.put(isPath(what) ? "route" : HANDLER, isPath(what) ? "none matches " + what : what);
        }
        return answer;
    }

    private static boolean isPath(String what) {
        return what.startsWith("/") || what.contains("://");
    }

    private List<String> reasons(String handler) {
        List<Function<String, List<String>>> all = new ArrayList<>(reasons);
        Collections.reverse(all);
        Set<String> lines = new LinkedHashSet<>();
        all.forEach(each -> lines.addAll(each.apply(handler)));
        List<String> most = new ArrayList<>(lines);
        if (most.size() > MOST_REASONS) {
            most.subList(MOST_REASONS - 1, most.size()).clear();
            most.add("and " + (lines.size() - MOST_REASONS + 1) + " more; see the log");
        }
        return most;
    }
}
