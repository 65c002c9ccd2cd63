package org.hearthd.process;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * How many descriptors a program may have: as many as whoever started the runtime. The virtual machine has raised the soft limit of its own
 * to the hard one, with which some programs take long to close what they do not have, and select(2) takes numbers that it can not.
 */
final class FileLimit {
    private static final System.Logger LOG = System.getLogger(Spawner.class.getName());

    private FileLimit() {}

    /**
     * What stands before a command so that it has the caller's soft limit; nothing if that is the limit here.
     *
     * @param callers null if it is not known
     */
    static List<String> prefix(String callers) {
        try {
            return callers == null || callers.equals(own())
                    ? List.of()
                    : List.of(Executable.find("prlimit"), "--nofile=" + callers + ":");
        } catch (IOException | IllegalArgumentException e) {
            LOG.log(Level.DEBUG, "programs have this process's limit of descriptors", e);
            return List.of();
        }
    }

    /** The soft limit of this process, from proc_pid_limits(5). */
    private static String own() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/limits")).stream().filter(line -> line.startsWith("Max open files"))
                .map(line -> line.split("\\s{2,}")[1]).findFirst().orElse("");
    }
}
