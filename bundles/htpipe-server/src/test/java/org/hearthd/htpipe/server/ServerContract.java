package org.hearthd.htpipe.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.hearthd.Exchange;
import org.hearthd.Fd;
import org.hearthd.Response;
import org.hearthd.listeners.ListenAddress;
import org.hearthd.listeners.ListenRequest;
import org.hearthd.listeners.ListenersService;
import org.hearthd.spi.Access;
import org.hearthd.spi.DescriptorBudget;
import org.hearthd.transport.FdPair;
import org.hearthd.transport.Packet;
import org.hearthd.transport.PacketConnection;
import org.hearthd.transport.StreamConnection;
import org.hearthd.transport.junixsocket.RealSockets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A server with real clients on a real socket, and as many descriptors afterwards as before. */
abstract class ServerContract extends RealSockets {
    static final String GET = "GET~/f~HTTP/1.1~f~~";

    final BlockingQueue<Exchange> exchanges = new LinkedBlockingQueue<>();
    final List<AutoCloseable> open = new ArrayList<>();
    Consumer<Exchange> to = exchanges::add;
    Server server;
    Doorway doorway;

    final BlockingQueue<Access> reports = new LinkedBlockingQueue<>();
    volatile DescriptorBudget budget = DescriptorBudget.NONE;

    @BeforeEach
    void listen() throws Exception {
        server = new Server("test", null, () -> streams, exchange -> to.accept(exchange), () -> List.of(reports::add),
                () -> budget);
        doorway = doorway("socket");
        server.listen(doorway);
    }

    Doorway doorway(String path) throws IOException {
        ListenRequest request = new ListenRequest("test", new ListenAddress(null, address(path)), ListenRequest.Type.PACKET, 128,
                0600);
        Doorway made = new Doorway("test", new Settings(request, "", "", null, "", 0, 0),
                new ListenersService(null, streams, packets, descriptors), server::admit);
        made.open(packets);
        return made;
    }

    @AfterEach
    void endsWithoutALeftover() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
        server.close();
        get(server.drain().toCompletableFuture());
        assertFalse(Files.exists(address("socket").path()), "the path is removed");
        await("the end of all threads",
                () -> Thread.getAllStackTraces().keySet().stream().noneMatch(t -> t.getName().startsWith("test ")));
    }

    PacketConnection connect() throws IOException {
        PacketConnection client = packets.connect(address("socket"));
        open.add(client);
        return client;
    }

    /** Sends a datagram with "~" for NUL and a response socket; the client's end of that. */
    StreamConnection request(PacketConnection on, String datagram) throws IOException {
        FdPair pair = streams.pair();
        StreamConnection client = streams.adopt(pair.ours());
        open.add(client);
        try (Fd socket = pair.theirs()) {
            on.send(ByteBuffer.wrap(datagram.replace('~', '\0').getBytes(StandardCharsets.ISO_8859_1)), socket);
        }
        return client;
    }

    Exchange next() throws InterruptedException {
        Exchange exchange = exchanges.poll(60, TimeUnit.SECONDS);
        assertTrue(exchange != null, "no request came");
        return exchange;
    }

    static String answer(StreamConnection client) throws Exception {
        return get(concurrently(() -> new String(client.input().readAllBytes(), StandardCharsets.ISO_8859_1)));
    }

    static void assertEnded(PacketConnection client) throws Exception {
        try (Packet packet = new Packet(0)) {
            assertEquals(-1, get(concurrently(() -> client.receive(packet))));
        }
    }

    void assertServes(PacketConnection client) throws Exception {
        StreamConnection response = request(client, GET);
        next().respond(Response.text(200, "served"));
        assertTrue(answer(response).endsWith("served"));
    }
}
