package org.hearthd.ashd;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.hearthd.transport.NoTransportException;
import org.hearthd.transport.PacketConnection;

/** Sends what waits in a forwarder, until nothing waits any more. Whatever happens to one exchange, the others go on. */
record Writer(Forwarder forwarder) implements Runnable {
    /** How often a transport is looked for that is being replaced. */
    private static final long GAP_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
    /** How often a queue is tried that is full: Linux tells of room in it only when three quarters of it are free. */
    private static final long FULL_MS = 20;

    @Override
    public void run() {
        boolean more = true;
        while (more) {
            Waiting next = null;
            try {
                next = forwarder.next();
                more = next != null;
                if (more) {
                    write(next);
                }
            } catch (RuntimeException | Error e) {
                // whoever comes later relies on this thread
                forwarder.failed(next, e);
            }
        }
    }

    private void write(Waiting next) {
        PacketConnection to = forwarder.current();
        try {
            if (to == null) {
                forwarder.putBack(next);
            } else if (forwarder.prepare(next)) {
                write(next, to);
            }
        } catch (NoTransportException e) {
            forwarder.putBack(next);
            forwarder.pause(GAP_NANOS);
        }
    }

    private void write(Waiting next, PacketConnection to) {
        if (forwarder.attempt(next, to)) {
            forwarder.taken();
            return;
        }
        forwarder.putBack(next);
        try {
            boolean full = true;
            while (full) {
                full = !to.awaitWritable(FULL_MS) && forwarder.isFull(to);
            }
        } catch (IOException e) {
            forwarder.broken(to, e);
        }
        forwarder.reads(to);
    }
}
