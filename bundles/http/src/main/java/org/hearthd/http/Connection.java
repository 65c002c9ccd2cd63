package org.hearthd.http;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import org.hearthd.net.Deadline;
import org.hearthd.spi.DescriptorBudget;
import org.hearthd.spi.NoDescriptorException;

/**
 * One client's connection: one request at a time, in order. The next one waits in the decoder's buffer, and when bytes pile up there
 * nothing more is read from the socket. Everything here happens on the connection's loop.
 */
final class Connection extends ChannelInboundHandlerAdapter {
    private static final System.Logger LOG = System.getLogger(Connection.class.getName());
    private static final byte[] CONTINUE = "HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    /** What the connection is about. */
    enum Phase {
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
    private BodyIntake intake;
    private Ending ending;
    private Reports reports;
    private DescriptorBudget.Held held;
    private String[] ash;
    private int ashBytes;
    private boolean inRead;
    private boolean headBegun;

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
        return ending.decided() || front.isDraining();
    }

    Phase phase() {
        return phase;
    }

    boolean wantsHead() {
        return phase == Phase.IDLE && !ending.decided();
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
        intake = new BodyIntake(this, reading);
        ending = new Ending(context, reading);
        reports = new Reports(this, context.channel());
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        reading.set(limits().idleTimeout());
        boolean room = front.opened(this);
        try {
            held = front.budget().hold(DescriptorBudget.Use.CLIENT);
            if (!room) {
                refuse(new Refusal(503, "There are too many connections."));
            }
        } catch (NoDescriptorException e) {
            refuse(new Refusal(503, e.getMessage()));
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        inRead = true;
        out.reading();
        if (message instanceof RequestHead head) {
            begin(head);
        } else if (message instanceof BodyPiece piece) {
            intake.take(piece);
        } else if (message instanceof Refusal refusal) {
            if (phase == Phase.IDLE) {
                refuse(refusal);
            } else {
                intake.refuse(refusal);
            }
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
        checkCutShort();
    }

    /** After a half-close the body's rest is in the decoder's buffer, or nowhere; what is being read may still bring it. */
    private void checkCutShort() {
        if (ending.isInputClosed() && phase == Phase.BUSY && !inRead) {
            intake.inputClosed(decoder.buffered());
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

    /** Answers a request that is none; the connection ends with it. */
    private void refuse(Refusal refusal) {
        ending.decide();
        phase = Phase.BUSY;
        reading.clear();
        exchange = new HttpExchange(this, RequestHead.UNREADABLE, new HttpRequest(RequestHead.UNREADABLE, new String[0]), 0);
        log(exchange, refusal);
        exchange.managed().fail(refusal.status(), refusal.getMessage());
    }

    void log(HttpExchange current, Refusal refusal) {
        LOG.log(Level.INFO, () -> source() + ": " + current.managed() + " from " + ctx.channel().remoteAddress() + ": "
                + refusal.status() + " " + refusal.getMessage());
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            ending.inputClosed();
            switch (phase) {
                case BUSY -> {
                    Probe.start(ctx.channel());
                    HttpExchange current = exchange;
                    intake.inputClosed(decoder.buffered());
                    current.managed().gone();
                }
                case IDLE, DRAIN, LINGER -> ending.close();
                default -> throw new IllegalStateException(phase.name());
            }
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        reading.cancel();
        out.cancel();
        front.closed(this);
        if (held != null) {
            held.release();
        }
        HttpExchange current = exchange;
        if (current != null && phase == Phase.BUSY) {
            reports.broken(current);
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
        if (phase == Phase.IDLE && !headBegun && front.isDraining()) {
            ending.close();
            return;
        }
        if (phase != Phase.BUSY && out.pending() > 0) {
            reading.set(limits().idleTimeout());
            return;
        }
        switch (phase) {
            case IDLE -> {
                if (headBegun) {
                    refuse(new Refusal(408, "The request head did not arrive in time."));
                } else {
                    ending.close();
                }
            }
            case BUSY -> intake.refuse(new Refusal(408, "The request body did not arrive in time."));
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
        if (!ending.isInputClosed() && !ctx.channel().config().isAutoRead()
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
        reports.answered(current);
        boolean bodyEnded = current.requestBody().ended();
        if (!bodyEnded) {
            current.requestBody().fail(new IOException(current.managed() + " was answered already"));
        }
        if (last || ending.decided()) {
            if (bodyEnded && decoder.buffered() == 0 && !ending.decided()) {
                ending.close();
            } else {
                linger();
            }
        } else if (bodyEnded) {
            next();
        } else {
            phase = Phase.DRAIN;
            intake.drop();
            readOn();
            if (ending.isInputClosed() && phase == Phase.DRAIN) {
                ending.close();
            }
        }
    }

    /** On to the next request. */
    void next() {
        exchange = null;
        phase = Phase.IDLE;
        reading.set(limits().idleTimeout());
        if (ending.isInputClosed() && decoder.buffered() == 0) {
            ending.close();
            return;
        }
        readOn();
        if (!inRead && phase == Phase.IDLE && decoder.buffered() > 0 && !headBegun) {
            headBegun = true;
            reading.set(limits().headerTimeout());
        }
        if (ending.isInputClosed() && !inRead && phase == Phase.IDLE) {
            ending.close();
        } else if (front.isDraining()) {
            drain();
        }
    }

    /**
     * The front takes no new connections: a request that has begun is answered, and is the last one. An idle connection gets a little time
     * for one more, because that may be on its way already, and closing would reset it.
     */
    void drain() {
        if (phase == Phase.IDLE && !headBegun && !ending.decided()) {
            // not before the loop has looked at the socket once more
            reading.set(Math.max(1, Math.min(limits().drainIdle(), limits().idleTimeout())));
        }
    }

    /** The connection ends after the answer in progress. */
    void willClose() {
        ending.decide();
    }

    /** Ends the connection behind the answer, but goes on reading, and drops what it reads. */
    void linger() {
        phase = Phase.LINGER;
        ending.decide();
        readOn();
        ending.linger();
    }

    void discarded(int bytes) {
        ending.discarded(bytes);
    }
}
