package org.hearthd.scgi;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.hearthd.listeners.ListenAddress;
import org.hearthd.listeners.ListenRequest;
import org.hearthd.listeners.Listeners;
import org.hearthd.listeners.ListeningSocket;
import org.hearthd.net.EventLoops;
import org.hearthd.process.Spawner;
import org.hearthd.transport.Gap;
import org.hearthd.transport.NoTransportException;

/**
 * What a handler needs of other bundles.
 *
 * @param listeners gives null while there are none
 * @param spawner gives null while there is none
 * @param names looks names up
 * @param end ends the runtime, for that reason
 */
record Services(EventLoops loops, Supplier<Listeners> listeners, Supplier<Spawner> spawner, Names names, Consumer<String> end) {
    private static final System.Logger LOG = System.getLogger(Services.class.getName());
    private static final long NAME_VALID_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final int BACKLOG = 1024;
    private static final int OWNER_ONLY = 0600;

    /** Where names are looked up. */
    interface Names {
        /** All addresses of a name; blocks, perhaps without an end. */
        InetAddress[] addresses(String host) throws UnknownHostException;

        /** For how long they are used until they are looked up again. */
        default long validNanos() {
            return NAME_VALID_NANOS;
        }
    }

    /**
     * Returns once programs can be started, or after ten seconds: what they need may come a moment later than the first request, while
     * the runtime starts or a bundle is replaced. Not for loops, and with no lock held.
     *
     * @param sockets whether they need listening sockets too
     */
    void awaitPrograms(boolean sockets) {
        try {
            if (sockets) {
                Gap.await(listeners, "service of room listeners");
            }
            Gap.await(spawner, "service of room process");
        } catch (NoTransportException e) {
            LOG.log(Level.DEBUG, "who asks for it is refused", e);
        }
    }

    /** A socket that listens; it may have to look up a name. */
    ListeningSocket listen(String name, String address) throws IOException {
        Listeners present = listeners.get();
        if (present == null) {
            throw new IOException("no listening sockets available (room listeners)");
        }
        ListenAddress where;
        try {
            where = ListenAddress.parse(address);
        } catch (IllegalArgumentException e) {
            throw new IOException(e.getMessage(), e);
        }
        return present.listen(new ListenRequest(name, where, ListenRequest.Type.STREAM, BACKLOG, OWNER_ONLY));
    }

    Spawner programs() throws IOException {
        Spawner present = spawner.get();
        if (present == null) {
            throw new IOException("no programs can be started (room process)");
        }
        return present;
    }
}
