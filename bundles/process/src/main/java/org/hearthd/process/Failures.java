package org.hearthd.process;

import java.lang.System.Logger.Level;
import java.util.List;

/** The failed starts of a handler in a row, and what is said of them. Guarded by the keeper's lock, except {@link #trouble}. */
final class Failures {
    private static final System.Logger LOG = System.getLogger(PersistentHandler.class.getName());
    /** So many short runs are trouble. */
    private static final int TROUBLE = 2;

    private int count;
    /** What the last one was. */
    private String last;
    private boolean reported;
    /** Why requests are refused, for clients, or null. */
    private volatile String trouble;

    boolean none() {
        return count == 0;
    }

    String trouble() {
        return trouble;
    }

    /** For people; nothing if there was none. */
    List<String> reasons() {
        return count == 0
                ? List.of()
                : List.of(last, "it has failed " + count + (count == 1 ? " time" : " times in a row") + " and is started again"
                        + (trouble == null ? "" : "; until then requests get 503"));
    }

    /** There is a process that gets requests. */
    void connected() {
        trouble = null;
    }

    /** The process has run for long enough. */
    void end() {
        count = 0;
    }

    /** As {@link #end}, and it still runs. */
    void end(String handler) {
        count = 0;
        if (reported) {
            reported = false;
            LOG.log(Level.INFO, () -> "handler " + handler + " works again");
        }
    }

    /** Another program has taken over. */
    void forget() {
        count = 0;
        reported = false;
    }

    /** The next one is trouble, however many there were. */
    void expectTrouble() {
        count = Math.max(count, TROUBLE - 1);
    }

    /**
     * One more. The second in a row is trouble, which is reported once.
     *
     * @return the pause before the next start, in milliseconds
     */
    long add(PersistentSettings settings, String reason, String details) {
        count++;
        last = "its program " + details;
        long delay = settings.delayMs(count);
        String handler = settings.handler();
        if (count < TROUBLE) {
            LOG.log(Level.WARNING,
                    () -> "handler " + handler + ": its program " + details + "; it is restarted in " + delay + " ms");
        } else {
            trouble = reason;
            LOG.log(reported ? Level.DEBUG : Level.WARNING,
                    () -> "handler " + handler + " is out of order: " + reason
                            + "; requests get 503, it is tried again at least every "
                            + settings.delayMaxMs() + " ms. Its program " + details);
            reported = true;
        }
        return delay;
    }
}
