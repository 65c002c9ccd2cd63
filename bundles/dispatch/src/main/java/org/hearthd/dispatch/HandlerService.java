package org.hearthd.dispatch;

import java.lang.System.Logger.Level;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.hearthd.Handler;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceReference;

/**
 * One registered handler service. A reference is not a working handler: the object is fetched by {@link #activate}, which may fail
 * and is then tried again later.
 */
final class HandlerService {
    private static final System.Logger LOG = System.getLogger(HandlerService.class.getName());
    private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);

    private enum State {
        REGISTERED, ACTIVATING, FAILED, ACTIVE, GONE
    }

    private final BundleContext context;
    private final ServiceReference<Handler> reference;
    private final Bundle bundle;
    private final ScheduledExecutorService timers;
    private final String identity;
    /** All that were not retired yet; the last one is in use. */
    private final List<Generation> generations = new CopyOnWriteArrayList<>();
    private HandlerSettings settings;
    private int retryAfterS;
    private State state = State.REGISTERED;
    private long failedAt;
    private Handler handler;
    private volatile Generation generation;

    HandlerService(BundleContext context, ServiceReference<Handler> reference, Bundle bundle, HandlerSettings settings,
            int retryAfterS,
            ScheduledExecutorService timers) {
        this.context = context;
        this.reference = reference;
        this.settings = settings;
        this.retryAfterS = retryAfterS;
        this.timers = timers;
        this.bundle = bundle;
        this.identity = HandlerSettings.identity(reference, bundle);
    }

    int ranking() {
        return reference.getProperty(Constants.SERVICE_RANKING) instanceof Integer ranking ? ranking : 0;
    }

    long serviceId() {
        return (Long) reference.getProperty(Constants.SERVICE_ID);
    }

    synchronized HandlerSettings settings() {
        return settings;
    }

    /** The generation to use, or null while there is no working handler. */
    Generation generation() {
        return generation;
    }

    Bundle bundle() {
        return bundle;
    }

    /** Whether it has not been decided yet if this handler works. */
    synchronized boolean pending() {
        return state == State.REGISTERED || state == State.ACTIVATING;
    }

    /** Whether {@link #activate} would try. */
    synchronized boolean due() {
        return state == State.REGISTERED || state == State.FAILED && System.nanoTime() - failedAt > RETRY_NANOS;
    }

    /** Fetches the handler, unless that was done, is being done, or failed a moment ago. No lock is held meanwhile. */
    void activate() {
        boolean again;
        synchronized (this) {
            if (!due()) {
                return;
            }
            again = state == State.FAILED;
            state = State.ACTIVATING;
        }
        Handler fetched = fetch();
        synchronized (this) {
            if (fetched == null) {
                failedAt = System.nanoTime();
                state = state == State.GONE ? State.GONE : State.FAILED;
            } else if (state == State.GONE) {
                context.ungetService(reference);
            } else {
                handler = fetched;
                state = State.ACTIVE;
                publish();
            }
        }
        if (fetched == null && !again) {
            LOG.log(Level.WARNING, this + " is registered but can not be activated: it counts as absent");
        }
    }

    private Handler fetch() {
        try {
            return context.getService(reference);
        } catch (RuntimeException | LinkageError e) {
            LOG.log(Level.WARNING, this + " can not be fetched", e);
            return null;
        }
    }

    private void publish() {
        generation = new Generation(handler, identity, settings, retryAfterS, timers);
        generations.add(generation);
    }

    /**
     * Takes over changed settings with a new generation.
     *
     * @return the old one, which the caller passes to {@link #retire} once the slot has the new one; null if there is none
     */
    synchronized Generation change(HandlerSettings newSettings, int newRetryAfterS) {
        Generation old = generation;
        boolean same = settings.equals(newSettings) && retryAfterS == newRetryAfterS;
        settings = newSettings;
        retryAfterS = newRetryAfterS;
        if (old == null || same) {
            return null;
        }
        publish();
        return old;
    }

    void retire(Generation old, long timeoutMs) {
        retireUntil(old, deadline(timeoutMs));
    }

    private void retireUntil(Generation old, long deadline) {
        old.retire(deadline);
        generations.remove(old);
    }

    private static long deadline(long timeoutMs) {
        return System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs);
    }

    /** Waits, bounded, until no request uses the handler any more, and gives it back. The slot has let go of it before. */
    void close(long timeoutMs) {
        Handler given;
        synchronized (this) {
            state = State.GONE;
            given = handler;
            handler = null;
            generation = null;
        }
        // one deadline for all: whoever unregisters the handler waits here
        long deadline = deadline(timeoutMs);
        generations.forEach(g -> retireUntil(g, deadline));
        if (given != null) {
            context.ungetService(reference);
        }
    }

    @Override
    public String toString() {
        return "handler " + settings().name() + " of " + identity;
    }
}
