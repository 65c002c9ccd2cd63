package org.hearthd.process;

import java.lang.System.Logger.Level;
import java.util.List;

/** The failed starts of a handler in a row, and what is said of them. Guarded by the keeper's lock, except {@link #trouble}. */
final class Failures {
    private static final System.Logger LOG = System.getLogger(PersistentHandler.class.getName());
    /** So many runs without any use are trouble. */
    private static final int TROUBLE = 2;

    private int count;
    /** Those of them, in a row, in which it was never ready for requests. */
    private int useless;
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

    /** The process has run for long enough, or another program has taken over. */
    void end() {
        count = 0;
        useless = 0;
        reported = false;
    }

    /** As {@link #end}, and it still runs. */
    void end(String handler) {
        boolean was = reported;
        end();
        if (was) {
            LOG.log(Level.INFO, () -> "handler " + handler + " works again");
        }
    }

    /** The next one is trouble, however many there were. */
    void expectTrouble() {
        useless = Math.max(useless, TROUBLE - 1);
    }

    /**
     * One more. The second in a row without any use is trouble, which is reported once; so is a pause that nobody waits through.
     *
     * @param worked whether it was ready for requests
     * @return the pause before the next start, in milliseconds
     */
    long add(PersistentSettings settings, boolean worked, String reason, String details) {
        count++;
        useless = worked ? 0 : useless + 1;
        last = "its program " + details;
        long delay = settings.delayMs(count);
        String handler = settings.handler();
        if (useless < TROUBLE && delay < settings.limits().timeoutMs()) {
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
