package org.hearthd.scgi;

import java.util.Iterator;
import java.util.LinkedHashSet;
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

    Gate(Settings.Limits limits) {
        change(limits);
    }

    /** Takes new limits; those inside stay. */
    synchronized void change(Settings.Limits limits) {
        places = limits.connections();
        queue = limits.queue();
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
            Iterator<Waiter> first = waiting.iterator();
            if (inside > places || !first.hasNext()) {
                inside--;
                return;
            }
            next = first.next();
            first.remove();
        }
        next.admitted();
    }
}
