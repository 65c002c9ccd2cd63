package org.hearthd.dispatch;

import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import org.osgi.annotation.versioning.ProviderType;
import org.osgi.framework.Bundle;

/** Lets the handlers of one bundle give way to those of another without a gap. A service; any thread may call it. */
@ProviderType
public interface Handlers {
    /**
     * Announces a bundle before it is started beside another one. Its handlers are fetched and checked as they come, but get no
     * exchange until {@link Succession#commit}; meanwhile those of the predecessor go on.
     *
     * @param predecessor the bundle whose handlers are in service
     * @param successor installed, not started
     * @param returns asked at once whether a handler that the predecessor has had, and has not at the moment, may return to it
     */
    Succession succeed(Bundle predecessor, Bundle successor, Predicate<String> returns);

    /** Why those handlers of a bundle that do not work do not: a reason by name. */
    Map<String, String> shortcomings(Bundle bundle);

    /** Whether a handler of a bundle was fetched and has not passed its check: waiting does not help. */
    boolean failed(Bundle bundle);

    /** How many exchanges the handlers of a bundle have in progress. */
    long inProgress(Bundle bundle);

    /**
     * Takes the handlers of a bundle out of service: they get no new exchanges, and those in progress are waited for. Newcomers go
     * to another handler of that name, or are parked while there is none.
     *
     * @return completes, never exceptionally, when the last exchange has ended, or when {@code drain.timeout.ms} has passed and
     *         the rest was logged and failed; the bundle may be stopped then
     */
    CompletionStage<Void> retire(Bundle bundle);
}
