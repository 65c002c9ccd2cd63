package org.hearthd.launcher.load;

/** Counts waits in classes of which each is a sixteenth of its power of two wide; the longest is exact. */
final class Waits {
    private static final int SHIFT = 4;
    private static final int PARTS = 1 << SHIFT;
    private final long[] counts = new long[(Long.SIZE - SHIFT) * PARTS];
    private long number;
    private long longest;

    void add(long nanos) {
        long wait = Math.max(nanos, 0);
        counts[index(wait)]++;
        number++;
        longest = Math.max(longest, wait);
    }

    private static int index(long wait) {
        int power = Math.max(0, Long.SIZE - Long.numberOfLeadingZeros(wait) - SHIFT - 1);
        return power * PARTS + (int) (wait >>> power);
    }

    long longest() {
        return longest;
    }

    /** That share of the waits is no longer than this, in nanoseconds. */
    long quantile(double share) {
        long wanted = (long) Math.ceil(share * number);
        long sum = 0;
        for (int i = 0; i < counts.length; i++) {
            sum += counts[i];
            if (sum >= wanted && sum > 0) {
                int power = Math.max(0, i / PARTS - 1);
                long upper = ((long) (i - power * PARTS + 1) << power) - 1;
                return Math.min(upper, longest);
            }
        }
        return 0;
    }
}
