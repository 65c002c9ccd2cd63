package org.hearthd.launcher;

import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;

/**
 * The server of {@code htpipe}'s default mode: in a session of its own, nobody's descendant, so that whoever ends the caller with all
 * its descendants leaves it alone; with nothing of the caller's but its working directory and environment. Its messages go to
 * {@code SOCKET-PATH.log}.
 */
final class DetachedServer {
    private static final long TIMEOUT_S = 30;
    private static final long POLL_NANOS = 10_000_000;

    private static final int SAID_MAX = 1 << 16;

    /**
     * Is the caller's child as long as there is a keeper, and ends with the status that this one tells; says the keeper's process id.
     * The shell opens the log: closing any descriptor of it in this process would give up the lock. It has the virtual machine's limit of
     * descriptors, and gives the caller's back.
     */
    private static final String STARTER = "log=$1 keep=$2; [ -z \"$3\" ] || ulimit -S -n \"$3\"; shift 3;"
            + " setsid -f sh -c \"$keep\" \"$log\" \"$@\" 2>> \"$log\""
            + " | { read -r keeper && echo \"$keeper\"; read -r status; exit \"${status:-127}\"; }";
    /** The server's parent, which has no parent here: only a parent gets to know a status. It is not needed once the server listens. */
    private static final String KEEPER = "echo $$; setsid \"$@\" >> \"$0\" 2>&1; echo $?";

    private final Path program;
    private final HtpipeArguments arguments;
    private final IntSupplier probe;
    private final BooleanSupplier asked;
    private final Path log;

    /**
     * Starts nothing yet.
     *
     * @param program {@code bin/htpipe}
     * @param probe 0 = a server accepts, {@link Htpipe#NOBODY} = nobody listens
     * @param asked whether the caller has to end: the server is not waited for any longer
     */
    DetachedServer(Path program, HtpipeArguments arguments, IntSupplier probe, BooleanSupplier asked) {
        this.program = program;
        this.arguments = arguments;
        this.probe = probe;
        this.asked = asked;
        this.log = Path.of(arguments.socket() + ".log");
    }

    /**
     * Starts it, unless somebody else does, and waits until it listens. The lock on its log makes one of several callers start it
     * and the others wait for that one.
     *
     * @return what the last probe said
     */
    int start() throws LaunchException {
        try (FileChannel channel = FileChannel.open(log,
                Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
                FileLock lock = channel.lock()) {
            int found = probe.getAsInt();
            return found == Htpipe.NOBODY && lock.isValid() ? launch(channel) : found;
        } catch (IOException e) {
            throw new LaunchException(LaunchException.FAILED, "no server can be started: " + e, e);
        }
    }

    private int launch(FileChannel channel) throws IOException, LaunchException {
        long before = channel.size();
        Process starter = starter().start();
        Optional<ProcessHandle> keeper = keeper(starter);
        try {
            return await(starter, keeper, channel, before);
        } finally {
            // not by SIGTERM, which it ignores where its caller does
            keeper.ifPresent(ProcessHandle::destroyForcibly);
            starter.onExit().completeOnTimeout(starter, TIMEOUT_S, TimeUnit.SECONDS).join();
        }
    }

    private ProcessBuilder starter() {
        List<String> line = new ArrayList<>(List.of("/bin/sh", "-c", STARTER, "sh", log.toString(), KEEPER,
                System.getProperty("hearth.caller.nofile", ""), program.toString(),
                HtpipeArguments.Purpose.DETACHED.word, "-S", "--", arguments.socket()));
        line.addAll(arguments.child());
        ProcessBuilder builder = new ProcessBuilder(line).redirectInput(Path.of("/dev/null").toFile())
                .redirectError(ProcessBuilder.Redirect.DISCARD);
        // these are the caller's, not the server's
        List.of("NOTIFY_SOCKET", "LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES").forEach(builder.environment()::remove);
        CallersLocale.get().restore(builder.environment());
        return builder;
    }

    /** Empty if it could not be started, or has ended already. */
    private static Optional<ProcessHandle> keeper(Process starter) throws IOException {
        String pid = starter.inputReader().readLine();
        return pid == null ? Optional.empty() : ProcessHandle.of(Long.parseLong(pid));
    }

    private int await(Process starter, Optional<ProcessHandle> keeper, FileChannel channel, long before)
            throws IOException, LaunchException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(TIMEOUT_S);
        while (System.nanoTime() < deadline) {
            // looked at before the probe: who has ended may have been accepting just before
            boolean alive = starter.isAlive();
            int found = probe.getAsInt();
            if (found != Htpipe.NOBODY || asked.getAsBoolean()) {
                return found;
            }
            if (!alive) {
                throw new LaunchException(LaunchException.FAILED, "the server has ended with status " + starter.exitValue()
                        + ", saying:\n" + said(channel, before));
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
        String server = keeper.stream().flatMap(ProcessHandle::children).map(each -> ", process " + each.pid() + ",").findFirst()
                .orElse("");
        throw new LaunchException(LaunchException.FAILED,
                "the server" + server + " does not listen after " + TIMEOUT_S + " s; see " + log);
    }

    private static String said(FileChannel channel, long from) throws IOException {
        channel.position(from);
        return new String(Channels.newInputStream(channel).readNBytes(SAID_MAX), StandardCharsets.UTF_8).strip();
    }
}
