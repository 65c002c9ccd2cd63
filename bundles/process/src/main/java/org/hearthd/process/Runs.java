package org.hearthd.process;

import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.hearthd.transport.PacketConnection;

/** The processes of a handler whose status nobody has yet, those that were replaced too. */
final class Runs {
    private final Set<Run> all = ConcurrentHashMap.newKeySet();

    void add(Run run) {
        all.add(run);
        run.child().exit().thenRun(() -> all.remove(run));
    }

    /** That connection takes no requests any more. */
    void lost(PacketConnection connection) {
        all.stream().filter(run -> run.connection() == connection).forEach(Run::lost);
    }

    /** The generation for which a process that was replaced still answers, or null. */
    String label(PacketConnection connection) {
        return all.stream().filter(run -> run.connection() == connection && run.label() != null).map(Run::label).findFirst()
                .orElse(null);
    }

    /** Ends all; completes when they have ended. */
    CompletableFuture<Void> end(PersistentSettings settings) {
        return CompletableFuture.allOf(all.stream().map(run -> run.end(settings)).toArray(CompletableFuture<?>[]::new));
    }
}
