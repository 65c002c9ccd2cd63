package org.hearthd.settings;

import java.io.File;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Waits until nobody seems to write a file any more. File Install's later scans report a file only when two of them have found it
 * the same, but its first scan takes whatever it sees.
 */
final class QuietFile {
    private static final long QUIET_MS = 100;
    private static final long LONGEST_MS = 2000;

    private QuietFile() {}

    /** True when the file was last written a little while ago, maybe after some waiting; false when writing does not end. */
    static boolean await(File file) {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(LONGEST_MS);
        long rest = rest(file);
        while (rest > 0 && System.nanoTime() < deadline) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(rest));
            rest = rest(file);
        }
        return rest <= 0;
    }

    /** Milliseconds until the file counts as quiet. A time in the future says nothing about writing. */
    private static long rest(File file) {
        long age = System.currentTimeMillis() - file.lastModified();
        return age < 0 ? 0 : QUIET_MS - age;
    }
}
