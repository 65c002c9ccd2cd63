package org.hearthd.process;

import java.util.concurrent.TimeUnit;
import org.hearthd.ashd.Forwarder;

/**
 * Looks again and again whether a process takes what lies in the queue of its socket, which few requests never fill. If it takes nothing
 * for as long as requests may wait, it is sent no more until it does: what comes then waits, and gets 503 in time, and does not follow
 * what nobody can take out of that queue again.
 */
final class Reading {
    private static final long LONGEST_GAP_MS = 1000;
    /** How often it is looked while requests wait for nothing else. */
    private static final long HELD_MS = 50;

    private final Keeper keeper;
    private final Run run;
    private final Forwarder forwarder;
    private final Unread unread;
    private final Progress progress;
    private boolean held;

    /** For a process that has not been sent anything yet. */
    Reading(Keeper keeper, Run run, Forwarder forwarder, Unread unread) {
        this.keeper = keeper;
        this.run = run;
        this.forwarder = forwarder;
        this.unread = unread;
        this.progress = new Progress(forwarder.sent(), System.nanoTime());
    }

    /** Goes on for as long as that process is the current one. */
    void watch() {
        if (!keeper.isCurrent(run)) {
            return;
        }
        long limit = keeper.settings().limits().timeoutMs();
        try {
            look(limit);
        } finally {
            Timer.after(held ? HELD_MS : Math.min(LONGEST_GAP_MS, limit / 4 + 1), this::watch);
        }
    }

    private void look(long limitMs) {
        long sent = forwarder.sent();
        int queued = progress.tookAll(sent) ? 0 : run.queued();
        if (queued < 0) {
            return;
        }
        boolean late = progress.isLate(sent, queued, System.nanoTime(), TimeUnit.MILLISECONDS.toNanos(limitMs));
        if (late && !held) {
            held = true;
            forwarder.disconnected(run.connection());
            unread.late(run, queued, keeper.settings());
        } else if (!late && held) {
            keeper.aside(() -> keeper.goOn(run));
            held = false;
        }
        if (queued == 0) {
            unread.reads(run.connection(), keeper.settings().handler());
        }
    }

    /** What a process has taken of what was sent, as far as that is known: never more than it has. */
    static final class Progress {
        /** Those included that were sent before this process came. */
        private long taken;
        private long tookAt;

        Progress(long sent, long now) {
            taken = sent;
            tookAt = now;
        }

        boolean tookAll(long sent) {
            return sent == taken;
        }

        /**
         * Whether it has taken nothing for so many nanoseconds of what it could have taken.
         *
         * @param sent looked at before {@code queued}
         */
        boolean isLate(long sent, int queued, long now, long limit) {
            if (queued == 0 || sent - queued > taken) {
                taken = sent - queued;
                tookAt = now;
                return false;
            }
            return now - tookAt >= limit;
        }
    }
}
