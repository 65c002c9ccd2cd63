package org.hearthd.dispatch;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** What all handlers share: a clock, threads for what must not hold anybody up, the limits, and the numbers of generations. */
final class Shared {
    private static final int IDLE_S = 10;

    /** Deadlines; without a thread while there are none. */
    private final ScheduledThreadPoolExecutor timers;
    private final ExecutorService background;
    private final Numbers numbers;
    private volatile Limits limits;

    Shared(Limits limits, Numbers numbers) {
        this.limits = limits;
        this.numbers = numbers;
        ThreadFactory threads = HandlerPool.threads("dispatch", Shared.class.getClassLoader());
        timers = new ScheduledThreadPoolExecutor(1, threads, new ThreadPoolExecutor.DiscardPolicy());
        timers.setRemoveOnCancelPolicy(true);
        timers.setKeepAliveTime(IDLE_S, TimeUnit.SECONDS);
        timers.allowCoreThreadTimeOut(true);
        background = new ThreadPoolExecutor(0, Integer.MAX_VALUE, IDLE_S, TimeUnit.SECONDS, new SynchronousQueue<>(), threads,
                new ThreadPoolExecutor.DiscardPolicy());
    }

    Limits limits() {
        return limits;
    }

    void limits(Limits changed) {
        limits = changed;
    }

    Numbers numbers() {
        return numbers;
    }

    /** Runs a short task later. */
    ScheduledFuture<?> after(long ms, Runnable task) {
        return timers.schedule(task, ms, TimeUnit.MILLISECONDS);
    }

    /** Runs a task that may take its time, on a thread of its own if need be. */
    void execute(Runnable task) {
        background.execute(task);
    }

    /** Takes no new tasks; deadlines that were set stay. */
    void stop() {
        timers.shutdown();
        background.shutdown();
    }
}
