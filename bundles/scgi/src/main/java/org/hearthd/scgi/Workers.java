package org.hearthd.scgi;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Threads for what would block a loop; where none is left they refuse. Files, programs and names have threads of their own each: none waits
 * for another kind.
 */
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

    /** That there is no thread is a refusal like any other, so that who hands a task over has one failure to handle. */
    static Executor refusing(Executor pool) {
        return task -> {
            try {
                pool.execute(task);
            } catch (OutOfMemoryError e) {
                throw new RejectedExecutionException(e.getMessage(), e);
            }
        };
    }

    /** For what is kept of bodies. */
    Executor files() {
        return refusing(files);
    }

    /** For programs that come and go. */
    Executor programs() {
        return refusing(programs);
    }

    /** Where a name may hang without an end: a thread for each, and each server has at most one at a time. */
    Executor names() {
        return refusing(names);
    }

    /** Takes no more; what is there is done. */
    void shutdown() {
        files.shutdown();
        programs.shutdown();
        names.shutdown();
    }
}
