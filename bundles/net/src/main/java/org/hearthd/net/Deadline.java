package org.hearthd.net;

import io.netty.channel.EventLoop;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** A point in time that is moved often and reached seldom: moving it on costs no timer. Of one loop. */
public final class Deadline {
    private final EventLoop loop;
    private final Runnable action;
    private Future<?> timer;
    private long timerAt;
    private long at;
    private boolean set;

    /**
     * A deadline that is not set yet.
     *
     * @param action runs on the loop each time the deadline is reached
     */
    public Deadline(EventLoop loop, Runnable action) {
        this.loop = loop;
        this.action = action;
    }

    /** Sets it that far from now, whatever it was. */
    public void set(long millis) {
        set = true;
        at = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        if (timer != null && timerAt - at > 0) {
            timer.cancel(false);
            timer = null;
        }
        if (timer == null) {
            start();
        }
    }

    /** Whether it was set and has not been reached or cleared since. */
    public boolean isSet() {
        return set;
    }

    /** Nothing is waited for at the moment. */
    public void clear() {
        set = false;
    }

    /** For the end: lets go of the timer, too. */
    public void cancel() {
        set = false;
        if (timer != null) {
            timer.cancel(false);
            timer = null;
        }
    }

    private void start() {
        timerAt = at;
        timer = loop.schedule(this::run, at - System.nanoTime(), TimeUnit.NANOSECONDS);
    }

    private void run() {
        timer = null;
        if (!set) {
            return;
        }
        if (at - System.nanoTime() > 0) {
            start();
            return;
        }
        set = false;
        action.run();
    }
}
