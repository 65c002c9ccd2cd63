package org.hearthd.dispatch;

import java.io.IOException;
import java.lang.System.Logger.Level;
import org.hearthd.Exchange;
import org.hearthd.spi.ErrorPage;

/** The answer 503 with Retry-After. */
final class Unavailable {
    private static final System.Logger LOG = System.getLogger(Unavailable.class.getName());

    private Unavailable() {}

    /** Ends the exchange; never throws. */
    static void answer(Exchange exchange, int retryAfterS, String reason) {
        LOG.log(Level.DEBUG, () -> exchange + ": 503, " + reason);
        try {
            exchange.respond(ErrorPage.of(exchange.id(), 503, reason).with("Retry-After", Integer.toString(retryAfterS)));
        } catch (IOException | RuntimeException e) {
            LOG.log(Level.DEBUG, () -> exchange + ": its 503 did not reach the client", e);
        }
    }
}
