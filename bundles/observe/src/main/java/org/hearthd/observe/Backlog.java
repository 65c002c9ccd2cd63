package org.hearthd.observe;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/** Lines that wait to be written, bounded in bytes. Adding one never waits: what there is no room for is counted. */
final class Backlog {
    private static final int LEAST = 16 * 1024;

    private int limit;
    private byte[] bytes = new byte[LEAST];
    private int length;
    private long missing;
    private boolean woken;
    private boolean closed;

    /** @param limit bytes that may wait */
    Backlog(int limit) {
        this.limit = limit;
    }

    /** What was taken, to be written. */
    record Batch(ByteBuffer lines, long missing) {}

    synchronized void limit(int changed) {
        limit = changed;
    }

    void add(String line) {
        byte[] added = line.getBytes(StandardCharsets.ISO_8859_1);
        synchronized (this) {
            boolean idle = length == 0 && missing == 0;
            boolean full = added.length > limit - length;
            if (full || closed) {
                missing++;
            } else {
                reserve(length + added.length);
                System.arraycopy(added, 0, bytes, length, added.length);
                length += added.length;
            }
            if (idle || full) {
                notifyAll();
            }
        }
    }

    private void reserve(int size) {
        if (size > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.min(limit, Math.max(size, 2 * bytes.length)));
        }
    }

    /**
     * Waits for lines, and then a little for more of them.
     *
     * @return null, once this is closed and everything was taken
     */
    synchronized Batch take(long gatherMillis) throws InterruptedException {
        while (length == 0 && missing == 0 && !woken && !closed) {
            wait();
        }
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(gatherMillis);
        for (long left = end - System.nanoTime(); left > 0 && missing == 0 && !woken && !closed; left = end - System.nanoTime()) {
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
        if (length == 0 && missing == 0 && closed) {
            return null;
        }
        Batch batch = new Batch(ByteBuffer.wrap(bytes, 0, length), missing);
        bytes = new byte[LEAST];
        length = 0;
        missing = 0;
        woken = false;
        return batch;
    }

    /** The next {@link #take} returns at once, even without lines. */
    synchronized void wake() {
        woken = true;
        notifyAll();
    }

    /** Waits, unless this is closed or {@link #wake} is called. */
    synchronized void pause(long millis) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        for (long left = end - System.nanoTime(); left > 0 && !woken && !closed; left = end - System.nanoTime()) {
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
        woken = false;
    }

    /** Nothing more is added. */
    synchronized void close() {
        closed = true;
        notifyAll();
    }

    synchronized boolean isClosed() {
        return closed;
    }

    /** The bytes that wait. */
    synchronized int waiting() {
        return length;
    }
}
