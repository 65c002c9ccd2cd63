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
    /** How many requests it has taken, less those that were sent to others before; never too high. */
    private long taken = Long.MIN_VALUE;
    private long tookAt = System.nanoTime();
    private boolean held;

    Reading(Keeper keeper, Run run, Forwarder forwarder, Unread unread) {
        this.keeper = keeper;
        this.run = run;
        this.forwarder = forwarder;
        this.unread = unread;
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
        if (sent == taken && !held) {
            return;
        }
        int queued = run.queued();
        if (queued < 0) {
            return;
        }
        long now = System.nanoTime();
        if (queued == 0 || sent - queued > taken) {
            taken = sent - queued;
            tookAt = now;
            goOn(queued);
        } else if (!held && now - tookAt >= TimeUnit.MILLISECONDS.toNanos(limitMs)) {
            held = true;
            forwarder.disconnected(run.connection());
            unread.late(run, queued, keeper.settings());
        }
    }

    private void goOn(int queued) {
        if (held) {
            keeper.aside(() -> keeper.goOn(run));
            held = false;
        }
        if (queued == 0) {
            unread.reads(run.connection(), keeper.settings().handler());
        }
    }
}
