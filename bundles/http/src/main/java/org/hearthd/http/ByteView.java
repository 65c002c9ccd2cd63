package org.hearthd.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.EventLoop;
import java.io.IOException;
import org.hearthd.net.ByteExchange;
import org.hearthd.spi.ManagedExchange;
import org.hearthd.spi.ResponseHead;

/** The non-blocking view: the very buffers of the connection; only small pieces behind a head are copied, to go with it. */
final class ByteView implements ByteExchange {
    private final HttpExchange exchange;
    private final ManagedExchange managed;

    /** @param managed the object through which the view was asked for: the owner's */
    ByteView(HttpExchange exchange, ManagedExchange managed) {
        this.exchange = exchange;
        this.managed = managed;
    }

    @Override
    public EventLoop loop() {
        return exchange.loop();
    }

    @Override
    public void body(Body receiver) {
        exchange.requestBody().receiver(receiver);
    }

    @Override
    public void read() {
        exchange.requestBody().read();
    }

    /** HTTP/1.0 does not know interim responses (RFC 9110 15.2). */
    @Override
    public void interim(ResponseHead head) {
        boolean known = !managed.request().version().equals(RequestHead.HTTP_1_0);
        if (known && exchange.current() && !exchange.answer().begun()) {
            exchange.answer().interim(head);
        }
    }

    @Override
    public ChannelFuture head(ResponseHead head) {
        try {
            managed.begin(head.status());
        } catch (IOException e) {
            return exchange.connection().out().failed(e);
        }
        if (!exchange.current()) {
            managed.broken();
            return exchange.connection().out().failed(exchange.gone());
        }
        exchange.answer().begin(head.status(), head.reason(), head.headers(), -1);
        return exchange.connection().out().succeeded();
    }

    @Override
    public ChannelFuture write(ByteBuf piece) {
        if (!exchange.current()) {
            piece.release();
            return exchange.connection().out().failed(exchange.gone());
        }
        return exchange.answer().write(piece);
    }

    @Override
    public void flush() {
        if (exchange.current()) {
            exchange.connection().out().flush();
        }
    }

    /** True also when the client has gone: the next write says so, and nobody waits for more room. */
    @Override
    public boolean writable() {
        return !exchange.current() || exchange.connection().out().isWritable();
    }

    @Override
    public void onWritable(Runnable hook) {
        exchange.connection().onWritable(exchange, hook);
    }

    @Override
    public ChannelFuture end() {
        if (!exchange.current() || !exchange.answer().begun()) {
            managed.broken();
            return exchange.connection().out().failed(exchange.gone());
        }
        ChannelFuture sent = exchange.answer().end();
        if (exchange.answer().done()) {
            managed.complete();
        } else {
            managed.broken();
        }
        return sent;
    }

    @Override
    public void abort() {
        managed.broken();
    }
}
