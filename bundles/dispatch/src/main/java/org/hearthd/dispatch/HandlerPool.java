package org.hearthd.dispatch;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Makes the bounded pools of blocking handlers. */
final class HandlerPool {
    private static final int IDLE_S = 10;

    private HandlerPool() {}

    /** A pool without threads: they come with work, are named after the handler, and go when idle. */
    static ThreadPoolExecutor of(HandlerSettings settings, ClassLoader loader) {
        BlockingQueue<Runnable> queue = settings.queue() == 0
                ? new SynchronousQueue<>()
                : new LinkedBlockingQueue<>(settings.queue());
        ThreadPoolExecutor pool = new ThreadPoolExecutor(settings.threads(), settings.threads(), IDLE_S, TimeUnit.SECONDS, queue,
                threads("handler-" + settings.name(), loader));
        pool.allowCoreThreadTimeOut(true);
        return pool;
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
