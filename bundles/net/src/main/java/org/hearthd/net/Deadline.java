package org.hearthd.net;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.FastThreadLocal;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * A point in time that is moved often and reached seldom: moving it on costs no timer, and neither does a short life, for a timer that is
 * not needed any more runs on for the next deadline of the loop. Of one loop.
 */
public final class Deadline {
    private final EventLoop loop;
    private final Runnable action;
    private Timer timer;
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
        long now = System.nanoTime();
        at = now + TimeUnit.MILLISECONDS.toNanos(millis);
        if (timer == null) {
            timer = Timer.of(this);
        }
        timer.start(now);
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
            timer.letGo();
            timer = null;
        }
    }

    private void reached(Timer by) {
        if (!set) {
            return;
        }
        long now = System.nanoTime();
        if (at - now > 0) {
            by.start(now);
            return;
        }
        set = false;
        action.run();
    }

    /** Runs at its deadline's time, or before it, which then has it run once more. */
    private static final class Timer implements Runnable {
        /** Those that are kept for the next deadline, of each loop. */
        private static final int KEPT = 256;
        private static final FastThreadLocal<Deque<Timer>> IDLE = new FastThreadLocal<>() {
            @Override
            protected Deque<Timer> initialValue() {
                return new ArrayDeque<>();
            }
        };

        private final EventLoop loop;
        /** Null while nobody needs it. */
        private Deadline deadline;
        /**
         * Whether the timer runs. Not whether there is a future: that would be the field's only use until the first one is cancelled, and
         * HotSpot compiles such a method again each time it meets a value whose type the bundle's class loader was never asked for.
         */
        private boolean runs;
        private Future<?> running;
        private long at;

        private Timer(EventLoop loop) {
            this.loop = loop;
        }

        static Timer of(Deadline deadline) {
            Timer idle = IDLE.get().pollLast();
            // a thread that is not a loop's own may run several loops, one after the other
            Timer timer = idle != null && idle.loop == deadline.loop ? idle : new Timer(deadline.loop);
            timer.deadline = deadline;
            return timer;
        }

        /** Runs at the deadline's time at the latest. */
        void start(long now) {
            if (runs && at - deadline.at > 0) {
                running.cancel(false);
                runs = false;
            }
            if (!runs) {
                at = deadline.at;
                running = loop.schedule(this, at - now, TimeUnit.NANOSECONDS);
                runs = true;
            }
        }

        void letGo() {
            deadline = null;
            Deque<Timer> idle = IDLE.get();
            if (idle.size() < KEPT) {
                idle.addLast(this);
            } else if (runs) {
                running.cancel(false);
            }
        }

        @Override
        public void run() {
            runs = false;
            if (deadline != null) {
                deadline.reached(this);
            }
        }
    }
}
