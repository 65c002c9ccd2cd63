package org.hearthd.scgi;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Threads for what would block a loop. Files, programs and names have threads of their own each: none waits for another kind. */
final class Workers {
    private static final int FEW = 4;
    private static final int IDLE_S = 10;

    private final ThreadPoolExecutor files = pool("hearth-scgi-files", FEW, new LinkedBlockingQueue<>());
    private final ThreadPoolExecutor programs = pool("hearth-scgi-programs", FEW, new LinkedBlockingQueue<>());
    private final ThreadPoolExecutor names = pool("hearth-scgi-names", Integer.MAX_VALUE, new SynchronousQueue<>());

    private static ThreadPoolExecutor pool(String name, int threads, BlockingQueue<Runnable> queue) {
        ThreadPoolExecutor pool = new ThreadPoolExecutor(Math.min(threads, FEW), threads, IDLE_S, TimeUnit.SECONDS, queue,
                task -> {
                    Thread thread = new Thread(task, name);
                    thread.setDaemon(true);
                    return thread;
                });
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    /** For what is kept of bodies. */
    Executor files() {
        return files;
    }

    /** For programs that come and go. */
    Executor programs() {
        return programs;
    }

    /** Where a name may hang without an end: a thread for each, and each server has at most one at a time. */
    Executor names() {
        return names;
    }

    /** Takes no more; what is there is done. */
    void shutdown() {
        files.shutdown();
        programs.shutdown();
        names.shutdown();
    }
}
