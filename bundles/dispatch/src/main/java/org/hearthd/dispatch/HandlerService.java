package org.hearthd.dispatch;

import java.lang.System.Logger.Level;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.hearthd.Handler;
import org.hearthd.SelfChecking;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceReference;

/**
 * One registered handler service. A reference is not a working handler: {@link #activate} fetches the object and has it check
 * itself, which may fail and is then tried again later.
 */
final class HandlerService {
    static final long RETRY_MS = 1000;
    private static final System.Logger LOG = System.getLogger(HandlerService.class.getName());

    private enum State {
        REGISTERED, ACTIVATING, CHECKING, FAILED, ACTIVE, GONE
    }

    private final BundleContext context;
    private final ServiceReference<Handler> reference;
    private final Bundle bundle;
    private final Shared shared;
    /** Called whenever this service has come to work, or has failed to; without a lock. */
    private final Runnable decided;
    /** All that have not drained yet. */
    private final List<Generation> generations = new CopyOnWriteArrayList<>();
    private HandlerSettings settings;
    private State state = State.REGISTERED;
    private boolean worked;
    private String failure;
    private long failedAt;
    private volatile Handler handler;
    private SelfCheck check;
    private volatile Revision revision;

    HandlerService(BundleContext context, ServiceReference<Handler> reference, Bundle bundle, HandlerSettings settings,
            Shared shared,
            Runnable decided) {
        this.context = context;
        this.reference = reference;
        this.bundle = bundle;
        this.settings = settings;
        this.shared = shared;
        this.decided = decided;
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

    Bundle bundle() {
        return bundle;
    }

    /** What a slot may publish, or null while there is no working handler. */
    Revision revision() {
        return revision;
    }

    /** The generations made of this service that have not drained yet. */
    List<Generation> generations() {
        return generations;
    }

    /** Remembers a generation until it has drained. */
    void published(Generation generation) {
        generations.add(generation);
        generation.drained().thenRun(() -> generations.remove(generation));
    }

    /** Whether it has not been decided yet if this handler works. */
    synchronized boolean pending() {
        return state == State.REGISTERED || state == State.ACTIVATING || state == State.CHECKING;
    }

    /** Why this handler does not work, or null if it does. */
    synchronized String shortcoming() {
        return switch (state) {
            case ACTIVE -> null;
            case REGISTERED, ACTIVATING -> "it is being activated";
            case CHECKING -> "its self-check is running";
            case FAILED -> failure;
            case GONE -> "it is gone";
        };
    }

    /** Whether the object was fetched, and failed its check if there was one. */
    synchronized boolean refused() {
        return state == State.FAILED && handler != null;
    }

    /** Whether it has ever worked. */
    synchronized boolean hasWorked() {
        return worked;
    }

    /** Whether somebody may miss it: not if all there ever was of it were failures. */
    synchronized boolean mayWork() {
        return worked || pending();
    }

    /** Whether {@link #activate} would try. */
    synchronized boolean due() {
        return state == State.REGISTERED || state == State.FAILED && (check == null || !check.running())
                && System.nanoTime() - failedAt >= TimeUnit.MILLISECONDS.toNanos(RETRY_MS);
    }

    /** Fetches the handler and has it checked, unless that was done, is being done, or failed a moment ago. */
    void activate() {
        Handler fetched;
        synchronized (this) {
            if (!due()) {
                return;
            }
            state = State.ACTIVATING;
            fetched = handler;
        }
        if (fetched == null) {
            fetched = fetch();
        }
        if (fetched == null) {
            failed("it is registered but can not be activated");
        } else if (fetched instanceof SelfChecking checking) {
            check(fetched, checking);
        } else {
            works(fetched);
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

    private void check(Handler fetched, SelfChecking checking) {
        SelfCheck next = new SelfCheck(checking, toString(), why -> {
            if (why == null) {
                works(fetched);
            } else {
                failed(why);
            }
        });
        synchronized (this) {
            if (state != State.GONE) {
                handler = fetched;
                state = State.CHECKING;
                check = next;
                next.start(shared);
                return;
            }
        }
        tooLate(fetched);
    }

    private void works(Handler fetched) {
        synchronized (this) {
            if (state != State.GONE) {
                handler = fetched;
                state = State.ACTIVE;
                worked = true;
                revision = new Revision(this, handler, settings);
            }
        }
        if (revision == null) {
            tooLate(fetched);
        } else {
            decided.run();
        }
    }

    /** Gives an object back that came after the end, unless the end has done so. */
    private void tooLate(Handler fetched) {
        if (fetched != handler) {
            context.ungetService(reference);
        }
    }

    private void failed(String why) {
        boolean again;
        synchronized (this) {
            if (state == State.GONE) {
                return;
            }
            again = why.equals(failure);
            failure = why;
            failedAt = System.nanoTime();
            state = State.FAILED;
        }
        if (!again) {
            LOG.log(Level.WARNING, this + " counts as absent: " + why);
        }
        decided.run();
    }

    /** Takes over changed settings; the slot makes a new generation of them. */
    synchronized void change(HandlerSettings changed) {
        settings = changed;
        if (revision != null) {
            revision = new Revision(this, handler, settings);
        }
    }

    /** Waits, bounded, until no request uses the handler any more, and gives it back. The slot has let go of it before. */
    void close(long timeoutMs) {
        Handler given;
        SelfCheck running;
        synchronized (this) {
            state = State.GONE;
            given = handler;
            running = check;
            revision = null;
        }
        if (running != null) {
            running.giveUp("was given up");
        }
        // one deadline for all: whoever unregisters the handler waits here
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs);
        generations.forEach(g -> await(g, deadline));
        if (given != null) {
            context.ungetService(reference);
        }
    }

    private static void await(Generation generation, long deadline) {
        try {
            generation.drained().get(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            generation.expire();
        } catch (InterruptedException e) {
            LOG.log(Level.WARNING, generation + " is not waited for: interrupted");
            generation.expire();
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            throw new IllegalStateException(generation + " drains exceptionally", e);
        }
    }

    @Override
    public String toString() {
        return "handler " + settings().name() + " of " + HandlerSettings.identity(reference, bundle);
    }
}
