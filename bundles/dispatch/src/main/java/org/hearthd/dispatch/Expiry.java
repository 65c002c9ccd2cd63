package org.hearthd.dispatch;

import java.lang.System.Logger.Level;
import java.util.Comparator;
import java.util.List;
import org.hearthd.Exchange;

/** Ends what a retired generation has not ended in time, and says what that is. */
final class Expiry {
    private static final System.Logger LOG = System.getLogger(Expiry.class.getName());
    private static final int LINES = 10;

    private Expiry() {}

    /** Unanswered requests get 502; where the answer has begun the connection is broken. */
    static void of(Generation generation) {
        List<Lease> oldestFirst = generation.leases().all().stream().sorted(Comparator.comparingLong(Lease::since)).toList();
        long inProgress = generation.inProgress();
        LOG.log(Level.WARNING, generation + " goes with "
                + (inProgress == 0 ? "a thread that has answered but" : inProgress + " requests in progress that")
                + " did not end within drain.timeout.ms");
        oldestFirst.stream().limit(LINES).forEach(lease -> LOG.log(Level.WARNING, line(generation, lease)));
        if (oldestFirst.size() > LINES) {
            LOG.log(Level.WARNING, generation + ": and " + (oldestFirst.size() - LINES) + " more");
        }
        oldestFirst.forEach(lease -> end(lease.exchange()));
    }

    private static String line(Generation generation, Lease lease) {
        Exchange exchange = lease.exchange();
        String client = exchange.request().headers().get("X-Ash-Address");
        return exchange + (client == null ? "" : " from " + client) + ": given up by " + generation + " after " + lease.ageMs()
                + " ms, " + (lease.running() ? "running" : "queued");
    }

    private static void end(Exchange exchange) {
        if (!exchange.failUnanswered(502, "The handler was replaced before it answered.")) {
            exchange.abort();
        }
    }
}
