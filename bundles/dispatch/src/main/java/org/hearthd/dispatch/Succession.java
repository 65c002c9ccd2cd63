package org.hearthd.dispatch;

import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ProviderType;

/** One bundle's handlers on their way to take over from another's. */
@ProviderType
public interface Succession extends AutoCloseable {
    /** Whether a handler of the predecessor says {@link org.hearthd.Handler#EXCLUSIVE}: both can not run at the same time. */
    boolean exclusive();

    /**
     * Takes the predecessor's handlers out of service before the successor is started, as {@link Handlers#retire} does. Of requests that
     * are parked meanwhile {@code park.timeout.ms} begins when those in progress have ended.
     */
    CompletionStage<Void> retirePredecessor();

    /** Undoes {@link #retirePredecessor}, drained or not: its handlers are in service again as they are, and what was parked goes there. */
    void readmitPredecessor();

    /**
     * What keeps the successor from taking over: a reason by handler name. Empty when it has every handler that the predecessor
     * has, has had less than {@code park.timeout.ms} ago, or will have again, each was fetched, and each that is
     * {@link org.hearthd.SelfChecking} has passed its check.
     */
    Map<String, String> missing();

    /** Puts the successor's handlers in service, those that come later too. The newest deployment wins, whatever its version or ranking. */
    void commit();

    /** Forgets the announcement. Handlers of a successor that was not committed stay out of service until they go. */
    @Override
    void close();
}
