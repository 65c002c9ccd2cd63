package org.hearthd.ashd;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Those that wait, in the order of their arrival; guarded by the queue's lock. Who has ended leaves when he gets to
 * the head, or when too many have.
 */
final class WaitingRoom {
    private static final int FEW = 16;

    private final Deque<Waiting> items = new ArrayDeque<>();
    private int count;

    /** For tests: those that wait, and those that have ended and are still held. */
    int held() {
        return items.size();
    }

    /** How many wait. */
    int count() {
        return count;
    }

    void add(Waiting item) {
        items.addLast(item);
        item.waits = true;
        count++;
    }

    /** It was the head before. */
    void putBack(Waiting item) {
        items.addFirst(item);
        item.waits = true;
        count++;
    }

    /** It waits no more; false if it has not waited. */
    boolean leave(Waiting item) {
        if (!item.waits) {
            return false;
        }
        item.waits = false;
        count--;
        if (items.size() > 2 * count + FEW) {
            items.removeIf(each -> !each.waits);
        }
        return true;
    }

    /** The one whose turn it is, or null. */
    Waiting head() {
        Waiting head = items.peek();
        while (head != null && !head.waits) {
            items.remove();
            head = items.peek();
        }
        return head;
    }

    /** Takes the {@link #head} out. */
    Waiting remove() {
        Waiting head = items.remove();
        leave(head);
        return head;
    }

    /** Takes out who has waited that long. */
    List<Waiting> removeLate(long nanos) {
        List<Waiting> late = new ArrayList<>(0);
        for (Waiting head = head(); head != null && head.left(nanos) <= 0; head = head()) {
            late.add(remove());
        }
        return late;
    }

    /** Takes all out. */
    List<Waiting> removeAll() {
        List<Waiting> all = new ArrayList<>(count);
        for (Waiting head = head(); head != null; head = head()) {
            all.add(remove());
        }
        return all;
    }
}
