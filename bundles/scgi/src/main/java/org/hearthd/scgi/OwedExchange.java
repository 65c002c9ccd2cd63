package org.hearthd.scgi;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.util.Optional;
import org.hearthd.Exchange;
import org.hearthd.net.ByteExchange;
import org.hearthd.net.EventLoops;
import org.hearthd.spi.ResponseHead;

/** The view of an exchange whose source does not know any more that a client waits, for its response socket was taken. */
final class OwedExchange implements ByteExchange {
    private final ByteExchange view;
    private final Uses owed;
    private boolean settled;

    private OwedExchange(ByteExchange view, Uses owed) {
        this.view = view;
        this.owed = owed;
    }

    /**
     * The byte view of an exchange.
     *
     * @param owed is in use until the client has its answer, without a moment between the source's count and this one
     */
    static ByteExchange of(EventLoops loops, Exchange exchange, Uses owed) throws IOException {
        Optional<ByteExchange> own = exchange.adapt(ByteExchange.class);
        if (own.isPresent()) {
            return own.get();
        }
        boolean taken = false;
        owed.begin();
        try {
            ByteExchange view = loops.bytes(exchange);
            taken = true;
            return new OwedExchange(view, owed);
        } finally {
            if (!taken) {
                owed.end();
            }
        }
    }

    private void settled() {
        if (!settled) {
            settled = true;
            owed.end();
        }
    }

    @Override
    public ChannelFuture end() {
        return view.end().addListener(done -> settled());
    }

    @Override
    public void abort() {
        settled();
        view.abort();
    }

    @Override
    public EventLoop loop() {
        return view.loop();
    }

    @Override
    public void body(Body receiver) {
        view.body(receiver);
    }

    @Override
    public void read() {
        view.read();
    }

    @Override
    public void interim(ResponseHead head) {
        view.interim(head);
    }

    @Override
    public ChannelFuture head(ResponseHead head) {
        return view.head(head);
    }

    @Override
    public ChannelFuture write(ByteBuf piece) {
        return view.write(piece);
    }

    @Override
    public void flush() {
        view.flush();
    }

    @Override
    public boolean writable() {
        return view.writable();
    }

    @Override
    public void onWritable(Runnable hook) {
        view.onWritable(hook);
    }

    @Override
    public void onGone(Runnable hook) {
        view.onGone(hook);
    }
}
