package org.hearthd.http;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import java.net.InetSocketAddress;
import org.hearthd.Outcome;
import org.hearthd.Request;
import org.hearthd.spi.Access;
import org.hearthd.spi.ManagedExchange;

/** Tells the observers of the requests of one connection, each when the kernel has all of its answer or will never get it. Of one loop. */
final class Reports {
    private final Connection connection;
    private final Channel channel;
    private String client;

    Reports(Connection connection, Channel channel) {
        this.connection = connection;
        this.channel = channel;
    }

    /** The answer is complete, but may still be on its way out. */
    void answered(HttpExchange exchange) {
        if (exchange.began() == 0) {
            return;
        }
        Request request = request(exchange);
        if (channel.isActive() && connection.out().pending() == 0) {
            tell(exchange, request, Outcome.End.ANSWERED);
        } else {
            connection.out().writeTold(Unpooled.EMPTY_BUFFER)
                    .addListener(f -> tell(exchange, request, f.isSuccess() ? Outcome.End.ANSWERED : Outcome.End.ABORTED));
        }
    }

    /** The connection has ended; if the answer was complete before, it was told. */
    void broken(HttpExchange exchange) {
        if (exchange.began() != 0 && !exchange.answer().done()) {
            tell(exchange, request(exchange), Outcome.End.ABORTED);
        }
    }

    private Request request(HttpExchange exchange) {
        Request request = exchange.managed().request();
        return exchange.answer().readable() ? request : HttpRequest.unreadable(connection.decoder().unread());
    }

    private String client() {
        if (client == null && channel.remoteAddress() instanceof InetSocketAddress address) {
            client = AshHeaders.text(address.getAddress());
        }
        return client;
    }

    private void tell(HttpExchange exchange, Request request, Outcome.End end) {
        ManagedExchange managed = exchange.managed();
        long nanos = System.nanoTime() - exchange.began();
        new Access(connection.source(), client(), request, managed.id(), managed.generation(),
                System.currentTimeMillis() - nanos / 1_000_000, nanos, new Outcome(end, exchange.answer().status()),
                exchange.answer().bytes()).tell(connection.front().observers());
    }
}
