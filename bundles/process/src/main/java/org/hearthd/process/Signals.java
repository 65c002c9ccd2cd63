package org.hearthd.process;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * What a child of this virtual machine finds blocked or ignored; asked of a child, because it depends on the release (17 blocks
 * SIGQUIT) and on who started the runtime (nohup ignores SIGHUP).
 */
final class Signals {
    private static final System.Logger LOG = System.getLogger(Spawner.class.getName());
    /** Signals 32 and 33 belong to the C library, which ignores them in a child it starts. */
    private static final long OURS = ~(3L << 31);

    private static volatile List<String> prefix;

    private Signals() {}

    /** What stands before a command so that it starts with default signals; usually nothing. */
    static List<String> prefix() {
        List<String> known = prefix;
        if (known == null) {
            known = clean(List.of()) ? List.of() : reset();
            prefix = known;
        }
        return known;
    }

    /** Nothing where env(1) can not do it (coreutils before 8.31): a child with SIGQUIT blocked is better than none. */
    private static List<String> reset() {
        try {
            List<String> reset = List.of(Executable.find("env"), "--default-signal");
            return clean(reset) ? reset : List.of();
        } catch (IllegalArgumentException e) {
            LOG.log(Level.DEBUG, "no env(1)", e);
            return List.of();
        }
    }

    private static boolean clean(List<String> before) {
        List<String> command = new ArrayList<>(before);
        command.addAll(List.of("cat", "/proc/self/status"));
        try {
            Process process = new ProcessBuilder(command).redirectInput(Redirect.from(new File("/dev/null")))
                    .redirectError(Redirect.DISCARD).start();
            try (var out = process.getInputStream()) {
                String status = new String(out.readAllBytes(), StandardCharsets.UTF_8);
                return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0 && none(status, "SigBlk:")
                        && none(status, "SigIgn:");
            }
        } catch (IOException | UncheckedIOException e) {
            LOG.log(Level.DEBUG, () -> "cannot ask " + command + " for its signals", e);
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Whether that mask of a status file is empty. */
    static boolean none(String status, String mask) {
        return status.lines().filter(line -> line.startsWith(mask))
                .anyMatch(line -> (Long.parseUnsignedLong(line.substring(mask.length()).trim(), 16) & OURS) == 0);
    }
}
