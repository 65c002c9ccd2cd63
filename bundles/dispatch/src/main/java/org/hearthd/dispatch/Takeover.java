package org.hearthd.dispatch;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.osgi.framework.Bundle;

/** One announced successor. */
final class Takeover implements Succession {
    private final HandlerRegistry registry;
    private final Bundle predecessor;
    private final Bundle successor;
    private final Set<String> names;
    private final boolean exclusive;

    /** @param names of the handlers that the predecessor had when the successor was announced, and of those that return to it */
    Takeover(HandlerRegistry registry, Bundle predecessor, Bundle successor, Set<String> names, boolean exclusive) {
        this.registry = registry;
        this.predecessor = predecessor;
        this.successor = successor;
        this.names = names;
        this.exclusive = exclusive;
    }

    @Override
    public boolean exclusive() {
        return exclusive;
    }

    @Override
    public CompletionStage<Void> retirePredecessor() {
        return registry.giveWay(predecessor);
    }

    @Override
    public void readmitPredecessor() {
        registry.readmit(predecessor);
    }

    @Override
    public Map<String, String> missing() {
        return registry.missing(predecessor, successor, names);
    }

    @Override
    public void commit() {
        registry.commit(predecessor, successor);
    }

    @Override
    public void close() {
        registry.refuse(successor);
    }
}
