package org.hearthd.dispatch;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.LinkedTransferQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** The bounded pool of a blocking handler: without threads at first; they come with work, are named after it, and go when idle. */
final class HandlerPool extends ThreadPoolExecutor {
    private static final int IDLE_S = 10;

    private final Runnable ended;

    /**
     * A pool without threads.
     *
     * @param ended runs once, when the pool was shut down and its last thread has finished
     */
    HandlerPool(HandlerSettings settings, ClassLoader loader, Runnable ended) {
        super(settings.threads(), settings.threads(), IDLE_S, TimeUnit.SECONDS, queue(settings.queue()),
                threads("handler-" + settings.name(), loader));
        this.ended = ended;
        allowCoreThreadTimeOut(true);
    }

    private static BlockingQueue<Runnable> queue(int length) {
        return length == 0 ? new HandOver() : new LinkedBlockingQueue<>(length);
    }

    /** A queue of length 0 that can tell whether a thread waits at it, which a SynchronousQueue can not. */
    private static final class HandOver extends LinkedTransferQueue<Runnable> {
        private static final long serialVersionUID = 1;

        @Override
        public boolean offer(Runnable task) {
            return tryTransfer(task);
        }
    }

    /** Whether it would take one more; exact if only one thread asks and gives. */
    boolean room() {
        if (getPoolSize() < getMaximumPoolSize()) {
            return true;
        }
        return getQueue() instanceof HandOver direct ? direct.hasWaitingConsumer() : getQueue().remainingCapacity() > 0;
    }

    @Override
    protected void terminated() {
        ended.run();
    }

    /**
     * Daemon threads that inherit nothing from whoever happens to start them.
     *
     * @param loader the context class loader, so that no other bundle's is pinned
     */
    static ThreadFactory threads(String name, ClassLoader loader) {
        AtomicInteger count = new AtomicInteger();
        return task -> {
            Thread thread = new Thread(null, task, name + "-" + count.incrementAndGet(), 0, false);
            thread.setDaemon(true);
            thread.setContextClassLoader(loader);
            return thread;
        };
    }
}
