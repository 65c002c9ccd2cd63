package org.hearthd.scgi;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

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

    private final Set<Waiter> waiting = new LinkedHashSet<>();
    private int places;
    private int queue;
    private int inside;
    private boolean overloaded;

    Gate(Settings.Limits limits) {
        change(limits);
    }

    /** Takes new limits; those inside stay. */
    void change(Settings.Limits limits) {
        List<Waiter> admitted = new ArrayList<>();
        synchronized (this) {
            places = limits.connections();
            queue = limits.queue();
            for (; inside < places && !waiting.isEmpty(); inside++) {
                admitted.add(first());
            }
        }
        admitted.forEach(Waiter::admitted);
    }

    private Waiter first() {
        Iterator<Waiter> all = waiting.iterator();
        Waiter first = all.next();
        all.remove();
        return first;
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

    synchronized Entry enter(Waiter waiter) {
        if (inside < places) {
            inside++;
            return Entry.ADMITTED;
        }
        return waiting.size() < queue && waiting.add(waiter) ? Entry.WAITING : Entry.REFUSED;
    }

    /**
     * A request that waits gives up.
     *
     * @return false if it has a place by now
     */
    synchronized boolean withdraw(Waiter waiter) {
        return waiting.remove(waiter);
    }

    /** A request gives its place up: to the next one, if any waits. */
    void leave() {
        Waiter next;
        synchronized (this) {
            if (inside > places || waiting.isEmpty()) {
                inside--;
                overloaded = false;
                return;
            }
            next = first();
        }
        next.admitted();
    }
}
