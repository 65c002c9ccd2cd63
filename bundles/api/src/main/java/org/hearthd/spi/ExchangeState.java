package org.hearthd.spi;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.hearthd.Outcome;

/** What all objects of one exchange share: who may still answer, and the hooks. */
final class ExchangeState {
    static final int OPEN = 0;
    /** An answer is being streamed. */
    static final int ANSWERING = 1;
    /** A whole answer is on its way, or the socket is being taken. */
    static final int ENDING = 2;
    static final int ENDED = 3;

    private static final AtomicLong COUNTER = new AtomicLong();
    /** Differs between two starts of the runtime, so that ids in one log do not repeat. */
    private static final String PREFIX = Long.toString(System.currentTimeMillis() / 1000 % (36L * 36 * 36 * 36), 36) + "-";

    final Backend backend;
    private final long number = COUNTER.incrementAndGet();
    private final AtomicInteger phase = new AtomicInteger(OPEN);
    private volatile int status;
    private volatile String late;
    private InputStream body;
    private boolean gone;
    private Outcome outcome;
    private List<Runnable> goneHooks;
    private List<Consumer<Outcome>> endHooks;

    ExchangeState(Backend backend) {
        this.backend = backend;
    }

    String id() {
        return PREFIX + Long.toString(number, 36);
    }

    synchronized InputStream body() {
        if (body == null) {
            body = backend.body();
        }
        return body;
    }

    /** Claims the right to answer, or says why that is too late or wrong. */
    void claim(int next, int newStatus) throws IOException {
        if (tryClaim(next, newStatus)) {
            return;
        }
        String why = late;
        if (why != null) {
            throw new IOException("request " + id() + " has ended already (" + why + ")");
        }
        throw new IllegalStateException("request " + id() + " was answered already" + (status > 0 ? " with " + status : ""));
    }

    boolean tryClaim(int next, int newStatus) {
        if (!phase.compareAndSet(OPEN, next)) {
            return false;
        }
        status = newStatus;
        return true;
    }

    /** Takes a claim back whose action did nothing. */
    void reopen() {
        phase.compareAndSet(ENDING, OPEN);
    }

    /** Somebody other than the owner ends the exchange: the owner's own answer will be late, not wrong. */
    void late(String why) {
        late = why;
    }

    boolean claimed() {
        return phase.get() == ENDED || phase.get() == ENDING;
    }

    boolean ended() {
        return phase.get() == ENDED;
    }

    void end(Outcome.End end) {
        if (phase.getAndSet(ENDED) == ENDED) {
            return;
        }
        List<Consumer<Outcome>> hooks;
        Outcome result = new Outcome(end, end == Outcome.End.MOVED ? 0 : status);
        synchronized (this) {
            outcome = result;
            hooks = endHooks;
            endHooks = null;
            goneHooks = null;
        }
        if (hooks != null) {
            hooks.forEach(h -> h.accept(result));
        }
    }

    void gone() {
        List<Runnable> hooks;
        synchronized (this) {
            if (gone || ended()) {
                return;
            }
            gone = true;
            hooks = goneHooks;
            goneHooks = null;
        }
        if (hooks != null) {
            hooks.forEach(Runnable::run);
        }
    }

    void onGone(Runnable hook) {
        synchronized (this) {
            if (!gone) {
                if (outcome == null) {
                    goneHooks = goneHooks == null ? new ArrayList<>(1) : goneHooks;
                    goneHooks.add(hook);
                }
                return;
            }
        }
        hook.run();
    }

    void onEnd(Consumer<Outcome> hook) {
        synchronized (this) {
            if (outcome == null) {
                endHooks = endHooks == null ? new ArrayList<>(2) : endHooks;
                endHooks.add(hook);
                return;
            }
        }
        hook.accept(outcome);
    }
}
