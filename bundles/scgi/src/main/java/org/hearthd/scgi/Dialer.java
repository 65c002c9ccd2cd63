package org.hearthd.scgi;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.io.IOException;

/** Finds a server for one request: where to connect, and what to do when that is refused. */
interface Dialer {
    /**
     * Connects.
     *
     * @param request for log lines
     * @return ends on that loop; fails with {@link Refused}, and only before a byte was sent
     */
    Future<Line> dial(EventLoop loop, String request);

    /**
     * A connection to a server, for one request.
     *
     * @param channel not reading yet; the receiver closes it
     */
    record Line(Channel channel, Server server) {}

    /** There is no server at the moment. */
    final class Refused extends IOException {
        private final int status;

        /** @param status what the client is answered */
        Refused(int status, String message) {
            super(message);
            this.status = status;
        }

        int status() {
            return status;
        }
    }
}
