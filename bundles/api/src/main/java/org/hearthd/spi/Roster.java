package org.hearthd.spi;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * What is in progress: it begins and ends all the time, mostly on one and the same thread, and is looked through seldom. Nothing is
 * allocated for an entry, and threads do not wait for each other's memory. All methods may be called on any thread.
 */
public final class Roster<E extends Roster.Entry> {
    /** What can be in progress, in one place at a time. */
    public abstract static class Entry {
        private Part<?> part;
        /** Under the part's lock. */
        private int index;
    }

    private static final int PARTS = 64;
    /** So the parts of two threads that follow each other are not neighbours in memory. */
    private static final int STEP = 5;

    private final List<Part<E>> parts = Stream.generate(() -> new Part<E>()).limit(PARTS).toList();

    /** It begins; it is in no such place. */
    public void add(E entry) {
        parts.get((int) (Thread.currentThread().getId() * STEP % PARTS)).add(entry);
    }

    /** It ends, by whoever knows that it has begun; nothing if it has ended already. */
    public void remove(E entry) {
        ((Entry) entry).part.remove(entry);
    }

    /** How many there are; of those that begin or end meanwhile some. */
    public int size() {
        return parts.stream().mapToInt(Part::size).sum();
    }

    /** All of them; of those that begin or end meanwhile some. */
    public List<E> all() {
        List<E> all = new ArrayList<>();
        parts.forEach(part -> part.copyTo(all));
        return all;
    }

    /** Those of a few threads. */
    private static final class Part<E extends Entry> {
        private final List<E> entries = new ArrayList<>();

        synchronized void add(E entry) {
            Entry added = entry;
            added.part = this;
            added.index = entries.size();
            entries.add(entry);
        }

        /** The last one takes its place. */
        synchronized void remove(Entry entry) {
            if (entry.index >= entries.size() || entries.get(entry.index) != entry) {
                return;
            }
            E last = entries.remove(entries.size() - 1);
            if (last != entry) {
                entries.set(entry.index, last);
                ((Entry) last).index = entry.index;
            }
        }

        synchronized int size() {
            return entries.size();
        }

        synchronized void copyTo(List<E> all) {
            all.addAll(entries);
        }
    }
}
