package org.hearthd.ashd;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.hearthd.Exchange;
import org.hearthd.Fd;
import org.hearthd.Headers;
import org.hearthd.Request;
import org.hearthd.spi.ErrorPage;
import org.hearthd.spi.ManagedExchange;
import org.hearthd.transport.ExhaustedTransportException;
import org.hearthd.transport.Packet;
import org.hearthd.transport.PacketConnection;
import org.hearthd.transport.StreamTransport;
import org.hearthd.transport.TransportException;

/** Receives and sends requests on a connection: one datagram with one response socket each. */
public final class Requests {
    private static final System.Logger LOG = System.getLogger(Requests.class.getName());
    /** The most that one message can bring; taken all, so that the sender of too many still gets its 400. */
    private static final int MAX_FDS = 253;
    private static final long EXHAUSTED_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    /** What a request is called that could not be read. */
    private static final Request UNREADABLE = Request.of("(unreadable)", "", "HTTP/1.1", "", Headers.EMPTY);

    private Requests() {}

    /**
     * Receives requests on the caller's thread until the peer has closed or {@code from} was closed meanwhile. A datagram that is not
     * one request with one response socket is logged and refused, with a 400 where it brought a socket; receiving goes on.
     *
     * @param from stays the caller's
     * @param streams asked once per exchange that is read or answered here for the transport of that moment, or null
     * @param source who receives, for messages, e.g. {@code stdin}
     * @param to takes every exchange over; must not block for long
     * @throws IOException if the connection is broken
     */
    public static void receive(PacketConnection from, Supplier<StreamTransport> streams, String source, Consumer<Exchange> to)
            throws IOException {
        receive(from, streams, source, to, e -> LOG.log(Level.WARNING, () -> source + ": " + e.getMessage()));
    }

    /**
     * Receives as {@link #receive} does, but only up to the first datagram that is refused. One for which this process had no
     * descriptor left is lost, which is no fault of the peer's.
     *
     * @throws TransportException if a datagram was refused, saying why
     * @throws IOException if the connection is broken
     */
    public static void receiveStrictly(PacketConnection from, Supplier<StreamTransport> streams, String source,
            Consumer<Exchange> to) throws IOException {
        receive(from, streams, source, to, e -> {
            throw e;
        });
    }

    /** What becomes of a connection that has brought something that is no request. */
    private interface Refusal {
        void of(TransportException e) throws TransportException;
    }

    private static void receive(PacketConnection from, Supplier<StreamTransport> streams, String source, Consumer<Exchange> to,
            Refusal refusal) throws IOException {
        try (Packet packet = new Packet(MAX_FDS)) {
            boolean open = true;
            while (open) {
                try {
                    open = from.receive(packet) >= 0;
                    if (open) {
                        take(packet, streams, source, to);
                    }
                } catch (ExhaustedTransportException e) {
                    LOG.log(Level.WARNING, () -> source + ": a request is lost: " + e.getMessage());
                    // what is still in the queue had better wait until there are descriptors again
                    LockSupport.parkNanos(EXHAUSTED_NANOS);
                } catch (TransportException e) {
                    refusal.of(packet.fds().isEmpty() ? e : refuse(packet, UNREADABLE, streams, source, e.getMessage()));
                }
            }
        }
    }

    private static void take(Packet packet, Supplier<StreamTransport> streams, String source, Consumer<Exchange> to)
            throws TransportException {
        int sockets = packet.fds().size();
        if (sockets == 0) {
            throw new TransportException("a datagram of " + packet.data().remaining() + " bytes had no response socket: dropped");
        }
        Request request;
        try {
            request = Datagram.decode(packet.data());
        } catch (MalformedDatagramException e) {
            throw refuse(packet, UNREADABLE, streams, source, e.getMessage());
        }
        if (sockets > 1) {
            throw refuse(packet, request, streams, source,
                    "the datagram had " + sockets + " descriptors instead of one response socket");
        }
        Fd socket = packet.fds().remove(0);
        // whoever takes the exchange over may wait for others to end, as long as those want
        packet.release();
        hand(ResponseSocket.exchange(source, request, socket, streams), to);
    }

    private static void hand(ManagedExchange exchange, Consumer<Exchange> to) {
        try {
            to.accept(exchange);
        } catch (RuntimeException | OutOfMemoryError e) {
            LOG.log(Level.ERROR, () -> exchange + " could not be dispatched", e);
            exchange.fail(500, "The request could not be dispatched.");
        }
    }

    /** Answers 400 on the first descriptor; the packet closes the others. */
    private static TransportException refuse(Packet packet, Request request, Supplier<StreamTransport> streams, String source,
            String why) {
        ManagedExchange exchange = ResponseSocket.exchange(source, request, packet.fds().remove(0), streams);
        packet.clear();
        exchange.fail(400, "The request could not be read.");
        return new TransportException("request " + exchange.id() + " was refused: " + why);
    }

    /**
     * Sends a request and its response socket to another process, which answers it; waits while that one's queue is full.
     *
     * @param to stays the caller's
     * @param exchange ended by a success; still the caller's if its request can not be sent (too long, illegal characters) or its
     *        socket not be taken: {@link Exchange#ended} tells
     * @param limit the longest datagram that the receiver takes, as for {@link Datagram#encode}
     * @param streams answers 502 on the response socket where sending fails; null: the socket is closed unanswered
     * @throws IOException if nothing was sent
     */
    public static void send(PacketConnection to, Exchange exchange, int limit, StreamTransport streams) throws IOException {
        ByteBuffer data = Datagram.encode(exchange.request(), limit);
        try (Fd socket = exchange.takeSocket()) {
            try {
                to.send(data, socket);
            } catch (IOException e) {
                giveBack(exchange, socket, streams);
                throw new IOException(exchange + " could not be sent: " + e.getMessage(), e);
            }
        }
    }

    /** The sender has the socket again and nobody else will answer on it. */
    private static void giveBack(Exchange exchange, Fd socket, StreamTransport streams) {
        if (streams == null) {
            return;
        }
        try {
            ResponseSocket.exchange("sender", exchange.request(), socket, () -> streams)
                    .respond(ErrorPage.of(exchange.id(), 502, "The process that should answer could not be reached."));
        } catch (IOException e) {
            LOG.log(Level.DEBUG, () -> exchange + ": its 502 did not reach the client", e);
        }
    }
}
