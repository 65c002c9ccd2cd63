package org.hearthd.scgi;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.concurrent.RejectedExecutionException;
import org.hearthd.Exchange;
import org.hearthd.Headers;
import org.hearthd.Outcome;
import org.hearthd.Request;
import org.hearthd.Response;
import org.hearthd.net.ByteExchange;
import org.hearthd.net.Deadline;
import org.hearthd.net.LoopSocket;
import org.hearthd.spi.ErrorPage;
import org.hearthd.spi.ResponseHead;
import org.hearthd.spi.Roster;

/**
 * One exchange and its connection to a server: when it begins, what it waits for, how it ends. Of the exchange's loop. The two ways of
 * the bytes are {@link Uplink} and {@link Downlink}.
 */
final class Conversation extends Roster.Entry implements Gate.Waiter {
    private static final System.Logger LOG = System.getLogger(Conversation.class.getName());
    /** How long a server that has answered completely may take to close, when it has seen the end of the request. */
    private static final long LINGER_MS = 1000;

    /** What it waits for, which says what went wrong when the deadline is reached. */
    private enum Wait {
        BODY, PLACE, SERVER_READS, END, FIRST_BYTE, ANSWER, CLOSE, CLOSE_AFTER_END
    }

    private final ScgiHandler handler;
    private final Settings settings;
    /** Who finds the server. */
    private Dialer dialer;
    private final Exchange exchange;
    private final Request request;
    private final ByteExchange view;
    private final Deadline deadline;
    private final Uplink up;
    private Downlink down;
    private Dialer.Line line;
    private Wait wait;
    private long length;
    private boolean inside;
    /** The search for a server, or null. */
    private Future<Dialer.Line> dialing;
    private boolean over;

    Conversation(ScgiHandler handler, Settings settings, Exchange exchange, ByteExchange view) {
        this.handler = handler;
        this.settings = settings;
        this.exchange = exchange;
        this.request = exchange.request();
        this.view = view;
        this.deadline = new Deadline(view.loop(), this::late);
        this.up = new Uplink(this, view, settings);
    }

    void start() {
        if (settings.cancelWhenGone()) {
            exchange.onGone(() -> onLoop(this::clientGone));
            view.onGone(this::clientGone);
        }
        exchange.onEnd(this::ended);
        if (!over) {
            up.start();
        }
    }

    /** By whoever owns it besides us: nobody wants the answer any more. */
    private void ended(Outcome outcome) {
        if (outcome.end() != Outcome.End.MOVED) {
            onLoop(() -> {
                if (down == null || !down.answered()) {
                    finish();
                }
            });
        }
    }

    private void onLoop(Runnable step) {
        if (view.loop().inEventLoop()) {
            step.run();
        } else {
            view.loop().execute(step);
        }
    }

    // -- what the two ways ask

    Request request() {
        return request;
    }

    boolean isOver() {
        return over;
    }

    boolean hasBody() {
        return length > 0;
    }

    boolean isTcp() {
        return line.server().isTcp();
    }

    boolean isSentWhole() {
        return up.isSentWhole();
    }

    Spool newSpool() {
        return handler.newSpool(view.loop(), settings);
    }

    // -- to the server

    /** The length of the body is known. */
    void ready(long bodyLength) {
        length = bodyLength;
        switch (handler.gate().enter(this)) {
            case ADMITTED -> enter();
            case WAITING -> await(Wait.PLACE, settings.times().queue());
            default -> tooMany();
        }
    }

    private void tooMany() {
        handler.overloaded();
        fail(503, "There are too many requests for this application.");
    }

    @Override
    public void admitted() {
        // never at once: where nobody listens the next one is admitted as soon as this one is, inside the call
        view.loop().execute(() -> {
            if (over) {
                handler.gate().leave();
            } else {
                enter();
            }
        });
    }

    private void enter() {
        inside = true;
        deadline.clear();
        dial();
    }

    /** With whom it is now: a change of the settings while this exchange waited must not cost it its answer. */
    private void dial() {
        Dialer current = handler.use();
        dialer = current;
        Future<Dialer.Line> search = current.dial(view.loop(), exchange);
        dialing = search;
        if (search.isDone()) {
            dialed(search);
        } else {
            search.addListener(done -> dialed(search));
        }
    }

    private void dialed(Future<Dialer.Line> dialed) {
        if (!dialed.isSuccess() && !over && dialer != handler.dialer()) {
            dialer.end();
            dial();
            return;
        }
        dialing = null;
        if (!dialed.isSuccess()) {
            if (over) {
                leave();
            } else {
                Throwable cause = dialed.cause();
                fail(cause instanceof Dialer.Refused refused ? refused.status() : 503, cause.getMessage());
            }
            return;
        }
        Dialer.Line found = dialed.getNow();
        if (over) {
            found.close();
            leave();
            return;
        }
        line = found;
        LoopSocket socket = found.socket();
        down = new Downlink(this, view, settings, socket);
        try {
            socket.open(ByteBufAllocator.DEFAULT, down);
            if (hasBody() && isTcp()) {
                socket.noDelay();
            }
        } catch (IOException e) {
            // not the server's fault
            line.server().report(exchange.toString(), e.getMessage());
            fail(503, "The runtime has no connection left.");
            return;
        }
        up.send(socket, Variables.encode(request, length, settings, handler.software(), handler.block(view.loop())));
        if (!over) {
            down.start();
        }
    }

    // -- what it waits for

    private void await(Wait what, long millis) {
        wait = what;
        deadline.set(millis);
    }

    void waitForBody() {
        if (down == null || down.silent()) {
            await(Wait.BODY, settings.times().body());
        } else {
            answering();
        }
    }

    void sending() {
        if (down == null || down.silent()) {
            await(Wait.SERVER_READS, settings.times().send());
        } else {
            answering();
        }
    }

    /** All of the request is sent but its end, which most servers need not see, and which is told to those that wait for it. */
    void requestSent() {
        long delay = settings.halfClose() ? settings.times().halfClose() : 0;
        if (delay == 0 || !down.silent()) {
            up.endInput();
        }
        if (down.silent()) {
            await(delay == 0 ? Wait.FIRST_BYTE : Wait.END, delay == 0 ? settings.times().firstByte() : delay);
        } else {
            answering();
        }
    }

    /** The server has begun to answer; it may wait for the end of the request before it goes on. */
    void answerGoesOn() {
        up.endInput();
    }

    /**
     * Bytes have moved, either way, while the answer comes. The source, or the view of a response socket, watches over a client that does
     * not take it: then there is no deadline.
     */
    void answering() {
        if (down.answered()) {
            return;
        }
        if (down.isPaused()) {
            deadline.clear();
        } else {
            await(Wait.ANSWER, settings.times().idle());
        }
    }

    private void late() {
        if (over) {
            return;
        }
        switch (wait) {
            case BODY -> bodyLate();
            case PLACE -> {
                if (handler.gate().withdraw(this)) {
                    tooMany();
                }
            }
            case SERVER_READS -> serverLate("it took nothing of the request for " + settings.times().send() + " ms");
            case END -> {
                up.endInput();
                await(Wait.FIRST_BYTE, Math.max(1, settings.times().firstByte() - settings.times().halfClose()));
            }
            case FIRST_BYTE -> serverLate("no answer within " + settings.times().firstByte() + " ms");
            case CLOSE -> {
                up.endInput();
                await(Wait.CLOSE_AFTER_END, LINGER_MS);
            }
            case CLOSE_AFTER_END -> finish();
            case ANSWER -> answerLate();
            default -> throw new IllegalStateException(wait.name());
        }
    }

    private void bodyLate() {
        refuse(408, "The request body did not arrive in time.");
    }

    /** A server that waits for the rest of the request has not stopped. */
    private void answerLate() {
        if (up.waitsForClient()) {
            bodyLate();
        } else {
            serverLate("its answer stopped for " + settings.times().idle() + " ms");
        }
    }

    private void serverLate(String why) {
        complain(why);
        fail(504, "The application server did not answer in time.");
    }

    // -- how it ends

    void serverWorks() {
        line.server().works();
    }

    /** The client has its answer; the server may still be writing, or waiting for the end of the request. */
    void answered() {
        if (up.isSent() && !line.socket().isAtEnd()) {
            await(Wait.CLOSE, Math.max(1, settings.times().halfClose()));
        } else {
            finish();
        }
    }

    /** The server's answer is none, or not all of it. */
    void broken(String why) {
        if (over) {
            return;
        }
        complain(why);
        fail(502, "The application server gave no valid answer.");
    }

    /** Something has gone wrong here, which is not the server's fault. */
    void lost() {
        if (!over) {
            fail(502, "The connection to the application server was lost.");
        }
    }

    /** A server that has said nothing is avoided for a while. */
    private void complain(String why) {
        if (down.silent()) {
            line.server().failed(exchange.toString(), why);
        } else {
            line.server().report(exchange.toString(), why);
        }
    }

    void failedToKeep(IOException cause) {
        LOG.log(Level.WARNING, () -> handler + ": " + exchange + ": " + cause.getMessage());
        fail(503, "The request body can not be kept.");
    }

    /** The request can not be passed on. */
    void refuse(int status, String reason) {
        if (!over) {
            LOG.log(Level.INFO, () -> handler + ": " + exchange + ": " + status + " " + reason);
            fail(status, reason);
        }
    }

    void bodyFailed(IOException cause) {
        LOG.log(Level.DEBUG, () -> handler + ": " + exchange + ": its body", cause);
        clientGone();
    }

    void clientGone() {
        if (!over && (down == null || !down.answered())) {
            LOG.log(Level.DEBUG, () -> handler + ": " + exchange + ": the client is gone");
            finish();
            view.abort();
        }
    }

    /** The handler stops. */
    void stop() {
        try {
            onLoop(() -> {
                if (!over) {
                    fail(503, "The application is being stopped.");
                }
            });
        } catch (RejectedExecutionException e) {
            LOG.log(Level.DEBUG, () -> handler + ": " + exchange + ": its event loop has ended", e);
        }
    }

    private void fail(int status, String reason) {
        boolean begun = down != null && down.begun();
        boolean answered = down != null && down.answered();
        finish();
        if (begun && !answered) {
            view.flush();
            view.abort();
        } else if (!begun) {
            page(status, reason);
        }
    }

    private void page(int status, String reason) {
        Response page = ErrorPage.of(exchange.id(), status, reason);
        Headers headers = page.headers().with("Content-Length", Integer.toString(page.length()));
        if (status == 503) {
            headers = headers.with("Retry-After", Long.toString(Math.max(1, settings.times().fail() / 1000)));
        }
        view.head(ResponseHead.of(status, headers));
        if (!request.method().equals("HEAD")) {
            view.write(Unpooled.wrappedBuffer(page.body()));
        }
        view.end();
    }

    /** Lets go of everything but the client. */
    void finish() {
        if (over) {
            return;
        }
        over = true;
        deadline.cancel();
        up.release();
        if (down != null && down.answered()) {
            line.close();
        } else if (line != null) {
            line.abandon();
        }
        if (!inside) {
            handler.gate().withdraw(this);
        } else if (dialing == null) {
            leave();
        } else {
            dialing.cancel(false);
        }
        if (dialer != null) {
            dialer.end();
        }
        handler.ended(this);
    }

    private void leave() {
        inside = false;
        handler.gate().leave();
    }
}
