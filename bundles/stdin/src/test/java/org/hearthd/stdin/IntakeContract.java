package org.hearthd.stdin;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.hearthd.Exchange;
import org.hearthd.Fd;
import org.hearthd.spi.DescriptorBudget;
import org.hearthd.transport.FdPair;
import org.hearthd.transport.PacketConnection;
import org.hearthd.transport.StreamConnection;
import org.hearthd.transport.junixsocket.RealSockets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A parent, its socketpair and the source at the other end; as many descriptors afterwards as before. */
abstract class IntakeContract extends RealSockets {
    final BlockingQueue<Exchange> exchanges = new LinkedBlockingQueue<>();
    PacketConnection parent;
    Fd zero;
    Intake intake;

    @BeforeEach
    void connect() throws Exception {
        FdPair pair = packets.pair();
        parent = packets.adopt(pair.ours());
        zero = pair.theirs();
        intake = new Intake(() -> streams, exchanges::add, List::of, () -> DescriptorBudget.NONE);
    }

    @AfterEach
    void close() {
        intake.stop();
        parent.close();
        zero.close();
    }

    StreamConnection request(String rest) throws IOException {
        FdPair pair = streams.pair();
        StreamConnection client = streams.adopt(pair.ours());
        try (Fd theirs = pair.theirs()) {
            parent.send(ByteBuffer.wrap(("GET\0/\0HTTP/1.1\0" + rest + "\0\0").getBytes(StandardCharsets.ISO_8859_1)), theirs);
            return client;
        } catch (IOException e) {
            client.close();
            throw e;
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
}
