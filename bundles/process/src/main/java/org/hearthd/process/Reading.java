package org.hearthd.process;

import java.lang.System.Logger.Level;
import java.util.concurrent.TimeUnit;
import org.hearthd.ashd.Forwarder;

/**
 * Looks again and again whether a process takes what lies in the queue of its socket, which few requests never fill. If it takes nothing
 * for as long as requests may wait, it is sent no more until it does: what comes then waits, and gets 503 in time, and does not follow
 * what nobody can take out of that queue again.
 */
final class Reading {
    private static final System.Logger LOG = System.getLogger(PersistentHandler.class.getName());
    private static final long LONGEST_GAP_MS = 1000;
    /** How often it is looked while requests wait for nothing else. */
    private static final long HELD_MS = 50;
    private static final long NOTHING = -1;

    private final Keeper keeper;
    private final Run run;
    private final Forwarder forwarder;
    private final Unread unread;
    private final Progress progress;
    private boolean held;
    /** How many were sent when it was reported; until it has taken those. */
    private long reported = NOTHING;

    private Reading(Keeper keeper, Run run, Forwarder forwarder, Unread unread) {
        this.keeper = keeper;
        this.run = run;
        this.forwarder = forwarder;
        this.unread = unread;
        this.progress = new Progress(forwarder.sent(), System.nanoTime());
    }

    /** Watches a process that has not been sent anything yet, for as long as it is the current one. */
    static void watch(Keeper keeper, Run run, Forwarder forwarder, Unread unread) {
        new Reading(keeper, run, forwarder, unread).next();
    }

    private void next() {
        Timer.after(held ? HELD_MS : Math.min(LONGEST_GAP_MS, limitMs() / 4 + 1), this::lookAgain);
    }

    private long limitMs() {
        return keeper.settings().limits().timeoutMs();
    }

    private void lookAgain() {
        if (!keeper.isCurrent(run)) {
            return;
        }
        try {
            look();
        } catch (RuntimeException | Error e) {
            LOG.log(Level.ERROR, () -> "handler " + keeper.settings().handler() + ": whether it reads can not be seen", e);
        } finally {
            next();
        }
    }

    private void look() {
        long sent = forwarder.sent();
        int queued = progress.tookAll(sent) ? 0 : run.queued();
        if (queued == Run.UNSEEN) {
            return;
        }
        if (queued == Run.UNTOLD) {
            // it has given its descriptor 0 away, and may read all the same
            goOn();
            if (reported != NOTHING) {
                reported = NOTHING;
                unread.forget(run);
            }
        } else if (progress.isLate(sent, queued, System.nanoTime(), TimeUnit.MILLISECONDS.toNanos(limitMs()))) {
            held = true;
            // each time, for an earlier look may be about to say the contrary
            forwarder.disconnected(run.connection());
            reported = reported == NOTHING ? sent : reported;
            unread.late(run, queued, keeper.settings());
        } else {
            goOn();
            if (reported != NOTHING && progress.took(reported)) {
                reported = NOTHING;
                unread.reads(run.connection(), keeper.settings().handler());
            }
        }
    }

    private void goOn() {
        if (held) {
            keeper.aside(() -> keeper.goOn(run));
            held = false;
        }
    }

    /** What a process has taken of what was sent, as far as that is known. */
    static final class Progress {
        /** Those included that were sent before this process came. */
        private long taken;
        private long tookAt;
        /** Whether it had nothing to take when last looked at. */
        private boolean idle = true;

        Progress(long sent, long now) {
            taken = sent;
            tookAt = now;
        }

        /** Whether it has taken everything, if so much was sent. */
        boolean tookAll(long sent) {
            return sent == taken;
        }

        /** Whether it has taken what had been sent when so much was sent. */
        boolean took(long sent) {
            return taken >= sent;
        }

        /**
         * Whether it was seen to take nothing for so many nanoseconds of what it could have taken.
         *
         * @param sent looked at before {@code queued}
         */
        boolean isLate(long sent, int queued, long now, long limit) {
            boolean waited = !idle;
            idle = queued == 0;
            if (waited && !idle && sent - queued <= taken) {
                return now - tookAt >= limit;
            }
            taken = Math.max(taken, sent - queued);
            tookAt = now;
            return false;
        }
    }
}
