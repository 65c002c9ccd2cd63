package org.hearthd.dispatch;

import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.hearthd.Exchange;

/**
 * Where exchanges enter a handler: leads to the generation in use, or keeps a bounded queue while there is none. When one comes,
 * the queue is emptied in order by a background thread, and newcomers wait behind it until that is done.
 */
final class Gate {
    private static final System.Logger LOG = System.getLogger(Gate.class.getName());
    /** The pause after which a full pool is tried again. */
    private static final long FULL_MS = 1;
    private static final String STOPPED = "The runtime is being stopped.";

    private final String name;
    private final Shared shared;
    /** The generation in use; guarded by this. */
    private Generation next;
    /** What newcomers may use without waiting: {@link #next}, or null while somebody waits. Written under the lock. */
    private volatile Generation current;
    private final Set<Parked> parked = new LinkedHashSet<>();
    /** Those whose time does not pass yet. */
    private final Set<Parked> untimed = new LinkedHashSet<>();
    private long parkedEver;
    private boolean emptying;
    private boolean closed;
    /** Whether the log says already that requests are refused for want of this handler. */
    private boolean complained;
    /** Of the handler that was here last; null where it says nothing. */
    private Long parkMax;
    private Long parkTimeoutMs;
    /** How many successions wait for the last requests of the handler that was here. */
    private int held;

    Gate(String name, Shared shared) {
        this.name = name;
        this.shared = shared;
    }

    /** Leases the current generation: one volatile read and one counter; null if there is none or others wait for it. */
    Generation lease() {
        for (;;) {
            Generation generation = current;
            if (generation == null || generation.lease()) {
                return generation;
            }
        }
    }

    /** The generation in use, or null. */
    synchronized Generation generation() {
        return next;
    }

    /** Leads to another generation, or to none, from now on. The caller retires the old one then. */
    void lead(Generation generation) {
        synchronized (this) {
            next = generation;
            current = parked.isEmpty() && !emptying ? next : null;
            complained = false;
            if (next == null) {
                return;
            }
            parkMax = next.revision().settings().parkMax();
            parkTimeoutMs = next.revision().settings().parkTimeoutMs();
        }
        serve();
    }

    /** Begins to empty the queue, if somebody waits for the generation in use. */
    private void serve() {
        synchronized (this) {
            if (next == null || parked.isEmpty() || emptying) {
                return;
            }
            emptying = true;
        }
        shared.execute(this::empty);
    }

    /**
     * Takes an exchange that found no generation; it waits, or is refused with 503.
     *
     * @param route by which it came, or null where the handler was named
     * @return whether it waits
     */
    boolean park(Exchange exchange, Route route) {
        Parked newcomer = new Parked(this, exchange, route);
        Generation generation;
        String refusal = null;
        long timeoutMs;
        boolean timed;
        synchronized (this) {
            generation = lease();
            timeoutMs = parkTimeoutMs();
            timed = held == 0;
            if (generation == null) {
                refusal = timeoutMs == 0 ? away() : add(newcomer);
            }
        }
        if (generation != null) {
            generation.handle(exchange);
        } else if (refusal != null) {
            refuse(exchange, refusal);
        } else {
            newcomer.watch();
            if (timed) {
                newcomer.startClock(shared, timeoutMs);
            }
        }
        return generation == null && refusal == null;
    }

    /** Takes an exchange that has waited elsewhere: behind those that wait here, however many they are. */
    void adopt(Exchange exchange, Route route, long timeoutMs) {
        Parked newcomer = new Parked(this, exchange, route);
        boolean late;
        boolean timed;
        synchronized (this) {
            late = closed;
            timed = held == 0;
            if (!late) {
                parked.add(newcomer);
                if (!timed) {
                    untimed.add(newcomer);
                }
                current = null;
            }
        }
        if (late) {
            refuse(exchange, STOPPED);
            return;
        }
        newcomer.watch();
        if (timed) {
            newcomer.startClock(shared, timeoutMs);
        }
        serve();
    }

    /** Nobody's time passes until {@link #release}: who is to come can not come before the last requests of who was here have ended. */
    synchronized void hold() {
        held++;
    }

    /** Undoes {@link #hold}. */
    void release() {
        List<Parked> waiting;
        synchronized (this) {
            held--;
            if (held > 0) {
                return;
            }
            waiting = List.copyOf(untimed);
            untimed.clear();
        }
        long timeoutMs = parkTimeoutMs();
        waiting.forEach(each -> each.startClock(shared, timeoutMs));
    }

    /** How long an exchange waits here. */
    synchronized long parkTimeoutMs() {
        return parkTimeoutMs == null ? shared.limits().parkTimeoutMs() : parkTimeoutMs;
    }

    /** Why an exchange that may not wait is refused. */
    private String away() {
        return closed ? STOPPED : "The handler " + name + plight() + " at the moment.";
    }

    private String plight() {
        return next == null ? " is absent" : " has too much to do";
    }

    private String add(Parked newcomer) {
        long max = parkMax == null ? shared.limits().parkMax() : parkMax;
        if (closed || max == 0) {
            return away();
        }
        if (parked.size() >= max) {
            complain(max + " requests wait for it, more");
            return "The handler " + name + plight() + " at the moment, and too many requests wait for it.";
        }
        parked.add(newcomer);
        if (held > 0) {
            untimed.add(newcomer);
        }
        parkedEver++;
        return null;
    }

    private synchronized void complain(String who) {
        if (!complained) {
            complained = true;
            LOG.log(Level.WARNING, "handler " + name + plight() + ": " + who
                    + " are refused with 503");
        }
    }

    private void refuse(Exchange exchange, String reason) {
        Unavailable.answer(exchange, shared.limits().retryAfterS(), reason);
    }

    /** Gives the waiting exchanges, oldest first, to the generation in use; where its pool is full, goes on a moment later. */
    private void empty() {
        for (;;) {
            Parked first;
            Generation generation;
            synchronized (this) {
                generation = next;
                if (generation == null || parked.isEmpty()) {
                    current = generation;
                    emptying = false;
                    complained &= generation == null;
                    return;
                }
                if (!generation.room()) {
                    break;
                }
                // never refused: a generation is retired only after another has taken its place here
                generation.lease();
                first = parked.iterator().next();
                parked.remove(first);
                untimed.remove(first);
            }
            first.left();
            generation.handle(first.exchange());
        }
        shared.after(FULL_MS, () -> shared.execute(this::empty));
    }

    /** Removes an exchange from the queue; false if it does not wait any more. */
    boolean leave(Parked waiting) {
        synchronized (this) {
            if (!parked.remove(waiting)) {
                return false;
            }
            untimed.remove(waiting);
            if (parked.isEmpty() && !emptying) {
                current = next;
            }
        }
        waiting.left();
        return true;
    }

    void expired(Parked waiting, long timeoutMs) {
        if (leave(waiting)) {
            complain("requests that have waited " + timeoutMs + " ms for it");
            refuse(waiting.exchange(), generation() == null
                    ? "The handler " + name + " was absent for " + timeoutMs + " ms."
                    : "The request has waited " + timeoutMs + " ms for the handler " + name
                            + ", which is there by now but has too much to do.");
        }
    }

    void gone(Parked waiting) {
        if (leave(waiting)) {
            refuse(waiting.exchange(), "The client has gone while the request waited for the handler " + name + ".");
        }
    }

    /** Refuses what waits, and what comes while there is no generation. */
    void close() {
        List<Parked> rest;
        synchronized (this) {
            closed = true;
            rest = List.copyOf(parked);
        }
        for (Parked waiting : rest) {
            if (leave(waiting)) {
                refuse(waiting.exchange(), STOPPED);
            }
        }
    }

    /** How many exchanges have had to wait here so far. */
    synchronized long parkedEver() {
        return parkedEver;
    }

    /** What waits, oldest first. */
    synchronized List<Parked> parked() {
        return new ArrayList<>(parked);
    }
}
