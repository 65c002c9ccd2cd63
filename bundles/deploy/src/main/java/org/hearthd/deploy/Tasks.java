package org.hearthd.deploy;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;

/**
 * Runs each task on a thread of its own, so that none waits for another and nothing that a bundle leaves behind on the thread that
 * starts it outlives the task.
 */
final class Tasks implements Executor {
    private final Set<Thread> running = ConcurrentHashMap.newKeySet();
    private final ThreadFactory threads;

    Tasks() {
        this(Thread::new);
    }

    /** With another kind of threads. */
    Tasks(ThreadFactory threads) {
        this.threads = threads;
    }

    @Override
    public void execute(Runnable task) {
        start("hearth-deploy-task", task);
    }

    /** Throws OutOfMemoryError if no thread can be had. */
    Thread start(String name, Runnable task) {
        Thread thread = threads.newThread(() -> {
            try {
                task.run();
            } finally {
                running.remove(Thread.currentThread());
            }
        });
        thread.setName(name);
        thread.setDaemon(true);
        thread.setContextClassLoader(Tasks.class.getClassLoader());
        running.add(thread);
        try {
            thread.start();
        } catch (OutOfMemoryError threadless) {
            running.remove(thread);
            throw threadless;
        }
        return thread;
    }

    /** Waits, bounded, until all have ended, and interrupts what has not; says whether all have ended by themselves. */
    boolean end(long timeoutMs) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs);
        boolean ended = true;
        for (Thread thread : running) {
            if (thread != Thread.currentThread()) {
                thread.join(Math.max(1, TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime())));
                if (thread.isAlive()) {
                    ended = false;
                    thread.interrupt();
                }
            }
        }
        return ended;
    }
}
