package org.hearthd.deploy;

import java.io.IOException;
import java.io.InputStream;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Finds out whether the class loaders of uninstalled bundles go. Asks for a garbage collection now and then while it waits for one, on
 * a thread of low priority; and counts only collections that have unloaded a class of its own, so that a heap that nobody collects
 * raises no alarm.
 */
final class LoaderCheck {
    private static final System.Logger LOG = System.getLogger(LoaderCheck.class.getName());
    private static final long LOOK_MS = 200;
    private static final long LEAK_LOOK_MS = 5_000;
    private static final long IDLE_S = 5;
    /** Collections that a loader may survive: what waits for a finalizer or a cleaner goes with the second. */
    private static final int PATIENCE = 3;

    /** What has become of a loader. */
    record Verdict(boolean leaking, String text) {}

    private static final class Watched {
        private final String what;
        private final long bundleId;
        private final WeakReference<ClassLoader> loader;
        private final Consumer<Verdict> told;
        private final long begin = System.nanoTime();
        private int survived;
        private long counted;
        private boolean reported;

        Watched(String what, long bundleId, WeakReference<ClassLoader> loader, Consumer<Verdict> told) {
            this.what = what;
            this.bundleId = bundleId;
            this.loader = loader;
            this.told = told;
        }

        /**
         * One more collection, which counts unless it came too soon after the last one that did: where memory is short they follow each
         * other faster than what holds a loader for a moment ends. Whether these are enough.
         */
        boolean survives(long pauseNanos) {
            long now = System.nanoTime();
            if (survived > 0 && now - counted < pauseNanos) {
                return false;
            }
            counted = now;
            return ++survived == PATIENCE;
        }

        String age() {
            return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin) + " ms";
        }
    }

    private final long gcIntervalNanos;
    private final LeakFinder leaks;
    private final Runnable prepare;
    private final ScheduledThreadPoolExecutor thread;
    private final List<Watched> watched = new ArrayList<>();
    private final long lookMs;
    private WeakReference<ClassLoader> probe;
    /** What was watched when the probe was made: a collection that has taken it proves nothing about later ones. */
    private List<Watched> probed = List.of();
    private long requestedAt;
    private boolean scheduled;

    /**
     * Without a thread while there is nothing to watch.
     *
     * @param gcIntervalMs least time between two requested collections; 0: none is requested
     * @param prepare runs before a collection that counts, on the thread of this check
     */
    LoaderCheck(long gcIntervalMs, LeakFinder leaks, Runnable prepare) {
        this(gcIntervalMs, leaks, prepare, LOOK_MS);
    }

    /** With another pause between two looks. */
    LoaderCheck(long gcIntervalMs, LeakFinder leaks, Runnable prepare, long lookMs) {
        this.lookMs = lookMs;
        this.gcIntervalNanos = TimeUnit.MILLISECONDS.toNanos(gcIntervalMs);
        this.leaks = leaks;
        this.prepare = prepare;
        this.requestedAt = System.nanoTime() - gcIntervalNanos;
        this.thread = new ScheduledThreadPoolExecutor(1, task -> {
            Thread made = new Thread(task, "hearth-deploy-loaders");
            made.setDaemon(true);
            made.setPriority(Thread.MIN_PRIORITY);
            made.setContextClassLoader(LoaderCheck.class.getClassLoader());
            return made;
        }, new ThreadPoolExecutor.DiscardPolicy());
        thread.setKeepAliveTime(IDLE_S, TimeUnit.SECONDS);
        thread.allowCoreThreadTimeOut(true);
    }

    /** Tells, on a thread of its own, when the loader has gone or has survived; in the latter case again if it goes after all. */
    synchronized void watch(String what, long bundleId, WeakReference<ClassLoader> loader, Consumer<Verdict> told) {
        watched.add(new Watched(what, bundleId, loader, told));
        if (!scheduled) {
            scheduled = true;
            thread.schedule(this::look, lookMs, TimeUnit.MILLISECONDS);
        }
    }

    /** Ends without waiting. */
    void close() {
        thread.shutdownNow();
    }

    /** One look, on the thread of this check. */
    void look() {
        try {
            tellGone();
            if (isCollectionProven()) {
                tellSurvivors();
            }
            prepareProof();
        } catch (RuntimeException | LinkageError failed) {
            LOG.log(System.Logger.Level.WARNING, "Class loaders are not checked any more", failed);
            return;
        }
        scheduleNext();
    }

    private synchronized void scheduleNext() {
        scheduled = !watched.isEmpty();
        if (scheduled) {
            boolean undecided = watched.stream().anyMatch(one -> !one.reported);
            thread.schedule(this::look, undecided ? lookMs : LEAK_LOOK_MS, TimeUnit.MILLISECONDS);
        }
    }

    private synchronized List<Watched> snapshot() {
        return List.copyOf(watched);
    }

    private void tellGone() {
        for (Watched one : snapshot()) {
            if (one.loader.refersTo(null)) {
                synchronized (this) {
                    watched.remove(one);
                }
                one.told.accept(new Verdict(false, "collected after " + one.age()));
            }
        }
    }

    private boolean isCollectionProven() {
        return probe != null && probe.refersTo(null);
    }

    private void tellSurvivors() {
        for (Watched one : probed) {
            ClassLoader loader = one.loader.get();
            if (loader != null && one.survives(gcIntervalNanos)) {
                one.reported = true;
                String kind = leaks.find(loader, one.bundleId);
                LOG.log(System.Logger.Level.DEBUG, "{0} leaks: {1}", one.what, kind);
                one.told.accept(new Verdict(true, "leaking: " + kind));
            }
        }
        probe = null;
        probed = List.of();
    }

    private void prepareProof() {
        if (snapshot().stream().allMatch(one -> one.reported)) {
            return;
        }
        if (probe == null) {
            prepare.run();
            probed = snapshot();
            probe = new WeakReference<>(new Probe());
        }
        long now = System.nanoTime();
        if (gcIntervalNanos > 0 && now - requestedAt >= gcIntervalNanos) {
            requestedAt = now;
            System.gc();
        }
    }

    /** A loader with a class: only a collection that unloads classes takes it. */
    private static final class Probe extends ClassLoader {
        Probe() {
            super(null);
            String name = Verdict.class.getName();
            try (InputStream in = LoaderCheck.class.getResourceAsStream(name.substring(name.lastIndexOf('.') + 1) + ".class")) {
                byte[] code = in.readAllBytes();
                defineClass(name, code, 0, code.length);
            } catch (IOException unreadable) {
                throw new IllegalStateException("own class " + name + " cannot be read", unreadable);
            }
        }
    }
}
