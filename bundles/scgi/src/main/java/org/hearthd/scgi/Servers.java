package org.hearthd.scgi;

import io.netty.channel.ChannelFuture;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.hearthd.Exchange;
import org.hearthd.net.EventLoops;

/** Servers that are there or not, at configured addresses: the first that can be reached, those that failed a moment ago last. */
final class Servers implements Dialer {
    private static final int EAGAIN = -11;
    private static final int ECONNREFUSED = -111;
    private static final int FIRST_PAUSE_MS = 2;
    private static final int LONGEST_PAUSE_MS = 100;

    private final EventLoops loops;
    private final List<Server> servers;
    private final int timeoutMs;

    /** @param timeoutMs for one attempt to connect */
    Servers(EventLoops loops, List<Server> servers, int timeoutMs) {
        this.loops = loops;
        this.servers = servers;
        this.timeoutMs = timeoutMs;
    }

    @Override
    public Future<Line> dial(EventLoop loop, Exchange request) {
        Attempt attempt = new Attempt(loop, request, order());
        attempt.nextServer();
        return attempt.result;
    }

    /** One line for each server, if one of them is in trouble. */
    @Override
    public List<String> reasons() {
        return servers.stream().noneMatch(Server::isTroubled) ? List.of() : servers.stream().map(Server::health).toList();
    }

    private Iterator<Server> order() {
        if (servers.size() == 1) {
            return servers.iterator();
        }
        List<Server> order = new ArrayList<>(servers.size());
        servers.stream().filter(s -> !s.isAvoided()).forEach(order::add);
        servers.stream().filter(s -> !order.contains(s)).forEach(order::add);
        return order.iterator();
    }

    /** One request's way through the servers. Of one loop. */
    private final class Attempt {
        final Promise<Line> result;
        private final EventLoop loop;
        private final Exchange request;
        private final Iterator<Server> order;
        private Server server;
        private Iterator<SocketAddress> addresses;
        private long startedAt;
        private int pauseMs;
        private int status = 503;
        private boolean nobody = true;

        Attempt(EventLoop loop, Exchange request, Iterator<Server> order) {
            this.loop = loop;
            this.request = request;
            this.order = order;
            this.result = loop.newPromise();
        }

        void nextServer() {
            if (!order.hasNext()) {
                result.setFailure(new Refused(status, status == 504
                        ? "The application server could not be reached in time."
                        : "The application server is not available.", nobody));
                return;
            }
            server = order.next();
            server.addresses(found -> {
                if (loop.inEventLoop()) {
                    begin(found);
                } else {
                    loop.execute(() -> begin(found));
                }
            });
        }

        private void begin(List<SocketAddress> found) {
            addresses = found.iterator();
            nobody &= addresses.hasNext();
            nextAddress("its name has no address");
        }

        private void nextAddress(String why) {
            if (addresses.hasNext()) {
                startedAt = System.nanoTime();
                pauseMs = FIRST_PAUSE_MS;
                connect(addresses.next());
            } else {
                server.failed(request.toString(), why);
                nextServer();
            }
        }

        private void connect(SocketAddress address) {
            ChannelFuture connecting;
            try {
                connecting = loops.connect(address, loop, timeoutMs);
            } catch (IOException e) {
                // not the server's fault, and no other server would help
                server.report(request.toString(), e.getMessage());
                result.setFailure(new Refused(503, "The runtime has no connection left."));
                return;
            }
            connecting.addListener(done -> {
                if (done.isSuccess()) {
                    result.setSuccess(new Line(connecting.channel(), server));
                } else {
                    failed(address, done.cause());
                }
            });
        }

        /** A Unix socket says EAGAIN when too many wait already to be accepted: this is not yet a failure. */
        private void failed(SocketAddress address, Throwable cause) {
            boolean full = is(cause, EAGAIN);
            if (full && System.nanoTime() - startedAt < TimeUnit.MILLISECONDS.toNanos(timeoutMs)) {
                loop.schedule(() -> connect(address), pauseMs, TimeUnit.MILLISECONDS);
                pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
                return;
            }
            boolean slow = cause instanceof ConnectTimeoutException;
            status = slow ? 504 : 503;
            nobody &= !slow && !full;
            nextAddress(full ? "its queue is full" : slow ? "no connection within " + timeoutMs + " ms" : reason(cause));
        }

        /** Netty keeps the number of the error for itself but for the message. */
        private static boolean is(Throwable cause, int errno) {
            return String.valueOf(cause.getMessage()).contains("error(" + errno + ")");
        }

        private static String reason(Throwable cause) {
            return is(cause, ECONNREFUSED)
                    ? "connection refused"
                    : cause instanceof FileNotFoundException ? "no such socket" : "cannot connect: " + cause.getMessage();
        }
    }
}
