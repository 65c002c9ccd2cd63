package org.hearthd.htpipe.server;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.hearthd.listeners.Listeners;
import org.hearthd.listeners.ListeningSocket;
import org.hearthd.transport.PacketConnection;
import org.hearthd.transport.PacketListener;
import org.hearthd.transport.PacketTransport;

/** The listening socket and the thread that accepts from it; the socket stays open when the transport is replaced. */
final class Doorway {
    private static final System.Logger LOG = System.getLogger(Doorway.class.getName());
    private static final long JOIN_MS = 1000;
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final String name;
    private final Consumer<PacketConnection> to;
    private final ListeningSocket socket;
    private PacketListener listener;
    private PacketTransport transport;
    private Thread acceptor;
    private ThreadFactory threads = Thread::new;
    private boolean stopped;

    /**
     * Listens.
     *
     * @param to takes the connections over
     * @throws IOException naming the address and the reason
     */
    Doorway(String name, Settings settings, Listeners listeners, Consumer<PacketConnection> to) throws IOException {
        this.name = name;
        this.to = to;
        this.socket = listeners.listen(settings.request());
        if (!socket.bound()) {
            // whoever has made it says whose it is, and its path may be another one
            return;
        }
        try {
            give(settings.request().address().unix().path(), settings.owner(), settings.group());
        } catch (IOException | RuntimeException e) {
            socket.stop();
            String why = e instanceof UserPrincipalNotFoundException ? "there is none of that name" : e.toString();
            throw new IOException(
                    name + ": the socket's owner " + settings.owner() + " or group " + settings.group() + ": " + why,
                    e);
        }
    }

    private static void give(Path path, String owner, String group) throws IOException {
        FileSystem files = path.getFileSystem();
        PosixFileAttributeView view = Files.getFileAttributeView(path, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
        if (!group.isEmpty()) {
            view.setGroup(files.getUserPrincipalLookupService().lookupPrincipalByGroupName(group));
        }
        if (!owner.isEmpty()) {
            view.setOwner(files.getUserPrincipalLookupService().lookupPrincipalByName(owner));
        }
    }

    /** For tests. */
    synchronized void threads(ThreadFactory other) {
        threads = other;
    }

    /**
     * Accepts with that transport from now on.
     *
     * @throws IOException if that is impossible; nobody is accepted then
     */
    synchronized void open(PacketTransport with) throws IOException {
        close();
        if (stopped) {
            return;
        }
        PacketListener made = with.adoptListener(socket.fd().dup());
        listener = made;
        transport = with;
        Thread accepting = threads.newThread(() -> accept(made));
        accepting.setName(name + " acceptor");
        try {
            accepting.start();
        } catch (OutOfMemoryError e) {
            close();
            throw new IOException("there is no thread to accept with: " + e.getMessage(), e);
        }
        acceptor = accepting;
    }

    /** Accepts nobody until it is opened again; clients queue in the kernel. */
    synchronized void close() {
        if (listener != null) {
            listener.close();
            listener = null;
        }
    }

    /**
     * Accepts nobody more but those that have connected already; the path that was bound here is removed. A socket that others share
     * keeps its queue for them.
     */
    void stop() {
        PacketListener last = null;
        Thread accepting;
        synchronized (this) {
            close();
            if (stopped) {
                return;
            }
            stopped = true;
            accepting = acceptor;
            try {
                last = transport == null || !socket.bound() ? null : transport.adoptListener(socket.fd().dup());
            } catch (IOException e) {
                LOG.log(Level.WARNING, () -> name + ": clients that wait to be accepted are lost: " + e.getMessage());
            }
            socket.stop();
        }
        join(accepting);
        if (last != null) {
            acceptRest(last);
        }
    }

    /** It may have a client in its hands. */
    private static void join(Thread accepting) {
        try {
            if (accepting != null && accepting != Thread.currentThread()) {
                accepting.join(JOIN_MS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The path is gone, or somebody else's: nobody can connect any more, so that this comes to an end. */
    private void acceptRest(PacketListener last) {
        try {
            for (PacketConnection client = last.acceptNow(); client != null; client = last.acceptNow()) {
                to.accept(client);
            }
        } catch (IOException e) {
            LOG.log(Level.WARNING, () -> name + ": clients that wait to be accepted are lost: " + e.getMessage());
        } finally {
            last.close();
        }
    }

    private void accept(PacketListener from) {
        boolean failing = false;
        while (isCurrent(from)) {
            try {
                PacketConnection client = from.accept();
                failing = false;
                if (client != null) {
                    to.accept(client);
                }
            } catch (IOException | RuntimeException | OutOfMemoryError e) {
                LOG.log(failing ? Level.DEBUG : Level.ERROR, () -> name + ": " + e.getMessage() + "; trying again");
                failing = true;
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
    }

    private synchronized boolean isCurrent(PacketListener known) {
        return listener == known;
    }

    @Override
    public String toString() {
        return socket.address().toString();
    }
}
