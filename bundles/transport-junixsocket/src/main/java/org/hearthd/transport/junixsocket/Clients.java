package org.hearthd.transport.junixsocket;

import java.io.IOException;
import org.hearthd.Fd;

/**
 * Connections of a listening socket's clients. Who was accepted when there were too few descriptors for the rest of his connection
 * keeps his place.
 */
final class Clients<C> {
    private final Listening socket;
    private final Maker<C> maker;
    /** The lock guards these. */
    private Fd kept;
    private boolean closed;

    /** Makes a connection of a descriptor, which it owns on success and closes on failure. */
    interface Maker<C> {
        C of(Fd client) throws IOException;
    }

    Clients(Listening socket, Maker<C> maker) {
        this.socket = socket;
        this.maker = maker;
    }

    /** Waits for a client; null once closed. */
    C accept() throws IOException {
        return isKept() ? connection() : connection(socket.accept());
    }

    /** A client that waits already, or null. */
    C acceptNow() throws IOException {
        return isKept() ? connection() : connection(socket.acceptNow());
    }

    private synchronized boolean isKept() {
        return kept != null;
    }

    private synchronized C connection(Fd client) throws IOException {
        kept = client;
        return connection();
    }

    private synchronized C connection() throws IOException {
        if (kept == null) {
            return null;
        }
        try {
            C made = maker.of(kept.dup());
            drop();
            return made;
        } catch (IOException e) {
            if (closed) {
                drop();
            }
            throw new IOException("cannot serve a client of " + socket + " yet: " + e.getMessage(), e);
        }
    }

    private void drop() {
        kept.close();
        kept = null;
    }

    synchronized void close() {
        closed = true;
        socket.close();
        if (kept != null) {
            drop();
        }
    }

    @Override
    public String toString() {
        return socket.toString();
    }
}
