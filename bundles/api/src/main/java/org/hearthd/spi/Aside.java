package org.hearthd.spi;

import java.lang.System.Logger.Level;

/** Threads for what may take its time, where whoever has to do it must not wait. */
public final class Aside {
    private static final System.Logger LOG = System.getLogger(Aside.class.getName());

    private Aside() {}

    /** Runs the task on a thread of its own, or here if there is none to be had. */
    public static void run(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        try {
            thread.start();
        } catch (OutOfMemoryError e) {
            LOG.log(Level.WARNING, () -> name + " has no thread of its own: " + e.getMessage());
            task.run();
        }
    }
}
