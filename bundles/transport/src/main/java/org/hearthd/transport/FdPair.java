package org.hearthd.transport;

import org.hearthd.Fd;

/**
 * Two connected sockets; the receiver owns both.
 *
 * @param ours the end to keep
 * @param theirs the end to give away
 */
public record FdPair(Fd ours, Fd theirs) implements AutoCloseable {
    @Override
    public void close() {
        ours.close();
        theirs.close();
    }
}
