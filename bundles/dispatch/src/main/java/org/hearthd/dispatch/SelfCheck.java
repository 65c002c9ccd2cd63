package org.hearthd.dispatch;

import java.lang.System.Logger.Level;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.hearthd.SelfChecking;

/** One run of a handler's self-check, on a thread of its own, bounded in time. */
final class SelfCheck implements Runnable {
    private static final System.Logger LOG = System.getLogger(SelfCheck.class.getName());

    private final SelfChecking handler;
    private final String what;
    private final Consumer<String> result;
    private final AtomicBoolean decided = new AtomicBoolean();
    private final Thread thread;
    /** Null before the start. */
    private volatile ScheduledFuture<?> deadline;

    /**
     * Not started yet.
     *
     * @param what which handler, for messages
     * @param result gets null when it has passed, or else why not; called once
     */
    SelfCheck(SelfChecking handler, String what, Consumer<String> result) {
        this.handler = handler;
        this.what = what;
        this.result = result;
        thread = HandlerPool.threads("check", handler.getClass().getClassLoader()).newThread(this);
    }

    void start(Shared shared) {
        long timeoutMs = shared.limits().checkTimeoutMs();
        deadline = shared.after(timeoutMs, () -> giveUp("did not end within " + timeoutMs + " ms (check.timeout.ms)"));
        thread.start();
    }

    /** Whether its thread has not finished, which it may do long after it was given up. */
    boolean running() {
        return thread.isAlive();
    }

    /** Nobody waits for it any more. */
    void giveUp(String why) {
        if (decide("its self-check " + why)) {
            thread.interrupt();
        }
    }

    @Override
    public void run() {
        try {
            handler.selfCheck();
            decide(null);
        } catch (Throwable t) {
            if (decide("its self-check failed: " + (t.getMessage() == null ? t : t.getMessage()))) {
                LOG.log(Level.DEBUG, () -> what + ": its self-check failed", t);
            }
        }
    }

    private boolean decide(String failure) {
        if (!decided.compareAndSet(false, true)) {
            return false;
        }
        ScheduledFuture<?> timer = deadline;
        if (timer != null) {
            timer.cancel(false);
        }
        result.accept(failure);
        return true;
    }
}
