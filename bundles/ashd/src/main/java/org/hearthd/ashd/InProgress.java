package org.hearthd.ashd;

/**
 * Counts the exchanges of a source that have not ended, and makes its readers wait while they are too many: what they do not read
 * waits in the kernel, and then the sender does. Reading goes on when half of them have ended, because waking a reader for each would
 * cost more than the exchange.
 */
public final class InProgress {
    private int most;
    private int count;
    private boolean full;

    /**
     * Nothing in progress.
     *
     * @param most exchanges in progress at most; 0 = any number
     */
    public InProgress(int most) {
        limit(most);
    }

    /** Another limit, from now on. */
    public synchronized void limit(int changed) {
        most = changed == 0 ? Integer.MAX_VALUE : changed;
        full = false;
        notifyAll();
    }

    /** Waits while too many are in progress, then counts one more. Does not wait on a thread that was interrupted. */
    public synchronized void begin() {
        full |= count >= most;
        try {
            while (full) {
                wait();
                // those that were woken with this one may have made it full again
                full |= count >= most;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        count++;
    }

    /** One of them has ended. */
    public synchronized void end() {
        count--;
        if (full && count <= most / 2) {
            full = false;
            notifyAll();
        }
    }
}
