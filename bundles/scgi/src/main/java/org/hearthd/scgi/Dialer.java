package org.hearthd.scgi;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.hearthd.Exchange;
import org.hearthd.net.LoopSocket;

/** Finds a server for one request: where to connect, and what to do when that is refused. */
interface Dialer {
    /**
     * Connects.
     *
     * @param request for log lines
     * @return ends on that loop; fails with {@link Refused}, and only before a byte was sent. Who cancels it wants no connection any
     *         more: then nothing more is tried or started for it
     */
    Future<Line> dial(EventLoop loop, Exchange request);

    /** A request is given to it, until {@link #end}: what it has found and started is kept for that long. */
    default void begin() {
        // only who ends something has to know
    }

    /** That request has ended, or was given to another one. */
    default void end() {
        // only who ends something has to know
    }

    /** Why requests may not be answered at the moment, for people; nothing if all is well. */
    default List<String> reasons() {
        return List.of();
    }

    /** Whether there is something that is worth being kept until its successor is ready. */
    default boolean serves() {
        return true;
    }

    /**
     * Nobody calls {@link #dial} any more; ends what was started only for this dialer, and refuses who still waits. Not to be called on
     * a loop.
     *
     * @param graceMs time for requests that are still in progress
     * @return completes when it has ended
     */
    default CompletableFuture<?> close(long graceMs) {
        return CompletableFuture.completedFuture(null);
    }

    /**
     * A connection to a server, for one request.
     *
     * @param socket not open yet; the receiver opens it, and closes it with {@link #close} or {@link #abandon}
     * @param atEnd runs when it is closed
     */
    record Line(LoopSocket socket, Server server, Runnable atEnd) {
        /** On its loop, once. */
        void close() {
            socket.close();
            atEnd.run();
        }

        /** The same where nobody wants the answer any more: a server that thinks is to see that, over TCP too. */
        void abandon() {
            socket.reset();
            atEnd.run();
        }
    }

    /** There is no server at the moment. */
    final class Refused extends IOException {
        private final int status;
        private final Reach reach;

        /** What is known of the server, the more hopeless the later. */
        enum Reach {
            /** Nobody listens there. */
            NOBODY,
            /** Somebody may be there, who can not be reached: no permission, no route, a name without address. */
            BARRED,
            /** Somebody is there who is too slow; or it is nothing to do with the server. */
            LATE,
            /** It was not asked, because the runtime has no descriptor or thread left. */
            OURS
        }

        /** @param status what the client is answered */
        Refused(int status, String message) {
            this(status, message, Reach.LATE);
        }

        Refused(int status, String message, Reach reach) {
            super(message);
            this.status = status;
            this.reach = reach;
        }

        Reach reach() {
            return reach;
        }

        boolean nobody() {
            return reach == Reach.NOBODY;
        }

        int status() {
            return status;
        }
    }
}
