package org.hearthd.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.hearthd.Fd;
import org.hearthd.transport.FdPair;
import org.hearthd.transport.NoTransportException;
import org.hearthd.transport.Packet;
import org.hearthd.transport.PacketConnection;
import org.hearthd.transport.PacketTransport;
import org.hearthd.transport.TransportException;

/** One process of a persistent handler and our end of its descriptor 0. */
final class Run {
    private static final System.Logger LOG = System.getLogger(PersistentHandler.class.getName());
    /** How long the status is waited for after the end of the socket. */
    static final long STATUS_MS = 1000;
    /** As the length of a queue: nobody tells it. */
    static final int UNTOLD = -1;
    /** As the length of a queue: it could not be looked at. */
    static final int UNSEEN = -2;
    private static final int MAX_FDS = 253;
    private static final String QUEUED = "scm_fds:";

    private final String name;
    private final Child child;
    private final PacketConnection connection;
    private final long startedAt = System.nanoTime();
    private final CompletableFuture<Void> over = new CompletableFuture<>();
    private final CompletableFuture<Void> said = new CompletableFuture<>();
    private volatile boolean served;
    /** The generation for which it still answers though it was replaced; else null. */
    private volatile String label;

    private Run(String name, Child child, PacketConnection connection) {
        this.name = name;
        this.child = child;
        this.connection = connection;
    }

    /**
     * Starts the program.
     *
     * @throws NoTransportException if the transport is being replaced
     * @throws IOException if no process or no socket can be made at the moment
     */
    static Run start(Program program, Spawner spawner, PacketTransport packets) throws IOException {
        if (packets == null) {
            throw new NoTransportException("packet transport");
        }
        FdPair pair = packets.pair();
        Child child;
        try (Fd theirs = pair.theirs()) {
            child = spawner.startNow(program, theirs);
        } catch (IOException | RuntimeException | OutOfMemoryError e) {
            pair.close();
            throw e;
        }
        Run run;
        try {
            run = new Run(program.name(), child, packets.adopt(pair.ours()));
        } catch (IOException | RuntimeException | OutOfMemoryError e) {
            pair.close();
            child.end(0, 0);
            throw e;
        }
        try {
            run.watch();
            return run;
        } catch (OutOfMemoryError e) {
            run.connection.close();
            child.end(0, 0);
            throw new IOException(program.name() + " can not be watched: " + e.getMessage(), e);
        }
    }

    /** Its end shows as the end of file, unless a descendant holds the socket; and as its exit, unless it only closed the socket. */
    private void watch() {
        child.exit().thenRun(this::lost);
        Thread thread = new Thread(this::read, "watch " + name);
        thread.setDaemon(true);
        thread.start();
    }

    /** A handler has nothing to say but that it is ready; what else it sends is thrown away. */
    private void read() {
        try (Packet packet = new Packet(512, MAX_FDS)) {
            boolean open = true;
            while (open) {
                try {
                    open = connection.receive(packet) >= 0;
                    if (open) {
                        said.complete(null);
                    }
                } catch (TransportException e) {
                    LOG.log(Level.DEBUG, () -> name + " sent something: " + e.getMessage());
                }
            }
        } catch (IOException e) {
            LOG.log(Level.DEBUG, () -> name + ": its socket is broken", e);
        }
        lost();
    }

    /** It takes no requests any more. */
    void lost() {
        over.complete(null);
    }

    /** It is given requests from now on. */
    void served() {
        served = true;
    }

    boolean hasServed() {
        return served;
    }

    /** Completes when it takes no requests any more: it has ended, or closed its socket. */
    CompletableFuture<Void> over() {
        return over;
    }

    /**
     * Completes with whether it can be given requests: true as soon as it is ready, false if it is over before that, or does not say
     * in time that it is ready.
     */
    CompletableFuture<Boolean> ready(PersistentSettings.Ready when) {
        CompletableFuture<Boolean> ready = new CompletableFuture<>();
        over.thenRun(() -> ready.complete(false));
        if (when.message()) {
            said.thenRun(() -> ready.complete(true));
        }
        return ready.completeOnTimeout(!when.message(), when.message() ? when.timeoutMs() : when.afterMs(),
                TimeUnit.MILLISECONDS);
    }

    Child child() {
        return child;
    }

    PacketConnection connection() {
        return connection;
    }

    /**
     * The requests that lie in the queue of its socket: Linux says in /proc/PID/fdinfo ({@code scm_fds}) how many descriptors are there,
     * and each request has one. {@link #UNTOLD} where it does not say: before Linux 5.6, of a program of another user, of one whose
     * descriptor 0 is another file by now. {@link #UNSEEN} if we could not look this time.
     */
    int queued() {
        try (Stream<String> lines = Files.lines(Path.of("/proc", Long.toString(child.pid()), "fdinfo", "0"))) {
            return lines.filter(line -> line.startsWith(QUEUED))
                    .mapToInt(line -> Integer.parseInt(line.substring(QUEUED.length()).trim()))
                    .findFirst().orElse(UNTOLD);
        } catch (NoSuchFileException | AccessDeniedException e) {
            LOG.log(Level.TRACE, () -> name + ": nothing tells what is in the queue of its socket", e);
            return UNTOLD;
        } catch (IOException | UncheckedIOException e) {
            LOG.log(Level.DEBUG, () -> name + ": the queue of its socket can not be looked at", e);
            return UNSEEN;
        }
    }

    long ranMs() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startedAt);
    }

    /** Gives it the end of file, which it sees behind all that was sent; then as {@link Child#end}. */
    CompletableFuture<Integer> end(PersistentSettings settings) {
        connection.close();
        return child.end(settings.eofMs(), settings.termMs());
    }

    /** Ends it; completes with its status, or with null if it goes on for a while. */
    CompletableFuture<Integer> status(PersistentSettings settings) {
        end(settings);
        return child.exit().completeOnTimeout(null, STATUS_MS, TimeUnit.MILLISECONDS);
    }

    /** As {@link #end} for one that another has replaced: what it has been sent may take longer, for nobody waits for its end. */
    void drain(PersistentSettings settings) {
        connection.close();
        Timer.after(settings.drainMs(), child.exit(), () -> LOG.log(Level.WARNING, () -> name + ": process " + child.pid()
                + " was replaced and has not finished its requests within " + settings.drainMs() + " ms: it is ended"));
        child.end(settings.drainMs(), settings.termMs())
                .thenRun(() -> LOG.log(Level.INFO, () -> name + ": process " + child.pid() + " was replaced and has ended: "
                        + child.state()));
    }

    String label() {
        return label;
    }

    void label(String generation) {
        label = generation;
    }
}
