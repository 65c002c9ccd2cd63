package org.hearthd.process;

import java.lang.System.Logger.Level;
import java.util.concurrent.atomic.AtomicReference;
import org.hearthd.transport.PacketConnection;

/** Reports a process that does not read its requests, once, and that it reads again. Any thread. */
final class Unread {
    private static final System.Logger LOG = System.getLogger(PersistentHandler.class.getName());

    private final AtomicReference<Run> reported = new AtomicReference<>();

    /** Whether that process does not read its requests. */
    boolean is(Run run) {
        return run != null && run == reported.get();
    }

    /**
     * The current process has read nothing for as long as requests may wait.
     *
     * @param queued how many lie in the queue of its socket, or what {@link Run#queued} says where nobody knows
     */
    void late(Run run, int queued, PersistentSettings settings) {
        if (reported.getAndSet(run) != run) {
            LOG.log(Level.WARNING, () -> "handler " + settings.handler() + ": process " + run.child().pid()
                    + " does not read its requests"
                    + (queued < 0 ? "" : " (" + queued + " in its socket, until it does or ends)")
                    + "; those that have waited for " + settings.limits().timeoutMs() + " ms get 503"
                    + States.lastLines(run.child().lastErrors()));
        }
    }

    /** Nobody knows whether that process reads. */
    void forget(Run run) {
        reported.compareAndSet(run, null);
    }

    /** The process behind that connection reads. */
    void reads(PacketConnection connection, String handler) {
        Run run = reported.get();
        if (run != null && run.connection() == connection && reported.compareAndSet(run, null)) {
            LOG.log(Level.INFO, () -> "handler " + handler + ": process " + run.child().pid() + " reads its requests again");
        }
    }
}
