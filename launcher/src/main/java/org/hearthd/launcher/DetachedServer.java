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
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;

/**
 * The server of {@code htpipe}'s default mode: in a session of its own, with nothing of the caller's but its working directory and
 * environment. Its messages go to {@code SOCKET-PATH.log}.
 */
final class DetachedServer {
    private static final long TIMEOUT_S = 30;
    private static final long POLL_NANOS = 10_000_000;

    private static final int SAID_MAX = 1 << 16;

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
        // The shell opens the log: closing any descriptor of it in this process would give up the lock.
        List<String> line = new ArrayList<>(List.of("/bin/sh", "-c", "log=$1; shift; exec setsid \"$@\" >> \"$log\" 2>&1", "sh",
                log.toString(), program.toString(), HtpipeArguments.Purpose.DETACHED.word, "-S", "--", arguments.socket()));
        line.addAll(arguments.child());
        ProcessBuilder builder = new ProcessBuilder(line).redirectInput(Path.of("/dev/null").toFile())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD).redirectError(ProcessBuilder.Redirect.DISCARD);
        // these are the caller's, not the server's
        List.of("NOTIFY_SOCKET", "LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES").forEach(builder.environment()::remove);
        CallersLocale.get().restore(builder.environment());
        Process server = builder.start();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(TIMEOUT_S);
        while (System.nanoTime() < deadline) {
            // looked at before the probe: who has ended may have been accepting just before
            boolean alive = server.isAlive();
            int found = probe.getAsInt();
            if (found != Htpipe.NOBODY || asked.getAsBoolean()) {
                return found;
            }
            if (!alive) {
                throw new LaunchException(LaunchException.FAILED, "the server has ended with status " + server.exitValue()
                        + ", saying:\n" + said(channel, before));
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
        throw new LaunchException(LaunchException.FAILED,
                "the server, process " + server.pid() + ", does not listen after " + TIMEOUT_S + " s; see " + log);
    }

    private static String said(FileChannel channel, long from) throws IOException {
        channel.position(from);
        return new String(Channels.newInputStream(channel).readNBytes(SAID_MAX), StandardCharsets.UTF_8).strip();
    }
}
