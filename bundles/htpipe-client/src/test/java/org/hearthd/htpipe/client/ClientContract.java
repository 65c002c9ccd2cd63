package org.hearthd.htpipe.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.annotation.Annotation;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.hearthd.Exchange;
import org.hearthd.Fd;
import org.hearthd.Response;
import org.hearthd.ashd.Requests;
import org.hearthd.transport.FdPair;
import org.hearthd.transport.FullBacklogException;
import org.hearthd.transport.PacketConnection;
import org.hearthd.transport.PacketListener;
import org.hearthd.transport.StreamConnection;
import org.hearthd.transport.junixsocket.RealSockets;
import org.junit.jupiter.api.AfterEach;

/** A client and servers that come and go, over real sockets, and as many descriptors afterwards as before. */
abstract class ClientContract extends RealSockets {
    final BlockingQueue<Exchange> exchanges = new LinkedBlockingQueue<>();
    final List<AutoCloseable> open = new ArrayList<>();
    HtpipeClient client;

    HtpipeClientConfig config(Map<String, Object> values) {
        return HtpipeClientConfig.class.cast(Proxy.newProxyInstance(getClass().getClassLoader(),
                new Class<?>[] {HtpipeClientConfig.class}, (self, method, arguments) -> {
                    if (method.getDeclaringClass() == Annotation.class || method.getDeclaringClass() == Object.class) {
                        return "config";
                    }
                    return values.getOrDefault(method.getName(), method.getDefaultValue());
                }));
    }

    void start(long waitMs) {
        client = new HtpipeClient(
                config(Map.of("handler", "far", "address", address("socket").path().toString(), "wait_timeout_ms", waitMs)),
                Map.of(), packets, streams);
        client.connect();
    }

    @AfterEach
    void stop() throws Exception {
        if (client != null) {
            client.end();
        }
        for (AutoCloseable each : open) {
            each.close();
        }
    }

    /** A server of one connection at a time. */
    final class Far implements AutoCloseable {
        private final PacketListener listener;
        private final CompletableFuture<PacketConnection> accepted;
        private final CompletableFuture<Void> ended;

        Far() throws IOException {
            listener = packets.adoptListener(packets.listen(address("socket"), 0600, 5));
            accepted = new CompletableFuture<>();
            ended = concurrently(() -> {
                try (PacketConnection connection = listener.accept()) {
                    accepted.complete(connection);
                    if (connection != null) {
                        Requests.receive(connection, () -> streams, "far", exchanges::add);
                    }
                }
                return null;
            });
        }

        /** As when the process is killed: the path stays. */
        @Override
        public void close() throws Exception {
            listener.close();
            PacketConnection connection = get(accepted);
            if (connection != null) {
                connection.close();
            }
            get(ended);
        }
    }

    Far far() throws IOException {
        Files.deleteIfExists(address("socket").path());
        Far far = new Far();
        open.add(far);
        return far;
    }

    /** Gives the client a request as it comes from another wire; the other end of its response socket. */
    StreamConnection request(String rest) throws Exception {
        FdPair wire = packets.pair();
        FdPair pair = streams.pair();
        StreamConnection asking = streams.adopt(pair.ours());
        open.add(asking);
        try (PacketConnection near = packets.adopt(wire.ours()); Fd socket = pair.theirs()) {
            near.send(
                    ByteBuffer.wrap(
                            ("GET\0/" + rest + "\0HTTP/1.1\0" + rest + "\0\0ignored").getBytes(StandardCharsets.ISO_8859_1)),
                    socket);
        }
        try (PacketConnection through = packets.adopt(wire.theirs())) {
            Requests.receive(through, () -> streams, "test", client::handle);
        }
        return asking;
    }

    Exchange next(String rest) throws InterruptedException {
        Exchange exchange = exchanges.poll(60, TimeUnit.SECONDS);
        assertTrue(exchange != null, "no request came");
        assertEquals(rest, exchange.request().rest());
        return exchange;
    }

    static String answer(StreamConnection asking) throws Exception {
        return get(concurrently(() -> new String(asking.input().readAllBytes(), StandardCharsets.ISO_8859_1)));
    }

    void assertPasses(String rest) throws Exception {
        StreamConnection asking = request(rest);
        next(rest).respond(Response.text(200, "passed"));
        assertTrue(answer(asking).endsWith("passed"));
    }

    /** Fills the queue of connections of a server that accepts nobody. */
    List<PacketConnection> crowd() {
        List<PacketConnection> queued = new ArrayList<>();
        assertThrows(FullBacklogException.class, () -> {
            while (true) {
                queued.add(packets.connect(address("socket")));
            }
        });
        return queued;
    }
}
