package org.hearthd.observe;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the kernel says of this process's descriptors; all of them, whoever has opened them. */
final class OpenDescriptors {
    private static final File OPEN = new File("/proc/self/fd");
    private static final Path LIMITS = Path.of("/proc/self/limits");
    private static final Pattern LIMIT = Pattern.compile("(?m)^Max open files +(\\d+|unlimited)");

    private OpenDescriptors() {}

    /** How many are open. Since Linux 6.2 that is the size of the directory; older kernels have it read. */
    static long count() {
        long size = OPEN.length();
        if (size > 0) {
            return size;
        }
        String[] names = OPEN.list();
        // the one that reads the directory is closed by now; no list at all means that there is none left for that
        return names == null ? Long.MAX_VALUE : names.length - 1L;
    }

    /** How many may be open (RLIMIT_NOFILE). */
    static long limit() {
        try {
            Matcher limit = LIMIT.matcher(Files.readString(LIMITS, StandardCharsets.US_ASCII));
            return limit.find() && !limit.group(1).equals("unlimited") ? Long.parseLong(limit.group(1)) : Long.MAX_VALUE;
        } catch (IOException e) {
            return Long.MAX_VALUE;
        }
    }
}
