package org.hearthd.process;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.hearthd.Fd;
import org.hearthd.transport.FdPair;
import org.hearthd.transport.Packet;
import org.hearthd.transport.PacketConnection;
import org.hearthd.transport.PacketTransport;
import org.hearthd.transport.TransportException;

/** One process of a persistent handler and our end of its descriptor 0. */
final class Run {
    private static final System.Logger LOG = System.getLogger(PersistentHandler.class.getName());
    private static final int MAX_FDS = 253;

    private final String name;
    private final Child child;
    private final PacketConnection connection;
    private final long startedAt = System.nanoTime();
    private final CompletableFuture<Void> over = new CompletableFuture<>();

    private Run(String name, Child child, PacketConnection connection) {
        this.name = name;
        this.child = child;
        this.connection = connection;
    }

    /**
     * Starts the program.
     *
     * @throws IOException if no process or no socket can be made at the moment
     */
    static Run start(Program program, Spawner spawner, PacketTransport packets) throws IOException {
        if (packets == null) {
            throw new IOException("there is no transport at the moment");
        }
        FdPair pair = packets.pair();
        Child child;
        try (Fd theirs = pair.theirs()) {
            child = spawner.start(program, theirs);
        } catch (IOException e) {
            pair.close();
            throw e;
        }
        try {
            Run run = new Run(program.name(), child, packets.adopt(pair.ours()));
            run.watch();
            return run;
        } catch (IOException e) {
            child.end(0, 0);
            throw e;
        }
    }

    /** Its end shows as the end of file, unless a descendant holds the socket; and as its exit, unless it only closed the socket. */
    private void watch() {
        child.exit().thenRun(this::lost);
        Thread thread = new Thread(this::read, "watch " + name);
        thread.setDaemon(true);
        thread.start();
    }

    /** A handler has nothing to say; what it sends is thrown away. */
    private void read() {
        try (Packet packet = new Packet(512, MAX_FDS)) {
            boolean open = true;
            while (open) {
                try {
                    open = connection.receive(packet) >= 0;
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

    /** Completes when it takes no requests any more: it has ended, or closed its socket. */
    CompletableFuture<Void> over() {
        return over;
    }

    Child child() {
        return child;
    }

    PacketConnection connection() {
        return connection;
    }

    long ranMs() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startedAt);
    }

    /** Gives it the end of file, which it sees behind all that was sent; then as {@link Child#end}. */
    CompletableFuture<Integer> end(PersistentSettings settings) {
        connection.close();
        return child.end(settings.eofMs(), settings.termMs());
    }
}
