package org.hearthd.ashd;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.hearthd.Exchange;
import org.hearthd.Fd;
import org.hearthd.transport.FdPair;
import org.hearthd.transport.Packet;
import org.hearthd.transport.PacketConnection;
import org.hearthd.transport.StreamConnection;
import org.hearthd.transport.junixsocket.RealSockets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.newsclub.net.unix.SendBuffer;

/** A parent that sends datagrams, and a receiver. */
abstract class RequestsHouse extends RealSockets {
    static final String GET = "GET~/f?q~HTTP/1.1~f~Host~h~~";

    final BlockingQueue<Exchange> exchanges = new LinkedBlockingQueue<>();
    PacketConnection parent;
    PacketConnection child;
    CompletableFuture<Void> receiving;
    Consumer<Exchange> to = exchanges::add;

    @BeforeEach
    void connect() throws Exception {
        FdPair pair = packets.pair();
        SendBuffer.set(pair.ours().number(), 2 * Packet.CAPACITY);
        parent = packets.adopt(pair.ours());
        child = packets.adopt(pair.theirs());
        receiving = concurrently(() -> {
            Requests.receive(child, () -> streams, "test", exchange -> to.accept(exchange));
            return null;
        });
    }

    @AfterEach
    void endsAtTheEndOfTheParent() throws Exception {
        parent.close();
        get(receiving);
        child.close();
    }

    StreamConnection request(String datagram) throws IOException {
        FdPair pair = streams.pair();
        send(datagram, pair.theirs());
        return streams.adopt(pair.ours());
    }

    /** Sends and closes the descriptors. */
    void send(String datagram, Fd... fds) throws IOException {
        parent.send(wire(datagram), fds);
        for (Fd fd : fds) {
            fd.close();
        }
    }

    Exchange next() throws InterruptedException {
        Exchange exchange = exchanges.poll(60, TimeUnit.SECONDS);
        assertTrue(exchange != null, "no request came");
        return exchange;
    }

    static String rest(StreamConnection client) throws IOException {
        return new String(client.input().readAllBytes(), StandardCharsets.ISO_8859_1);
    }

    static ByteBuffer wire(String text) {
        return ByteBuffer.wrap(text.replace('~', '\0').getBytes(StandardCharsets.ISO_8859_1));
    }
}
