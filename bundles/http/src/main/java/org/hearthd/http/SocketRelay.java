package org.hearthd.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.hearthd.Fd;
import org.hearthd.Headers;
import org.hearthd.net.ByteExchange.Body;
import org.hearthd.net.Deadline;
import org.hearthd.net.EventLoops;
import org.hearthd.net.LoopSocket;
import org.hearthd.spi.DescriptorBudget;
import org.hearthd.spi.ErrorPage;
import org.hearthd.spi.NoDescriptorException;
import org.hearthd.spi.ResponseHead;
import org.hearthd.transport.FdPair;
import org.hearthd.transport.NoTransportException;

/**
 * Stands between a client and a taken response socket: the request body goes to the socket, its end as a half-close; the answer comes
 * from the socket, head first, and is framed for the client. Both ways at once, neither faster than the other side reads, and not
 * for ever: see {@link #late}.
 */
final class SocketRelay implements LoopSocket.Receiver, Body {
    private static final System.Logger LOG = System.getLogger(SocketRelay.class.getName());

    private final HttpExchange exchange;
    private final DescriptorBudget.Held held;
    private LoopSocket socket;
    /** What has come of the head, or of a chunk's lines. */
    private ByteBuf partial = Unpooled.EMPTY_BUFFER;
    /** Takes the chunked coding off that the taker has applied, or null. */
    private Chunks chunks;
    private final Deadline quiet;
    private boolean heard;
    private boolean answering;
    private boolean over;

    private SocketRelay(HttpExchange exchange) throws NoDescriptorException {
        this.exchange = exchange;
        this.held = exchange.connection().front().budget().hold(DescriptorBudget.Use.IN_FLIGHT);
        this.quiet = new Deadline(exchange.loop(), this::late);
    }

    /** Makes the socket pair and starts to relay; the caller owns what it gets. */
    static Fd start(HttpExchange exchange) throws IOException {
        SocketRelay relay = new SocketRelay(exchange);
        try {
            return relay.connect();
        } catch (NoTransportException e) {
            relay.held.release();
            throw e;
        } catch (IOException e) {
            relay.held.release();
            throw new NoDescriptorException("No socket can be made for this request: " + e.getMessage() + ".", e);
        }
    }

    private Fd connect() throws IOException {
        EventLoops loops = exchange.connection().front().loops();
        FdPair pair = loops.pair();
        try {
            socket = loops.serve(pair.ours(), exchange.loop());
        } catch (IOException | RuntimeException e) {
            pair.theirs().close();
            throw e;
        }
        exchange.run(this::begin);
        return pair.theirs();
    }

    private void begin() {
        if (!exchange.current()) {
            // the client was faster
            finish();
            return;
        }
        try {
            socket.open(allocator(), this);
        } catch (IOException e) {
            breakOff();
            return;
        }
        exchange.connection().onWritable(exchange, this::pace);
        moved();
        exchange.requestBody().receiver(this);
        exchange.requestBody().read();
        pace();
    }

    private ByteBufAllocator allocator() {
        return exchange.connection().out().allocator();
    }

    /** A byte has moved: the time starts again. */
    private void moved() {
        Limits limits = exchange.connection().limits();
        long time = heard ? limits.socketIdle() : limits.socketAnswer();
        if (time > 0 && !over) {
            quiet.set(time);
        } else {
            quiet.clear();
        }
    }

    /** Nothing has moved for too long. The client's own delays have limits elsewhere. */
    private void late() {
        if (!exchange.current()) {
            finish();
        } else if (exchange.connection().out().pending() > 0 || exchange.requestBody().wanted()) {
            moved();
        } else if (exchange.answer().full()) {
            complete();
        } else if (answering) {
            LOG.log(Level.WARNING,
                    () -> exchange.managed() + ": nothing moved on its response socket for too long in the middle of the answer");
            breakOff();
        } else {
            refuse(504, "The handler did not answer in time.");
        }
    }

    /** Reads from the socket while the client takes it. */
    private void pace() {
        if (!exchange.current()) {
            finish();
        } else if (!over) {
            socket.reading(exchange.connection().out().isWritable());
        }
    }

    // -- the request body, to the socket

    @Override
    public void data(ByteBuf piece) {
        if (over) {
            piece.release();
            return;
        }
        socket.write(piece, failure -> {
            // who takes no more of the body may still answer
            if (failure == null) {
                moved();
                exchange.requestBody().read();
            }
        });
    }

    @Override
    public void end() {
        socket.end();
    }

    /** A plain half-close would look like a complete body, so the whole socket goes; an answer that has begun can not be completed. */
    @Override
    public void failed(IOException cause) {
        if (over) {
            return;
        }
        if (cause.getCause() instanceof Refusal refusal) {
            answer(refusal.status(), refusal.getMessage());
        } else {
            finish();
        }
    }

    // -- the answer, from the socket

    @Override
    public void received(ByteBuf bytes) {
        if (over || !exchange.current()) {
            bytes.release();
            return;
        }
        // what is read at once goes out at once
        exchange.connection().out().reading();
        heard = true;
        moved();
        if (answering) {
            body(bytes);
        } else {
            partial = cumulated(bytes);
            readHead();
        }
    }

    @Override
    public void receivedAll() {
        exchange.connection().out().readComplete();
    }

    private ByteBuf cumulated(ByteBuf bytes) {
        return ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(allocator(), partial, bytes);
    }

    private void body(ByteBuf bytes) {
        if (chunks == null) {
            exchange.answer().write(bytes);
            if (socket.isAtEnd() && exchange.answer().full()) {
                complete();
            } else {
                exchange.connection().out().flush();
            }
            return;
        }
        partial = cumulated(bytes);
        try {
            for (ByteBuf piece = chunks.next(partial); piece != null && !over; piece = chunks.next(partial)) {
                exchange.answer().write(piece);
            }
        } catch (Refusal e) {
            LOG.log(Level.WARNING, () -> exchange.managed() + ": the handler's chunks are malformed");
            breakOff();
            return;
        }
        if (chunks.ended()) {
            complete();
        } else {
            exchange.connection().out().flush();
        }
    }

    private void readHead() {
        try {
            while (!answering && !over) {
                ByteBuffer view = partial.nioBuffer();
                Optional<ResponseHead> found = ResponseHead.decode(view);
                if (found.isEmpty()) {
                    if (partial.readableBytes() >= ResponseHead.LIMIT) {
                        throw new IllegalArgumentException("response head is longer than " + ResponseHead.LIMIT + " bytes");
                    }
                    return;
                }
                partial.skipBytes(view.position());
                take(found.get());
            }
        } catch (IllegalArgumentException e) {
            refuse(502, "The handler's answer was malformed: " + e.getMessage() + ".");
            return;
        }
        if (answering && !over) {
            ByteBuf left = partial;
            partial = Unpooled.EMPTY_BUFFER;
            body(left);
        }
    }

    private void take(ResponseHead found) {
        check(found.status() != 101, "101 Switching Protocols is not possible here");
        if (found.status() < 200) {
            interim(found);
            return;
        }
        Headers headers = found.headers();
        check(headers.all("Content-Length").size() < 2, "it has more than one Content-Length");
        check(!headers.contains("Content-Length") || Answer.length(headers) >= 0, "its Content-Length is not a number");
        boolean coded = headers.contains("Transfer-Encoding");
        check(!coded || !headers.contains("Content-Length"), "it has both Content-Length and Transfer-Encoding");
        check(!coded || String.join(",", headers.all("Transfer-Encoding")).equalsIgnoreCase("chunked"),
                "its Transfer-Encoding is not chunked");
        boolean bodiless = exchange.managed().request().method().equals("HEAD") || found.status() == 204 || found.status() == 304;
        chunks = coded && !bodiless ? new Chunks() : null;
        if (found.status() == 304 && "0".equals(headers.get("Content-Length"))) {
            // said for the sake of parsers that do not know 304, not of what a GET would bring
            headers = headers.without("Content-Length");
        }
        answering = true;
        exchange.answer().begin(found.status(), found.reason(), headers, -1);
    }

    private static void check(boolean sound, String otherwise) {
        if (!sound) {
            throw new IllegalArgumentException(otherwise);
        }
    }

    /** 103 and the like go on to a client that can take them; 100 is the front's own affair. */
    private void interim(ResponseHead found) {
        if (found.status() != 100 && exchange.managed().request().version().equals(RequestHead.HTTP_1_1)) {
            exchange.answer().interim(found);
        }
    }

    /**
     * The taker's end of the socket has ended. A reset says that the taker has closed, or died, without reading all of the body. Its
     * answer is as complete as it says itself.
     */
    @Override
    public void ended(IOException failure) {
        if (over) {
            return;
        }
        if (!exchange.current()) {
            finish();
        } else if (!answering) {
            refuse(502, "The handler closed the response socket without an answer.");
        } else if ((failure != null || chunks != null) && !exchange.answer().full()) {
            breakOff();
        } else {
            complete();
        }
    }

    @Override
    public void lost() {
        if (over) {
            return;
        }
        if (exchange.current()) {
            refuse(502, "The connection to the handler was lost.");
        } else {
            finish();
        }
    }

    private void complete() {
        finish();
        exchange.answer().end();
    }

    private void breakOff() {
        finish();
        if (exchange.current()) {
            exchange.connection().abort();
        }
    }

    private void refuse(int status, String reason) {
        LOG.log(Level.WARNING, () -> exchange.managed() + ": " + status + " " + reason);
        answer(status, reason);
    }

    /** Ends with an error page, or with a broken connection where that comes too late. */
    private void answer(int status, String reason) {
        if (exchange.answer().begun()) {
            breakOff();
            return;
        }
        finish();
        if (exchange.current()) {
            exchange.answer().whole(ErrorPage.of(exchange.managed().id(), status, reason));
        }
    }

    private void finish() {
        if (!over) {
            held.release();
        }
        over = true;
        quiet.cancel();
        partial.release();
        partial = Unpooled.EMPTY_BUFFER;
        socket.close();
    }
}
