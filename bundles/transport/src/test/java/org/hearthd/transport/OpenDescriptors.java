package org.hearthd.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;

/** What this process has open: tests compare which, not how many, because the virtual machine has some of its own. */
public final class OpenDescriptors {
    /** Libraries, random numbers and the like: opened when they are first needed, for good. */
    private static final Pattern OF_THE_MACHINE = Pattern.compile("/dev/.*|/proc/.*|/usr/.*|.*\\.(jar|so)|.*/modules");

    private OpenDescriptors() {}

    /** Every open descriptor: its number and what it is. */
    public static Set<String> list() {
        Set<String> open = new TreeSet<>();
        for (String number : new File("/proc/self/fd").list()) {
            try {
                String what = Files.readSymbolicLink(Path.of("/proc/self/fd", number)).toString();
                if (!OF_THE_MACHINE.matcher(what).matches()) {
                    open.add(number + " " + what);
                }
            } catch (IOException e) {
                // the descriptor that read the directory, closed meanwhile
                continue;
            }
        }
        return open;
    }

    /** Waits until nothing is open that was not open before; the virtual machine opens files for a moment now and then. */
    public static void assertNothingNew(Set<String> before) {
        long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        Set<String> open = list();
        while (!before.containsAll(open) && System.nanoTime() < deadline) {
            LockSupport.parkNanos(1_000_000);
            open = list();
        }
        open.removeAll(before);
        assertEquals(Set.of(), open, "still open");
    }
}
