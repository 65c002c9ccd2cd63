package org.hearthd.htpipe.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.hearthd.Exchange;
import org.hearthd.spi.DescriptorBudget;
import org.hearthd.transport.FdPair;
import org.hearthd.transport.Logged;
import org.hearthd.transport.Packet;
import org.hearthd.transport.PacketConnection;
import org.hearthd.transport.PeerCredentials;
import org.hearthd.transport.junixsocket.RealSockets;
import org.junit.jupiter.api.Test;

/** A server without a thread for a client. */
final class ServerThreadsTest extends RealSockets {
    @Test
    void aReaderThatFailsDisconnectsItsClientAndTheLogNamesHim() throws Exception {
        for (Throwable failure : List.of(new OutOfMemoryError("on purpose"), new IllegalStateException("on purpose"))) {
            PacketConnection failing = (PacketConnection) Proxy.newProxyInstance(getClass().getClassLoader(),
                    new Class<?>[] {PacketConnection.class}, (self, method, arguments) -> switch (method.getName()) {
                        case "receive" -> throw failure;
                        case "peer" -> Optional.of(new PeerCredentials(4711, 42, 42));
                        case "hashCode" -> 1;
                        case "equals" -> self == arguments[0];
                        default -> null;
                    });
            try (Logged log = new Logged()) {
                Server server = new Server("test", null, () -> streams, Exchange::close, List::of, () -> DescriptorBudget.NONE);
                server.admit(failing);
                get(server.drain().toCompletableFuture());
                await("the reason",
                        () -> log.says("test: the client with process id 4711, user id 42 is disconnected: " + failure));
            }
        }
    }

    @Test
    void aClientForWhomThereIsNoThreadIsDisconnectedAndNobodyWaitsForHim() throws Exception {
        Server server = new Server("test", null, () -> streams, Exchange::close, List::of, () -> DescriptorBudget.NONE);
        server.threads(reading -> new Thread(reading) {
            @Override
            public void start() {
                throw new OutOfMemoryError("unable to create native thread, on purpose");
            }
        });
        FdPair pair = packets.pair();
        try (PacketConnection client = packets.adopt(pair.ours()); Packet packet = new Packet(0)) {
            server.admit(packets.adopt(pair.theirs()));
            assertEquals(-1, get(concurrently(() -> client.receive(packet))));
        }
        CompletableFuture<Void> drained = server.drain().toCompletableFuture();
        get(drained);
        assertFalse(drained.isCompletedExceptionally());
    }
}
