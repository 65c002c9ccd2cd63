package org.hearthd.ashd;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.hearthd.Exchange;
import org.hearthd.Fd;
import org.hearthd.Request;
import org.hearthd.Response;
import org.hearthd.spi.ErrorPage;
import org.hearthd.spi.ManagedExchange;
import org.hearthd.spi.NoDescriptorException;
import org.hearthd.transport.NoTransportException;
import org.hearthd.transport.PacketConnection;
import org.hearthd.transport.StreamTransport;

/** One exchange on its way through a {@link Forwarder}: as an exchange first, as a datagram with its socket once it was tried. */
final class Waiting {
    private static final System.Logger LOG = System.getLogger(Waiting.class.getName());
    /** How long the peer may hold up the writing of an error page. */
    private static final long PAGE_MS = 1000;

    private final Exchange exchange;
    private final long since;
    private ByteBuffer data;
    private Fd socket;
    /** Guarded by the queue's lock: whether it is one of those that wait. */
    boolean waits;

    /**
     * An exchange that nobody has tried to send.
     *
     * @param since the value of {@link System#nanoTime} at which it came
     */
    Waiting(Exchange exchange, long since) {
        this.exchange = exchange;
        this.since = since;
    }

    /** What is left of so many nanoseconds since it came; not positive if they have passed. */
    long left(long nanos) {
        return nanos - (System.nanoTime() - since);
    }

    /** Whether it came before that value of {@link System#nanoTime}. */
    boolean cameBefore(long moment) {
        return since - moment < 0;
    }

    /** Who answers it if it is sent now; null where that is known already. */
    void label(String generation) {
        if (generation != null && exchange instanceof ManagedExchange managed) {
            managed.generation(generation);
        }
    }

    /** Whether it is an exchange still, so that it leaves when that ends. */
    boolean untried() {
        return socket == null;
    }

    /**
     * Makes the datagram and takes the socket out, once; if that is impossible, answers and returns false.
     *
     * @throws NoTransportException if no socket can be made at the moment; nothing has happened
     */
    boolean prepare(int limit, String handler) throws NoTransportException {
        if (socket != null) {
            return true;
        }
        try {
            data = Datagram.encode(exchange.request(), limit);
        } catch (IOException e) {
            refuseUnsendable(e, handler);
            return false;
        }
        try {
            socket = exchange.takeSocket();
            return true;
        } catch (NoDescriptorException e) {
            answer(503, e.getMessage(), () -> null);
            return false;
        } catch (NoTransportException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            Level level = exchange.ended() ? Level.DEBUG : Level.WARNING;
            LOG.log(level, () -> exchange + ": its response socket can not be sent to " + handler + ": " + e.getMessage());
            answer(503, "The request could not be passed to the handler " + handler + ".", () -> null);
            return false;
        }
    }

    private void refuseUnsendable(IOException e, String handler) {
        // its client's doing, however often
        LOG.log(Level.INFO, () -> exchange + " can not be sent to " + handler + ": " + e.getMessage());
        if (e.getCause() instanceof IllegalArgumentException) {
            answer(502, "The request can not be passed to the handler " + handler + ".", () -> null);
            return;
        }
        Request request = exchange.request();
        int line = request.url().length() + request.rest().length();
        answer(line > Datagram.size(request.headers()) ? 414 : 431,
                "The request is too long for the handler " + handler + ".", () -> null);
    }

    /**
     * One attempt to send it.
     *
     * @return false if the peer's queue is full
     * @throws IOException if it was not sent: it is still whole
     */
    boolean sent(PacketConnection to) throws IOException {
        if (!to.trySend(data, socket)) {
            return false;
        }
        socket.close();
        return true;
    }

    /** Ends it with an error page; does nothing if somebody else has ended it. */
    void answer(int status, String reason, Supplier<StreamTransport> streams) {
        Response page = ErrorPage.of(exchange.id(), status, reason);
        CompletableFuture<Boolean> written = new CompletableFuture<>();
        try {
            Exchange live = socket == null ? exchange : ResponseSocket.exchange("forwarder", exchange.request(), socket, streams);
            // whoever does not even read an error page gets none
            written.completeOnTimeout(false, PAGE_MS, TimeUnit.MILLISECONDS).thenAccept(done -> {
                if (!done) {
                    live.abort();
                }
            });
            live.respond(status == 503 ? page.with("Retry-After", "1") : page);
        } catch (IOException | RuntimeException e) {
            LOG.log(Level.DEBUG, () -> this + ": its " + status + " did not reach the client", e);
        } finally {
            // gives the timer up
            written.complete(true);
        }
    }

    @Override
    public String toString() {
        return exchange.toString();
    }
}
