package org.hearthd.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.hearthd.Fd;
import org.hearthd.net.ByteExchange.Body;
import org.hearthd.spi.ErrorPage;
import org.hearthd.spi.ResponseHead;
import org.hearthd.transport.FdPair;

/**
 * Stands between a client and a taken response socket: the request body goes to the socket, its end as a half-close; the answer comes
 * from the socket, head first, and is framed for the client. Both ways at once, neither faster than the other side reads.
 */
final class SocketRelay extends ChannelInboundHandlerAdapter implements Body {
    private static final System.Logger LOG = System.getLogger(SocketRelay.class.getName());

    private final HttpExchange exchange;
    private Channel socket;
    private CompositeByteBuf head;
    private boolean answering;
    private boolean over;

    private SocketRelay(HttpExchange exchange) {
        this.exchange = exchange;
    }

    /** Makes the socket pair and starts to relay; the caller owns what it gets. */
    static Fd start(HttpExchange exchange) throws IOException {
        SocketRelay relay = new SocketRelay(exchange);
        FdPair pair = exchange.connection().front().loops().pair();
        try {
            relay.socket = exchange.connection().front().loops().adopt(pair.ours(), exchange.loop(), relay, false);
        } catch (IOException | RuntimeException e) {
            pair.theirs().close();
            throw e;
        }
        exchange.run(relay::begin);
        return pair.theirs();
    }

    private void begin() {
        if (over || !exchange.current()) {
            // the taker, or the client, was faster
            finish();
            return;
        }
        // a write that fails because the taker has answered without reading must not lose the answer
        socket.config().setOption(ChannelOption.AUTO_CLOSE, false);
        head = socket.alloc().compositeBuffer(64);
        exchange.connection().onWritable(exchange, this::pace);
        exchange.requestBody().receiver(this);
        exchange.requestBody().read();
        pace();
    }

    /** Reads from the socket while the client takes it. */
    private void pace() {
        if (!exchange.current()) {
            finish();
        } else if (!over) {
            socket.config().setAutoRead(exchange.connection().out().isWritable());
        }
    }

    // -- the request body, to the socket

    @Override
    public void data(ByteBuf piece) {
        socket.writeAndFlush(piece).addListener(f -> {
            if (f.isSuccess()) {
                exchange.requestBody().read();
            }
        });
    }

    @Override
    public void end() {
        socket.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(f -> {
            if (f.isSuccess()) {
                ((DuplexChannel) socket).shutdownOutput();
            }
        });
    }

    /** A plain half-close would look like a complete body, so the whole socket goes; an answer that has begun can not be completed. */
    @Override
    public void failed(IOException cause) {
        if (!over) {
            finish();
            if (exchange.current() && answering) {
                exchange.connection().abort();
            }
        }
    }

    // -- the answer, from the socket

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        if (over || !exchange.current()) {
            bytes.release();
        } else if (answering) {
            exchange.answer().write(bytes);
        } else {
            head.addComponent(true, bytes);
            readHead();
        }
    }

    private void readHead() {
        try {
            while (!answering && !over) {
                ByteBuffer view = head.nioBuffer();
                Optional<ResponseHead> found = ResponseHead.decode(view);
                if (found.isEmpty()) {
                    if (head.readableBytes() >= ResponseHead.LIMIT) {
                        throw new IllegalArgumentException("response head is longer than " + ResponseHead.LIMIT + " bytes");
                    }
                    return;
                }
                head.skipBytes(view.position());
                take(found.get());
            }
        } catch (IllegalArgumentException e) {
            refuse(502, "The handler's answer was malformed: " + e.getMessage() + ".");
            return;
        }
        if (answering && !over) {
            ByteBuf left = head;
            head = null;
            exchange.answer().write(left);
        }
    }

    private void take(ResponseHead found) {
        if (found.status() == 101) {
            throw new IllegalArgumentException("101 Switching Protocols is not possible here");
        }
        if (found.status() < 200) {
            interim(found);
            return;
        }
        boolean raw = found.headers().contains("Transfer-Encoding");
        if (raw && found.headers().contains("Content-Length")) {
            throw new IllegalArgumentException("it has both Content-Length and Transfer-Encoding");
        }
        if (found.headers().all("Content-Length").size() > 1) {
            throw new IllegalArgumentException("it has more than one Content-Length");
        }
        answering = true;
        exchange.answer().begin(found.status(), found.reason(), found.headers(), -1, raw);
        exchange.connection().out().flush();
    }

    /** 103 and the like go on to a client that can take them; 100 is the front's own affair. */
    private void interim(ResponseHead found) {
        if (found.status() != 100 && exchange.managed().request().version().equals(RequestHead.HTTP_1_1)) {
            exchange.connection().out().write(Unpooled.wrappedBuffer(found.encode()));
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            answered();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        answered();
    }

    /** A reset says that the taker closed without reading all of the body, which it may; what it wrote has been read before. */
    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        LOG.log(Level.DEBUG, () -> exchange.managed() + ": response socket", cause);
        answered();
    }

    private void answered() {
        if (over) {
            return;
        }
        if (!exchange.current()) {
            finish();
        } else if (answering) {
            finish();
            exchange.answer().end();
        } else {
            refuse(502, "The handler closed the response socket without an answer.");
        }
    }

    private void refuse(int status, String reason) {
        String id = exchange.managed().id();
        LOG.log(status < 500 ? Level.INFO : Level.WARNING, () -> exchange.managed() + ": " + status + " " + reason);
        finish();
        if (!exchange.current()) {
            return;
        }
        if (exchange.answer().begun()) {
            exchange.connection().abort();
        } else {
            exchange.answer().whole(ErrorPage.of(id, status, reason));
        }
    }

    private void finish() {
        over = true;
        if (head != null) {
            head.release();
            head = null;
        }
        socket.close();
    }
}
