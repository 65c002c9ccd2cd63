package org.hearthd.ashd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.hearthd.Fd;
import org.hearthd.Headers;
import org.hearthd.Request;
import org.hearthd.Response;
import org.hearthd.transport.FdPair;
import org.hearthd.transport.Packet;
import org.hearthd.transport.PacketConnection;
import org.hearthd.transport.StreamConnection;
import org.hearthd.transport.junixsocket.RealSockets;
import org.junit.jupiter.api.AfterEach;

/** A forwarder with real sockets on both sides, and as many descriptors afterwards as before. */
abstract class ForwarderHouse extends RealSockets {
    final BlockingQueue<PacketConnection> broken = new LinkedBlockingQueue<>();
    final AtomicInteger writers = new AtomicInteger();
    final List<AutoCloseable> open = new ArrayList<>();
    Forwarder forwarder = forwarder(1000, 120_000);

    Forwarder forwarder(int waiting, long timeoutMs) {
        return new Forwarder("far", new Forwarder.Limits(waiting, timeoutMs, Datagram.C_LIMIT), () -> streams, task -> {
            writers.incrementAndGet();
            new Thread(() -> {
                task.run();
                writers.decrementAndGet();
            }, "writer").start();
        }, (connection, why) -> broken.add(connection));
    }

    @AfterEach
    void ends() throws Exception {
        forwarder.close();
        streams = transports().streams();
        for (AutoCloseable each : open) {
            each.close();
        }
        await("the end of the writer", () -> writers.get() == 0);
        assertEquals(0, forwarder.waiting());
    }

    /** A connection and its peer, closed after the test. */
    record Line(PacketConnection near, PacketConnection far) {
        void cut() {
            near.close();
            far.close();
        }
    }

    Line line() throws IOException {
        FdPair pair = packets.pair();
        Line line = new Line(packets.adopt(pair.ours()), packets.adopt(pair.theirs()));
        open.add(line.near);
        open.add(line.far);
        return line;
    }

    /** Sends a request in; the client's end of its response socket. */
    StreamConnection request(Request request) throws IOException {
        FdPair pair = streams.pair();
        StreamConnection client = streams.adopt(pair.ours());
        open.add(client);
        forwarder.forward(ResponseSocket.exchange("test", request, pair.theirs(), () -> streams));
        return client;
    }

    StreamConnection request(String rest) throws IOException {
        return request(plain(rest));
    }

    /** A request from the far end, which ends behind it. */
    void sendOnly(Line line, String rest) throws IOException {
        FdPair pair = streams.pair();
        open.add(pair.ours());
        try (Fd socket = pair.theirs()) {
            line.far().send(Datagram.encode(plain(rest), Datagram.C_LIMIT), socket);
        }
        line.far().close();
    }

    static Request plain(String rest) {
        return Request.of("GET", "/" + rest, "HTTP/1.1", rest, Headers.of("Host", "h"));
    }

    /** Answers the next request with its rest string, which it returns. */
    String serve(PacketConnection far) throws Exception {
        return get(concurrently(() -> serveNow(far)));
    }

    String serveNow(PacketConnection far) throws IOException {
        try (Packet packet = new Packet(1)) {
            if (far.receive(packet) < 0) {
                return null;
            }
            Request request = Datagram.decode(packet.data());
            ResponseSocket.exchange("far", request, packet.fds().remove(0), () -> streams)
                    .respond(Response.text(200, request.rest()));
            return request.rest();
        }
    }

    static String answer(StreamConnection client) throws Exception {
        return get(concurrently(() -> text(client)));
    }

    static String text(StreamConnection client) throws IOException {
        return new String(client.input().readAllBytes(), StandardCharsets.ISO_8859_1);
    }

    static void assertStatus(int status, StreamConnection client) throws Exception {
        String answer = answer(client);
        assertTrue(answer.startsWith("HTTP/1.1 " + status + " "), answer);
        assertTrue(answer.contains(" far"), answer);
        assertEquals(status == 503, answer.contains("Retry-After: 1\r\n"), answer);
    }
}
