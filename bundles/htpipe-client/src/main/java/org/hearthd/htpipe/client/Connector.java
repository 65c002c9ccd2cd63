package org.hearthd.htpipe.client;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.hearthd.ashd.Forwarder;
import org.hearthd.transport.NoTransportException;
import org.hearthd.transport.Packet;
import org.hearthd.transport.PacketConnection;
import org.hearthd.transport.PacketTransport;
import org.hearthd.transport.TransportException;
import org.hearthd.transport.UnixAddress;

/**
 * Keeps one connection to the server: watches it for its end with one thread, and connects again. Attempts come in short pauses,
 * because a failed one costs the kernel less than a missed server costs the requests that wait.
 */
final class Connector {
    private static final System.Logger LOG = System.getLogger(Connector.class.getName());
    /** A connection that ended sooner may have been refused: no immediate attempt. */
    private static final long SHORT_NANOS = TimeUnit.SECONDS.toNanos(1);
    /** What a server sends the other way is thrown away. */
    private static final int IGNORED = 1024;

    private final Supplier<PacketTransport> packets;
    private final Forwarder forwarder;
    private final Thread thread;
    private ThreadFactory threads = Thread::new;
    /** A connection that the server has ended sooner was no more than a failed attempt. */
    private volatile long atOnceMs = 250;
    /** Changes under the lock, which guards the next four as well. */
    private volatile Settings settings;
    private PacketConnection connection;
    private UnixAddress connectedTo;
    /** The connection to another server that takes the place of {@code connection} as soon as that has ended. */
    private PacketConnection successor;
    private boolean closed;
    /** What was said last of why there is no connection; for the connector's thread only. */
    private String trouble = "";
    /** Whether the server has ended the last connection at once, so that the next has to last before it gets requests; as above. */
    private boolean doubted;

    Connector(Settings settings, Supplier<PacketTransport> packets, Forwarder forwarder) {
        this.settings = settings;
        this.packets = packets;
        this.forwarder = forwarder;
        this.thread = new Thread(this::run, "htpipe-client " + settings.handler());
        thread.setDaemon(true);
    }

    /** For tests. */
    synchronized void threads(ThreadFactory other) {
        threads = other;
    }

    /** For tests. */
    void atOnce(long ms) {
        atOnceMs = ms;
    }

    void start() {
        thread.start();
    }

    private void run() {
        long pause = 0;
        while (pause(pause)) {
            long start = System.nanoTime();
            PacketConnection made = connect();
            if (made != null) {
                watch(made);
            }
            boolean lasted = made != null && System.nanoTime() - start > SHORT_NANOS;
            pause = lasted || hasSuccessor() ? 0 : longer(pause);
        }
    }

    /**
     * Where to connect from now on, and how often to try. The old server goes on until the new one can be reached; requests that it has
     * taken are its own.
     *
     * @throws IOException if there is no thread to look for the new server; nothing has changed then
     */
    synchronized void settings(Settings changed) throws IOException {
        if (connection != null && !changed.address().equals(connectedTo)) {
            PacketConnection old = connection;
            // it looks only when these are the settings
            Thread mover = threads.newThread(() -> move(old, changed));
            mover.setName(thread.getName() + " mover");
            mover.setDaemon(true);
            try {
                mover.start();
            } catch (OutOfMemoryError e) {
                throw new IOException(
                        this + ": there is no thread to look for the server on " + changed.address() + ": " + e.getMessage(), e);
            }
        }
        settings = changed;
        notifyAll();
    }

    /** Looks for the new server while the old one serves. */
    private void move(PacketConnection old, Settings wanted) {
        long pause = 0;
        String said = "";
        while (pause(pause) && isWanted(old, wanted)) {
            try {
                moveTo(packets.get(), old, wanted);
                return;
            } catch (IOException e) {
                Level level = said.equals(e.getMessage()) ? Level.DEBUG : Level.WARNING;
                said = e.getMessage();
                LOG.log(level, () -> this + ": " + e.getMessage() + "; requests go on to the server it was connected to before");
            }
            pause = longer(pause);
        }
    }

    private synchronized boolean isWanted(PacketConnection old, Settings wanted) {
        return !closed && settings == wanted && connection == old;
    }

    private void moveTo(PacketTransport transport, PacketConnection old, Settings wanted) throws IOException {
        if (transport == null) {
            throw new NoTransportException("packet transport");
        }
        PacketConnection made = transport.connect(wanted.address());
        synchronized (this) {
            if (isWanted(old, wanted)) {
                successor = made;
                connectedTo = wanted.address();
                forwarder.connected(made);
                old.close();
                return;
            }
        }
        made.close();
    }

    private long longer(long pause) {
        return Math.min(settings.mostNanos(), Math.max(settings.leastNanos(), 2 * pause));
    }

    /** False once closed. A change of the settings ends the pause. */
    private synchronized boolean pause(long nanos) {
        Settings before = settings;
        long end = System.nanoTime() + nanos;
        try {
            for (long left = nanos; left > 0 && !closed && settings == before; left = end - System.nanoTime()) {
                TimeUnit.NANOSECONDS.timedWait(this, left);
            }
        } catch (InterruptedException e) {
            LOG.log(Level.WARNING, () -> this + ": interrupted, it connects no more");
            closed = true;
        }
        return !closed;
    }

    private synchronized boolean hasSuccessor() {
        return successor != null;
    }

    private synchronized PacketConnection successor() {
        connection = successor;
        successor = null;
        return connection;
    }

    private PacketConnection connect() {
        PacketConnection ready = successor();
        if (ready != null) {
            return ready;
        }
        PacketTransport transport = packets.get();
        if (transport == null) {
            say("there is no transport at the moment");
            return null;
        }
        try {
            UnixAddress to = settings.address();
            PacketConnection made = transport.connect(to);
            if (current(made, to)) {
                return made;
            }
            made.close();
        } catch (IOException e) {
            say(e.getMessage());
        }
        return null;
    }

    private synchronized boolean current(PacketConnection made, UnixAddress to) {
        // the very same first: a record's equals links itself at its first call, which takes longer than to connect
        boolean wanted = !closed && successor == null && (to == settings.address() || to.equals(settings.address()));
        if (wanted) {
            connection = made;
            connectedTo = to;
        }
        return wanted;
    }

    private void say(String why) {
        Level level = why.equals(trouble) ? Level.DEBUG : Level.WARNING;
        trouble = why;
        LOG.log(level, () -> this + ": " + why + "; requests wait");
    }

    /** Returns when the connection has ended, closed. It gets requests at once, or if the one before got none when it has lasted. */
    private void watch(PacketConnection made) {
        long start = System.nanoTime();
        CompletableFuture<Boolean> lasts = new CompletableFuture<>();
        CompletableFuture<Void> given = lasts.thenAccept(alive -> {
            if (alive) {
                LOG.log(Level.INFO, () -> this + " is connected");
                forwarder.connected(made);
            }
        });
        if (doubted) {
            lasts.completeOnTimeout(true, atOnceMs, TimeUnit.MILLISECONDS);
        } else {
            lasts.complete(true);
        }
        try (Packet packet = new Packet(IGNORED, 0)) {
            for (boolean open = true; open;) {
                open = received(made, packet);
            }
        } catch (IOException e) {
            LOG.log(Level.DEBUG, () -> this + ": " + e.getMessage(), e);
        }
        lasts.complete(false);
        // it may be given away just now
        given.join();
        forwarder.disconnected(made);
        made.close();
        doubted = System.nanoTime() - start < TimeUnit.MILLISECONDS.toNanos(atOnceMs) && isEndedByServer();
        if (doubted) {
            say("the server has ended the connection at once, perhaps because this user may not connect");
        } else {
            trouble = "";
        }
    }

    private synchronized boolean isEndedByServer() {
        return !closed && successor == null;
    }

    private static boolean received(PacketConnection from, Packet packet) throws IOException {
        try {
            return from.receive(packet) >= 0;
        } catch (TransportException e) {
            LOG.log(Level.DEBUG, () -> "ignored: " + e.getMessage());
            return true;
        }
    }

    void close() {
        synchronized (this) {
            closed = true;
            for (PacketConnection each : new PacketConnection[] {connection, successor}) {
                if (each != null) {
                    each.close();
                }
            }
            notifyAll();
        }
        try {
            thread.join(TimeUnit.SECONDS.toMillis(1));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public String toString() {
        return "htpipe client " + settings.handler() + " on " + settings.address();
    }
}
