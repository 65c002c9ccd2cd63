package org.hearthd.shell;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.hearthd.listeners.ListeningSocket;
import org.hearthd.transport.StreamConnection;
import org.hearthd.transport.StreamListener;
import org.hearthd.transport.StreamTransport;

/** The listening socket and the thread that accepts from it; the socket stays open when the transport is replaced. */
final class Door {
    private static final System.Logger LOG = System.getLogger(Door.class.getName());
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final ListeningSocket socket;
    private final Consumer<StreamConnection> to;
    private StreamListener listener;
    private boolean stopped;

    /**
     * Owns the socket.
     *
     * @param to takes the connections over
     */
    Door(ListeningSocket socket, Consumer<StreamConnection> to) {
        this.socket = socket;
        this.to = to;
    }

    /** Accepts with that transport from now on. */
    synchronized void open(StreamTransport transport) throws IOException {
        close();
        if (stopped) {
            return;
        }
        StreamListener made = transport.adoptListener(socket.fd().dup());
        listener = made;
        new Thread(() -> accept(made), "shell acceptor").start();
    }

    /** Accepts nobody until it is opened again; clients queue in the kernel. */
    synchronized void close() {
        if (listener != null) {
            listener.close();
            listener = null;
        }
    }

    /** Accepts nobody more; the path that was bound here is removed. */
    synchronized void stop() {
        close();
        stopped = true;
        socket.stop();
    }

    private void accept(StreamListener from) {
        boolean failing = false;
        while (isCurrent(from)) {
            try {
                StreamConnection client = from.accept();
                if (client != null) {
                    give(client);
                }
                failing = false;
            } catch (IOException | RuntimeException | OutOfMemoryError e) {
                LOG.log(failing ? Level.DEBUG : Level.ERROR, () -> "control socket: " + e.getMessage() + "; trying again");
                failing = true;
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
    }

    private void give(StreamConnection client) {
        try {
            to.accept(client);
        } catch (RuntimeException | OutOfMemoryError e) {
            // there may be no thread for it
            client.close();
            throw e;
        }
    }

    private synchronized boolean isCurrent(StreamListener known) {
        return listener == known;
    }

    @Override
    public String toString() {
        return socket.address().toString();
    }
}
