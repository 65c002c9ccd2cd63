package org.hearthd.spi;

import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.hearthd.Outcome;

/** What all objects of one exchange share: who may still answer, and the hooks. */
final class ExchangeState {
    /** How far the answer is. */
    enum Phase {
        /** Nobody has answered. */
        OPEN,
        /** An answer is being streamed. */
        ANSWERING,
        /** A whole answer of the owner's is on its way. */
        RESPONDING,
        /** The socket is being taken. */
        TAKING,
        /** An error page is on its way. */
        FAILING,
        /** It is over. */
        ENDED
    }

    private static final System.Logger LOG = System.getLogger(ExchangeState.class.getName());
    private static final AtomicLong COUNTER = new AtomicLong();
    /** Differs between two starts of the runtime, so that ids in one log do not repeat. */
    private static final String PREFIX = Long.toString(System.currentTimeMillis() / 1000 % (36L * 36 * 36 * 36), 36) + "-";

    final Backend backend;
    private final long number = COUNTER.incrementAndGet();
    /** Changes under the lock only. */
    private volatile Phase phase = Phase.OPEN;
    private int status;
    /**
     * Who answers. Not volatile, because this is the hot path: whoever answers has claimed that right, under the lock, after it was set;
     * others may see the one before.
     */
    String generation;
    /** The bytes of the answer's body, or -1 where nobody here knows; set before the end, read after it. */
    long bytes = -1;
    /** Why the owner's own answer is late and not wrong: somebody else ended the exchange. */
    private String late;
    private InputStream body;
    private boolean gone;
    private Outcome outcome;
    private List<Runnable> goneHooks;
    private List<Consumer<Outcome>> endHooks;
    private Unended unended;

    ExchangeState(Backend backend) {
        this.backend = backend;
        assert watch();
    }

    /** Always true; assertions are the switch of this check. */
    private boolean watch() {
        unended = Unended.watch(this);
        return true;
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
    synchronized void claim(Phase next, int newStatus) throws IOException {
        if (phase == Phase.OPEN) {
            phase = next;
            status = newStatus;
            return;
        }
        if (late != null) {
            throw new IOException("request " + id() + " has ended already (" + late + ")");
        }
        throw new IllegalStateException("request " + id() + " was answered already" + (status > 0 ? " with " + status : ""));
    }

    /** Claims the right to answer with an error; false if there is an answer or a taker already. */
    synchronized boolean claimFailure(int newStatus, String reason) {
        if (phase != Phase.OPEN) {
            return false;
        }
        phase = Phase.FAILING;
        status = newStatus;
        late = newStatus + ": " + reason;
        return true;
    }

    /**
     * Ends the exchange in the name of its source, which answers itself: whoever owns it is late from now on. False if a whole
     * answer is on its way or complete, or the socket is somebody else's.
     */
    synchronized boolean refuse(int newStatus, String reason) {
        if (phase != Phase.OPEN && phase != Phase.ANSWERING) {
            return false;
        }
        phase = Phase.ENDED;
        status = newStatus;
        late = newStatus + ": " + reason;
        return true;
    }

    /** Takes the claim of a taker back who got nothing. */
    synchronized void reopen() {
        if (phase == Phase.TAKING) {
            phase = Phase.OPEN;
        }
    }

    /** Whether an answer has begun that only its owner can complete, or a socket is on its way out. */
    boolean unfinished() {
        Phase now = phase;
        return now == Phase.ANSWERING || now == Phase.TAKING;
    }

    boolean ended() {
        return phase == Phase.ENDED;
    }

    /** Ends the exchange; false if it has ended already. */
    boolean end(Outcome.End end) {
        if (!close(null)) {
            return false;
        }
        finish(end);
        return true;
    }

    /** Breaks the connection and ends the exchange; nothing if it has ended already. */
    void abort() {
        if (!close("aborted")) {
            return;
        }
        try {
            backend.abort();
        } finally {
            finish(Outcome.End.ABORTED);
        }
    }

    private synchronized boolean close(String why) {
        if (phase == Phase.ENDED) {
            return false;
        }
        phase = Phase.ENDED;
        late = late == null ? why : late;
        return true;
    }

    /** Says how it ended; once, after the phase has become {@link Phase#ENDED}. */
    void finish(Outcome.End end) {
        List<Consumer<Outcome>> hooks;
        Outcome result;
        synchronized (this) {
            result = new Outcome(end, status);
            outcome = result;
            hooks = endHooks;
            endHooks = null;
            goneHooks = null;
        }
        if (unended != null) {
            unended.ended();
        }
        if (hooks != null) {
            for (Consumer<Outcome> hook : hooks) {
                run(hook, result);
            }
        }
    }

    void gone() {
        List<Runnable> hooks;
        synchronized (this) {
            if (gone || phase == Phase.ENDED) {
                return;
            }
            gone = true;
            hooks = goneHooks;
            goneHooks = null;
        }
        if (hooks != null) {
            hooks.forEach(this::run);
        }
    }

    void onGone(Runnable hook) {
        synchronized (this) {
            if (!gone) {
                if (phase != Phase.ENDED) {
                    goneHooks = goneHooks == null ? new ArrayList<>(1) : goneHooks;
                    goneHooks.add(hook);
                }
                return;
            }
        }
        run(hook);
    }

    void onEnd(Consumer<Outcome> hook) {
        Outcome result;
        synchronized (this) {
            result = outcome;
            if (result == null) {
                endHooks = endHooks == null ? new ArrayList<>(2) : endHooks;
                endHooks.add(hook);
                return;
            }
        }
        run(hook, result);
    }

    /** One hook that throws must not keep the others, or the answer's writer, from going on. */
    private void run(Consumer<Outcome> hook, Outcome result) {
        try {
            hook.accept(result);
        } catch (RuntimeException e) {
            threw(e);
        }
    }

    private void run(Runnable hook) {
        try {
            hook.run();
        } catch (RuntimeException e) {
            threw(e);
        }
    }

    private void threw(RuntimeException e) {
        LOG.log(Level.ERROR, () -> "request " + id() + ": a hook threw", e);
    }
}
