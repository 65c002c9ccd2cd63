package org.hearthd.spi;

import java.lang.System.Logger.Level;
import java.lang.ref.Cleaner;

/**
 * Reports an exchange that nobody ended and nobody can end any more. Only where assertions are enabled, as in tests; the report is
 * an ERROR in the log of this class.
 */
final class Unended implements Runnable {
    private static final System.Logger LOG = System.getLogger(Unended.class.getName());
    private static final Cleaner CLEANER = Cleaner.create();

    private final String id;
    private volatile boolean ended;

    private Unended(String id) {
        this.id = id;
    }

    /** Must not refer to the state, which would then never become garbage. */
    static Unended watch(ExchangeState state) {
        Unended unended = new Unended(state.id());
        CLEANER.register(state, unended);
        return unended;
    }

    void ended() {
        ended = true;
    }

    @Override
    public void run() {
        if (!ended) {
            LOG.log(Level.ERROR, "request " + id + " was garbage-collected without having been ended");
        }
    }
}
