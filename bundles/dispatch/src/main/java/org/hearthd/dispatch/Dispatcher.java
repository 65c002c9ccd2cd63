package org.hearthd.dispatch;

import java.util.List;
import org.hearthd.Exchange;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Gives exchanges to handlers; a service. Both ways take ownership, never throw and never block, so that an event loop may call
 * them. A handler that says {@link org.hearthd.Handler#NON_BLOCKING} runs on the caller's thread, every other one on its pool.
 */
@ProviderType
public interface Dispatcher {
    /** Sends an exchange where the routes say; 404 where none matches. */
    void route(Exchange exchange);

    /** Sends an exchange to a handler by name; 503 with Retry-After while there is none. */
    void dispatch(String handlerName, Exchange exchange);

    /** One line for each required route that has no ready handler yet, saying what it waits for; empty = ready. */
    List<String> unready();
}
