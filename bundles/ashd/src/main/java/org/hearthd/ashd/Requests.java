package org.hearthd.ashd;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.util.function.Consumer;
import org.hearthd.Exchange;
import org.hearthd.Fd;
import org.hearthd.Headers;
import org.hearthd.Request;
import org.hearthd.spi.ManagedExchange;
import org.hearthd.transport.Packet;
import org.hearthd.transport.PacketConnection;
import org.hearthd.transport.StreamTransport;
import org.hearthd.transport.TransportException;

/** Requests on a packet connection: receiving them as exchanges, and sending exchanges on. */
public final class Requests {
    private static final System.Logger LOG = System.getLogger(Requests.class.getName());
    /** More than one is wrong, but the first of so many still gets an answer that says so. */
    private static final int MAX_FDS = 16;
    private static final Request UNKNOWN = Request.of("", "", "", "", Headers.EMPTY);

    private final StreamTransport streams;
    private final String source;
    private final Consumer<Exchange> sink;

    private Requests(StreamTransport streams, String source, Consumer<Exchange> sink) {
        this.streams = streams;
        this.source = source;
        this.sink = sink;
    }

    /**
     * Receives requests on the caller's thread until the connection ends, or is closed by another thread. A datagram that is no
     * request is logged and answered with 400 where it can be; it never ends the loop, and its descriptors are closed.
     *
     * @param connection stays the caller's, who closes it afterwards
     * @param streams carries the bodies and the answers
     * @param source who receives, for messages, e.g. {@code stdin}
     * @param sink owns each exchange; must not block
     * @throws IOException if the connection is broken
     */
    public static void receive(PacketConnection connection, StreamTransport streams, String source, Consumer<Exchange> sink)
            throws IOException {
        new Requests(streams, source, sink).receive(connection);
    }

    private void receive(PacketConnection connection) throws IOException {
        try (Packet packet = new Packet(MAX_FDS)) {
            while (next(connection, packet)) {
                accept(packet);
                packet.clear();
            }
        }
    }

    /** Waits for a message that arrived whole. */
    private boolean next(PacketConnection connection, Packet packet) throws IOException {
        while (true) {
            try {
                return connection.receive(packet) >= 0;
            } catch (TransportException e) {
                LOG.log(Level.WARNING, source + ": a datagram was dropped: " + e.getMessage());
            }
        }
    }

    private void accept(Packet packet) {
        int count = packet.fds().size();
        if (count == 0) {
            LOG.log(Level.WARNING,
                    source + ": a datagram of " + packet.data().remaining() + " bytes without a response socket was dropped");
            return;
        }
        Fd socket = packet.fds().remove(0);
        if (count > 1) {
            refuse(socket, "a datagram came with " + count + " descriptors where one is expected");
            return;
        }
        Request request;
        try {
            request = Datagram.decode(packet.data());
        } catch (MalformedDatagramException e) {
            refuse(socket, e.getMessage());
            return;
        }
        hand(SocketExchange.of(streams, socket, request, source));
    }

    private void refuse(Fd socket, String why) {
        ManagedExchange refused = SocketExchange.of(streams, socket, UNKNOWN, source);
        LOG.log(Level.WARNING, source + ": request " + refused.id() + ": " + why + ": 400");
        refused.fail(400, "The request was refused: " + why + ".");
    }

    private void hand(ManagedExchange exchange) {
        try {
            sink.accept(exchange);
        } catch (RuntimeException e) {
            LOG.log(Level.ERROR, () -> exchange + ": " + source + " could not dispatch it: 500", e);
            exchange.fail(500, "The request could not be dispatched.");
        }
    }

    /**
     * Moves an exchange with its response socket to another process, waiting while that one's queue is full. Takes ownership: where
     * it can not be moved it is answered with an error before this method throws.
     *
     * @param connection to a persistent handler; stays the caller's
     * @param streams carries the error where the handler did not take the request
     * @param limit the longest datagram that the receiver takes: {@link Datagram#C_LIMIT} unless it is known to take more
     * @throws IOException if the request is too long (answered with 414 or 431), its socket can not be taken, or the receiver is
     *         gone (answered with 502)
     */
    public static void send(PacketConnection connection, StreamTransport streams, Exchange exchange, int limit)
            throws IOException {
        Request request = exchange.request();
        ByteBuffer data;
        try {
            data = Datagram.encode(request, limit);
        } catch (IOException e) {
            exchange.fail(request.url().length() > limit / 4 ? 414 : 431, "The request is too long for its handler.");
            throw e;
        }
        Fd socket;
        try {
            socket = exchange.takeSocket();
        } catch (IOException e) {
            exchange.fail(502, "The request could not be passed on.");
            throw e;
        }
        try {
            connection.send(data, socket);
        } catch (IOException | RuntimeException e) {
            SocketExchange.of(streams, socket, request, "sender").fail(502, "The handler is gone.");
            throw e;
        }
        socket.close();
    }
}
