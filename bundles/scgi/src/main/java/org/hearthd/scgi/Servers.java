package org.hearthd.scgi;

import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.IntSupplier;
import org.hearthd.Exchange;
import org.hearthd.net.EventLoops;
import org.hearthd.net.LoopSocket;

/** Servers that are there or not, at configured addresses: the first that can be reached, those that failed a moment ago last. */
final class Servers implements Dialer {
    private static final int EAGAIN = -11;
    private static final int ECONNREFUSED = -111;
    private static final int FIRST_PAUSE_MS = 2;
    private static final int LONGEST_PAUSE_MS = 100;

    private final EventLoops loops;
    private final List<Server> servers;
    private final IntSupplier timeoutMs;

    /** @param timeoutMs for one attempt to connect, now */
    Servers(EventLoops loops, List<Server> servers, IntSupplier timeoutMs) {
        this.loops = loops;
        this.servers = servers;
        this.timeoutMs = timeoutMs;
    }

    @Override
    public Future<Line> dial(EventLoop loop, Exchange request) {
        Attempt attempt = new Attempt(loop, request);
        attempt.begin();
        return attempt.result;
    }

    /** One line for each server, if one of them is in trouble. */
    @Override
    public List<String> reasons() {
        return servers.stream().noneMatch(Server::isTroubled) ? List.of() : servers.stream().map(Server::health).toList();
    }

    /** Without making anything, for it is the rule. */
    private boolean allWork() {
        for (int i = 0; i < servers.size(); i++) {
            if (servers.get(i).isFailing()) {
                return false;
            }
        }
        return true;
    }

    /** The first of those before one that works that is due and that nobody else tries; null if there is none, or none works. */
    private Server claimed(Object who) {
        List<Server> before = servers.stream().takeWhile(Server::isFailing).toList();
        return before.size() == servers.size() ? null : before.stream().filter(s -> s.claim(who)).findFirst().orElse(null);
    }

    /** Those that work, those that may work again, those that failed a moment ago. */
    private Iterator<Server> order(Server first) {
        Set<Server> order = new LinkedHashSet<>();
        if (first != null) {
            order.add(first);
        }
        servers.stream().filter(s -> !s.isFailing()).forEach(order::add);
        servers.stream().filter(s -> !s.isAvoided()).forEach(order::add);
        order.addAll(servers);
        return order.iterator();
    }

    /** One request's way through the servers. Of one loop. */
    private final class Attempt {
        final Promise<Line> result;
        private final EventLoop loop;
        private final Exchange request;
        /** What this one alone tries just now, though it has failed; or null. */
        private final Server probed;
        private final Iterator<Server> order;
        private final int limitMs = timeoutMs.getAsInt();
        private Server server;
        private Iterator<SocketAddress> addresses;
        /** The time of the first address includes that of finding it. */
        private long startedAt;
        private int pauseMs;
        private int status = 503;
        private Refused.Reach reach = Refused.Reach.NOBODY;

        Attempt(EventLoop loop, Exchange request) {
            boolean plain = servers.size() == 1 || allWork();
            this.loop = loop;
            this.request = request;
            this.probed = plain ? null : claimed(this);
            this.order = plain ? servers.iterator() : order(probed);
            this.result = loop.newPromise();
        }

        void begin() {
            if (probed != null) {
                result.addListener(done -> {
                    if (!done.isSuccess()) {
                        probed.unclaim(this);
                    }
                });
            }
            nextServer();
        }

        private void nextServer() {
            if (!order.hasNext()) {
                result.tryFailure(new Refused(status, status == 504
                        ? "The application server could not be reached in time."
                        : "The application server is not available.", reach));
                return;
            }
            server = order.next();
            startedAt = System.nanoTime();
            List<SocketAddress> known = server.addresses(null);
            if (known != null) {
                found(known);
            } else {
                new Lookup().begin();
            }
        }

        private void found(List<SocketAddress> found) {
            addresses = found.iterator();
            if (!addresses.hasNext()) {
                status = 503;
                know(Refused.Reach.BARRED);
            }
            nextAddress("its name has no address");
        }

        private void nextAddress(String why) {
            if (addresses.hasNext()) {
                pauseMs = FIRST_PAUSE_MS;
                connect(addresses.next());
            } else {
                server.failed(request.toString(), why);
                nextServer();
            }
        }

        private void know(Refused.Reach more) {
            reach = more.compareTo(reach) > 0 ? more : reach;
        }

        private long leftMs() {
            return limitMs - TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startedAt);
        }

        private void connect(SocketAddress address) {
            if (result.isCancelled()) {
                return;
            }
            Future<LoopSocket> connecting;
            try {
                connecting = loops.connect(address, loop, (int) Math.max(1, leftMs()));
            } catch (IOException e) {
                // not the server's fault, and no other server would help
                server.report(request.toString(), e.getMessage());
                result.tryFailure(new Refused(503, "The runtime has no connection left.", Refused.Reach.OURS));
                return;
            }
            if (connecting.isDone()) {
                connected(address, connecting);
            } else {
                connecting.addListener(done -> connected(address, connecting));
            }
        }

        private void connected(SocketAddress address, Future<LoopSocket> connecting) {
            if (!connecting.isSuccess()) {
                failed(address, connecting.cause());
            } else if (!result.trySuccess(line(connecting.getNow()))) {
                connecting.getNow().close();
            }
        }

        private Line line(LoopSocket socket) {
            return new Line(socket, server, probed == null ? () -> {} : () -> probed.unclaim(this));
        }

        /** A Unix socket says EAGAIN when too many wait already to be accepted: this is not yet a failure. */
        private void failed(SocketAddress address, Throwable cause) {
            boolean full = is(cause, EAGAIN);
            if (full && leftMs() > 0) {
                loop.schedule(() -> connect(address), pauseMs, TimeUnit.MILLISECONDS);
                pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
                return;
            }
            boolean slow = cause instanceof ConnectTimeoutException;
            boolean nobody = is(cause, ECONNREFUSED) || cause instanceof FileNotFoundException;
            status = slow ? 504 : 503;
            know(slow || full ? Refused.Reach.LATE : nobody ? Refused.Reach.NOBODY : Refused.Reach.BARRED);
            startedAt = System.nanoTime();
            nextAddress(full ? "its queue is full" : slow ? "no connection within " + limitMs + " ms" : reason(address, cause));
        }

        /** Netty keeps the number of the error for itself but for the message. */
        private static boolean is(Throwable cause, int errno) {
            return String.valueOf(cause.getMessage()).contains("error(" + errno + ")");
        }

        private static String reason(SocketAddress address, Throwable cause) {
            if (is(cause, ECONNREFUSED)) {
                return "connection refused";
            }
            // Netty's exception for a host without a route has no message
            String why = cause.getMessage() == null ? cause.toString() : cause.getMessage();
            String where = address instanceof InetSocketAddress ? ": " + address : "";
            return cause instanceof FileNotFoundException ? "no such socket" : "cannot connect: " + why + where;
        }

        /** Waits for the addresses of a name, for as long as connecting may take. */
        private final class Lookup implements Consumer<List<SocketAddress>> {
            private final Server asked = server;
            private Future<?> timeout;
            private boolean over;

            void begin() {
                timeout = loop.schedule(this::late, limitMs, TimeUnit.MILLISECONDS);
                result.addListener(done -> end());
                List<SocketAddress> known = asked.addresses(this);
                if (known != null) {
                    accept(known);
                }
            }

            @Override
            public void accept(List<SocketAddress> found) {
                loop.execute(() -> {
                    if (end()) {
                        Attempt.this.found(found);
                    }
                });
            }

            private void late() {
                if (end()) {
                    status = 504;
                    know(Refused.Reach.LATE);
                    asked.failed(request.toString(), "its name was not looked up within " + limitMs + " ms");
                    nextServer();
                }
            }

            /** Whether this was not over before. */
            private boolean end() {
                boolean first = !over;
                over = true;
                timeout.cancel(false);
                asked.forget(this);
                return first;
            }
        }
    }
}
