package org.hearthd.transport.junixsocket;

import java.io.IOException;
import org.hearthd.Fd;
import org.newsclub.net.unix.Acceptor;
import org.newsclub.net.unix.Fds;

/** A listening socket. */
final class Listening {
    private final Link link;
    private final Acceptor port;

    /** Takes {@code fd} over; closes it on failure. */
    Listening(Fd fd) throws IOException {
        // several processes may accept from one socket: whoever comes late must not get stuck in accept, where no close wakes it
        try {
            Fds.nonBlocking(fd.number(), true);
        } catch (IOException e) {
            fd.close();
            throw e;
        }
        link = new Link(fd);
        port = link.port(Acceptor::new);
    }

    /** Waits for a client; null once closed. */
    Fd accept() throws IOException {
        if (!link.enter()) {
            return null;
        }
        try {
            while (link.await(port)) {
                int client = port.accept();
                if (client >= 0) {
                    return new OwnedFd(client);
                }
            }
            return null;
        } catch (IOException e) {
            throw new IOException("cannot accept from " + link + ": " + e.getMessage(), e);
        } finally {
            link.leave();
        }
    }

    /** A client that waits already, or null. */
    Fd acceptNow() throws IOException {
        if (!link.enter()) {
            return null;
        }
        try {
            int client = link.ready(port, true) ? port.accept() : -1;
            return client < 0 ? null : new OwnedFd(client);
        } catch (IOException e) {
            throw new IOException("cannot accept from " + link + ": " + e.getMessage(), e);
        } finally {
            link.leave();
        }
    }

    void close() {
        link.close();
    }

    @Override
    public String toString() {
        return link.toString();
    }
}
