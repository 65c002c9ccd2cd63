package org.hearthd.ashd;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.hearthd.spi.ManagedExchange;
import org.hearthd.transport.FdPair;
import org.hearthd.transport.PacketConnection;
import org.junit.jupiter.api.Test;

/** Who is said to have answered. */
final class ForwarderLabelTest extends ForwarderHouse {
    private volatile String generation = "far/1#1";

    @Test
    void whatIsSentFromItsPlaceHasTheGenerationOfThatMoment() throws Exception {
        forwarder = new Forwarder("far", new Forwarder.Limits(1000, 600_000, Datagram.C_LIMIT), () -> streams, task -> {
            writers.incrementAndGet();
            new Thread(() -> {
                task.run();
                writers.decrementAndGet();
            }, "writer").start();
        }, new Forwarder.Owner() {
            @Override
            public void broken(PacketConnection connection, IOException why) {
                broken.add(connection);
            }

            @Override
            public String generation(PacketConnection connection) {
                return generation;
            }
        });
        Line line = line();
        forwarder.connected(line.near());
        List<ManagedExchange> exchanges = new ArrayList<>();
        while (forwarder.waiting() < 20) {
            FdPair pair = streams.pair();
            open.add(streams.adopt(pair.ours()));
            ManagedExchange exchange = ResponseSocket.exchange("test", plain("r"), pair.theirs(), () -> streams);
            exchanges.add(exchange);
            forwarder.forward(exchange);
        }
        await("the writer in awaitWritable", () -> Thread.getAllStackTraces().entrySet().stream()
                .filter(e -> e.getKey().getName().equals("writer"))
                .anyMatch(e -> Stream.of(e.getValue()).anyMatch(f -> f.getMethodName().equals("awaitWritable"))));
        int before = forwarder.waiting();
        ManagedExchange head = exchanges.get(exchanges.size() - before);
        assertEquals("far/1#1", head.generation());
        generation = "far/1#2";
        serve(line.far());
        await("the next in its place", () -> forwarder.waiting() < before);
        assertEquals("far/1#2", head.generation());
    }
}
