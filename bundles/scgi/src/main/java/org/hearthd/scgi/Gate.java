package org.hearthd.scgi;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/** Lets a bounded number of requests through to the servers; a bounded number more wait in order. */
final class Gate {
    /** A request that waits. */
    interface Waiter {
        /** A place is yours; on any thread. */
        void admitted();
    }

    /** What became of a request. */
    enum Entry {
        ADMITTED, WAITING, REFUSED
    }

    /** Under the lock. */
    private final Set<Waiter> waiting = new LinkedHashSet<>();
    /** Whether somebody waits, or is about to: that is said before the last look for a place, so that none becomes free unseen. */
    private volatile boolean crowded;
    private final AtomicInteger inside = new AtomicInteger();
    private volatile int places;
    private volatile int queue;
    private volatile boolean overloaded;

    Gate(Settings.Limits limits) {
        change(limits);
    }

    /** Takes new limits; those inside stay. */
    void change(Settings.Limits limits) {
        places = limits.connections();
        queue = limits.queue();
        admit();
    }

    /**
     * Notes that a request has found no place.
     *
     * @return whether it is the first one since a place was free
     */
    synchronized boolean overloaded() {
        boolean first = !overloaded;
        overloaded = true;
        return first;
    }

    Entry enter(Waiter waiter) {
        return !crowded && take() ? Entry.ADMITTED : lineUp(waiter);
    }

    /** Takes a place if there is one. */
    private boolean take() {
        for (int now = inside.get(); now < places; now = inside.get()) {
            if (inside.compareAndSet(now, now + 1)) {
                return true;
            }
        }
        return false;
    }

    private synchronized Entry lineUp(Waiter waiter) {
        crowded = true;
        Entry entry = Entry.REFUSED;
        if (waiting.isEmpty() && take()) {
            entry = Entry.ADMITTED;
        } else if (waiting.size() < queue) {
            waiting.add(waiter);
            entry = Entry.WAITING;
        }
        crowded = !waiting.isEmpty();
        return entry;
    }

    /**
     * A request that waits gives up.
     *
     * @return false if it has a place by now
     */
    synchronized boolean withdraw(Waiter waiter) {
        boolean waited = waiting.remove(waiter);
        crowded = !waiting.isEmpty();
        return waited;
    }

    /** A request gives its place up: to the next one, if any waits. */
    void leave() {
        inside.decrementAndGet();
        if (crowded) {
            admit();
        } else if (overloaded) {
            overloaded = false;
        }
    }

    /** For tests: how many wait. */
    synchronized int waiting() {
        return waiting.size();
    }

    /** Gives those who wait what places there are. */
    private void admit() {
        List<Waiter> admitted = new ArrayList<>();
        synchronized (this) {
            for (Iterator<Waiter> first = waiting.iterator(); first.hasNext() && take(); first.remove()) {
                admitted.add(first.next());
            }
            crowded = !waiting.isEmpty();
        }
        admitted.forEach(Waiter::admitted);
    }
}
