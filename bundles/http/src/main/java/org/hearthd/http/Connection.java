package org.hearthd.http;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http.HttpContent;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import org.hearthd.spi.ErrorPage;

/**
 * One client's connection: one request at a time, in order. The next one waits in the decoder's buffer, and when bytes pile up there
 * nothing more is read from the socket. Everything here happens on the connection's loop.
 */
final class Connection extends ChannelInboundHandlerAdapter {
    private static final System.Logger LOG = System.getLogger(Connection.class.getName());
    private static final byte[] CONTINUE = "HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    /** What the connection is about. */
    private enum Phase {
        /** Waits for a request, or is in the middle of its head. */
        IDLE,
        /** A request is being answered. */
        BUSY,
        /** The answer is out; the rest of the request's body is read and dropped, then the connection goes on. */
        DRAIN,
        /** The last answer is out; what the client still sends is dropped until it closes. */
        LINGER
    }

    private final Front front;
    private final RequestDecoder decoder = new RequestDecoder(this);
    private ChannelHandlerContext ctx;
    private Deadline reading;
    private Outlet out;
    private Phase phase = Phase.IDLE;
    private volatile HttpExchange exchange;
    private String[] ash;
    private int ashBytes;
    private long dropped;
    private boolean inRead;
    private boolean inputClosed;
    private boolean headBegun;
    private boolean closing;

    Connection(Front front) {
        this.front = front;
    }

    RequestDecoder decoder() {
        return decoder;
    }

    // -- what the others ask

    EventLoop loop() {
        return ctx.channel().eventLoop();
    }

    Front front() {
        return front;
    }

    Limits limits() {
        return front.limits();
    }

    String source() {
        return front.name();
    }

    ResponseWriter writer() {
        return front.writer();
    }

    Outlet out() {
        return out;
    }

    HttpExchange exchange() {
        return exchange;
    }

    boolean isActive() {
        return ctx.channel().isActive();
    }

    /** Whether the answer in progress is the last one of this connection. */
    boolean isClosing() {
        return closing || front.isDraining();
    }

    boolean wantsHead() {
        return phase == Phase.IDLE && !closing;
    }

    boolean wantsBody() {
        return phase == Phase.DRAIN || phase == Phase.BUSY && exchange.requestBody().wanted();
    }

    boolean discards() {
        return phase == Phase.LINGER;
    }

    // -- what arrives

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        ctx = context;
        reading = new Deadline(loop(), this::readTimeout);
        out = new Outlet(context, () -> limits().writeTimeout());
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        reading.set(limits().idleTimeout());
        if (!front.opened(this)) {
            refuse(new Refusal(503, "There are too many connections."));
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        inRead = true;
        out.reading();
        if (message instanceof RequestHead head) {
            begin(head);
        } else if (message instanceof HttpContent content) {
            content(content);
        } else if (message instanceof Refusal refusal) {
            refuse(refusal);
        } else {
            ReferenceCountUtil.release(message);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        inRead = false;
        out.readComplete();
        int waiting = decoder.buffered();
        if (phase == Phase.IDLE && waiting > 0) {
            if (!headBegun) {
                headBegun = true;
                reading.set(limits().headerTimeout());
            }
        } else if (waiting > 0 && !wantsBody() && phase == Phase.BUSY) {
            ctx.channel().config().setAutoRead(false);
        }
    }

    /** Refuses a head that is too large to be passed on. */
    void check(RequestHead head) throws Refusal {
        if (ash == null) {
            ash = AshHeaders.of(ctx.channel());
            ashBytes = RequestHead.fieldBytes(ash);
        }
        AshHeaders.checkDatagram(head, ashBytes);
        long limit = limits().maxBody();
        if (limit > 0 && head.length() > limit) {
            throw new Refusal(413, "The request body is longer than " + limit + " bytes.");
        }
    }

    private void begin(RequestHead head) {
        phase = Phase.BUSY;
        headBegun = false;
        reading.clear();
        exchange = new HttpExchange(this, head, new HttpRequest(head, ash), limits().maxBody());
        front.dispatch(exchange.managed());
    }

    private void content(HttpContent content) {
        HttpExchange current = exchange;
        if (content.decoderResult().isFailure()) {
            content.release();
            badBody(new Refusal(400, "The request body is not well-formed."));
            return;
        }
        try {
            if (phase == Phase.DRAIN) {
                dropped += content.content().readableBytes();
            }
            current.requestBody().receive(content);
        } catch (Refusal refusal) {
            badBody(refusal);
            return;
        }
        watchBody();
        if (phase == Phase.DRAIN) {
            if (current.requestBody().ended()) {
                next();
            } else if (dropped > Limits.KEEP_ALIVE_DRAIN) {
                linger();
            }
        }
    }

    private void watchBody() {
        if (wantsBody() && !exchange.requestBody().ended()) {
            reading.set(limits().bodyTimeout());
        } else if (phase == Phase.BUSY) {
            reading.clear();
        }
    }

    /** The body can not be read to its end: whoever reads it is told, and the client too if its answer has not begun. */
    private void badBody(Refusal refusal) {
        closing = true;
        if (phase == Phase.DRAIN) {
            linger();
            return;
        }
        HttpExchange current = exchange;
        log(current, refusal);
        IOException cause = new IOException(current.managed() + ": " + refusal.getMessage());
        current.requestBody().spoil(cause);
        if (!current.answer().begun()) {
            current.managed().fail(refusal.status(), refusal.getMessage());
        }
        if (!current.answer().begun() && isActive()) {
            // the response socket was taken, so the exchange itself can not be answered any more
            current.answer().whole(ErrorPage.of(current.managed().id(), refusal.status(), refusal.getMessage()));
        }
        current.requestBody().fail(cause);
    }

    /** Answers a request that is none; the connection ends with it. */
    private void refuse(Refusal refusal) {
        closing = true;
        phase = Phase.BUSY;
        reading.clear();
        exchange = new HttpExchange(this, RequestHead.UNREADABLE, new HttpRequest(RequestHead.UNREADABLE, new String[0]), 0);
        log(exchange, refusal);
        exchange.managed().fail(refusal.status(), refusal.getMessage());
    }

    private void log(HttpExchange current, Refusal refusal) {
        LOG.log(Level.INFO, () -> source() + ": " + current.managed() + " from " + ctx.channel().remoteAddress() + ": "
                + refusal.status() + " " + refusal.getMessage());
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            inputClosed = true;
            switch (phase) {
                case BUSY -> {
                    Probe.start(ctx.channel());
                    checkCutShort();
                    exchange.managed().gone();
                }
                case IDLE, DRAIN, LINGER -> close();
                default -> throw new IllegalStateException(phase.name());
            }
        }
    }

    private void checkCutShort() {
        RequestBody body = exchange.requestBody();
        if (inputClosed && phase == Phase.BUSY && !body.ended() && (decoder.buffered() == 0 || body.wanted())) {
            badBody(new Refusal(400, "The request body was cut short."));
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        reading.cancel();
        out.cancel();
        front.closed(this);
        HttpExchange current = exchange;
        if (current != null && phase == Phase.BUSY) {
            current.requestBody().fail(current.gone());
            current.managed().gone();
            out.writabilityChanged();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        Level level = cause instanceof IOException ? Level.DEBUG : Level.WARNING;
        LOG.log(level, () -> source() + ": connection from " + ctx.channel().remoteAddress() + " failed", cause);
        ctx.close();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        out.writabilityChanged();
    }

    private void readTimeout() {
        if (phase != Phase.BUSY && out.pending() > 0) {
            reading.set(limits().idleTimeout());
            return;
        }
        switch (phase) {
            case IDLE -> {
                if (headBegun) {
                    refuse(new Refusal(408, "The request head did not arrive in time."));
                } else {
                    ctx.close();
                }
            }
            case BUSY -> badBody(new Refusal(408, "The request body did not arrive in time."));
            case DRAIN, LINGER -> ctx.close();
            default -> throw new IllegalStateException(phase.name());
        }
    }

    // -- what the body's reader wants

    void bodyWanted() {
        if (phase != Phase.BUSY) {
            return;
        }
        reading.set(limits().bodyTimeout());
        readOn();
        checkCutShort();
    }

    void sendContinue() {
        if (!exchange.answer().begun()) {
            out.write(Unpooled.wrappedBuffer(CONTINUE));
        }
    }

    private void readOn() {
        try {
            decoder.resume();
        } catch (Exception e) {
            exceptionCaught(ctx, e);
        }
        if (!inputClosed && !ctx.channel().config().isAutoRead()
                && (phase != Phase.BUSY || wantsBody() || decoder.buffered() == 0)) {
            ctx.channel().config().setAutoRead(true);
        }
    }

    // -- what the answer does

    void onWritable(HttpExchange of, Runnable hook) {
        if (exchange == of) {
            out.onWritable(hook);
        }
    }

    void abort() {
        out.abort();
    }

    /** The answer is complete: on to the next request, or to the end. */
    void answered(boolean last) {
        out.onWritable(null);
        HttpExchange current = exchange;
        boolean bodyEnded = current.requestBody().ended();
        current.requestBody().fail(new IOException(current.managed() + " was answered already"));
        if (last || closing) {
            if (bodyEnded && decoder.buffered() == 0 && !closing) {
                close();
            } else {
                linger();
            }
        } else if (bodyEnded) {
            next();
        } else {
            phase = Phase.DRAIN;
            dropped = 0;
            reading.set(limits().bodyTimeout());
            readOn();
            if (inputClosed && phase == Phase.DRAIN) {
                close();
            }
        }
    }

    private void next() {
        exchange = null;
        phase = Phase.IDLE;
        reading.set(limits().idleTimeout());
        if (front.isDraining() || inputClosed && decoder.buffered() == 0) {
            close();
            return;
        }
        readOn();
        if (!inRead && phase == Phase.IDLE && decoder.buffered() > 0 && !headBegun) {
            headBegun = true;
            reading.set(limits().headerTimeout());
        }
        if (inputClosed && !inRead && phase == Phase.IDLE) {
            close();
        }
    }

    /** The front takes no new requests: an idle connection ends now, a busy one after its answer. */
    void drain() {
        if (phase == Phase.IDLE) {
            close();
        }
    }

    private void close() {
        closing = true;
        ctx.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
    }

    /** Closes our side after the answer and drops what still comes: closing with unread bytes would reset the answer away. */
    private void linger() {
        phase = Phase.LINGER;
        closing = true;
        dropped = 0;
        reading.set(Limits.LINGER_TIMEOUT);
        readOn();
        ctx.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(f -> {
            if (inputClosed || !f.isSuccess()) {
                ctx.close();
            } else if (ctx.channel().isActive()) {
                ((DuplexChannel) ctx.channel()).shutdownOutput();
            }
        });
    }

    void discarded(int bytes) {
        dropped += bytes;
        reading.set(Limits.LINGER_TIMEOUT);
        if (dropped > Limits.LINGER_BYTES) {
            ctx.close();
        }
    }
}
