package org.hearthd.spi;

import java.lang.System.Logger.Level;
import java.lang.ref.Cleaner;

/**
 * Reports an exchange that nobody ended and nobody can end any more, and where it was made. Only where assertions are enabled, as in
 * tests, which fail on such a report; it is an ERROR in the log of this class.
 */
final class Unended implements Runnable {
    private static final System.Logger LOG = System.getLogger(Unended.class.getName());
    private static final Cleaner CLEANER = Cleaner.create();

    private final String id;
    private final Throwable made = new Throwable("made here");
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
            LOG.log(Level.ERROR, "request " + id + " was garbage-collected without having been ended", made);
        }
    }
}
