package org.hearthd.ashd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.hearthd.transport.PacketConnection;
import org.hearthd.transport.StreamConnection;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A peer that takes requests slower than they come, and one that takes none. */
final class ForwarderSlowTest extends ForwarderHouse {
    private final List<PacketConnection> late = new CopyOnWriteArrayList<>();
    private final List<StreamConnection> clients = new ArrayList<>();
    private Line line;

    @BeforeEach
    void fill() throws Exception {
        forwarder = new Forwarder("far", limits(600_000), () -> streams, task -> {
            new Thread(() -> {
                writers.incrementAndGet();
                task.run();
                writers.decrementAndGet();
            }, "writer").start();
        }, new Forwarder.Owner() {
            @Override
            public void broken(PacketConnection connection, IOException why) {
                broken.add(connection);
            }

            @Override
            public void late(PacketConnection connection) {
                late.add(connection);
            }
        });
        line = line();
        forwarder.connected(line.near());
        while (forwarder.waiting() < 20) {
            clients.add(request("r" + clients.size()));
        }
    }

    private static Forwarder.Limits limits(long timeoutMs) {
        return new Forwarder.Limits(1000, timeoutMs, Datagram.C_LIMIT);
    }

    /** The number of those that wait, when the writer has none in its hands. */
    private int settled() {
        await("the writer in awaitWritable", () -> Thread.getAllStackTraces().entrySet().stream()
                .filter(e -> e.getKey().getName().equals("writer"))
                .anyMatch(e -> Stream.of(e.getValue()).anyMatch(f -> f.getMethodName().equals("awaitWritable"))));
        return forwarder.waiting();
    }

    /** Far less room than the kernel tells of. */
    @Test
    void thePlaceOfEachRequestThatIsReadIsTakenByOneThatWaits() throws Exception {
        for (int i = 0; i < 10; i++) {
            int before = settled();
            assertEquals("r" + i, serve(line.far()));
            await("the next in its place", () -> forwarder.waiting() < before);
        }
        assertTrue(forwarder.waiting() > 0);
        assertTrue(answer(clients.get(0)).endsWith("r0"));
    }

    @Test
    void whoIsLateIsNoReasonToSayThatThePeerDoesNotReadIfItHasReadMeanwhile() throws Exception {
        int before = settled();
        serve(line.far());
        await("the next in its place", () -> forwarder.waiting() < before);
        forwarder.settings("far", limits(1));
        assertStatus(503, clients.get(clients.size() - 1));
        await("the end of the writer", () -> writers.get() == 0);
        assertEquals(List.of(), late);
        assertStatus(503, request("more"));
        await("the end of the writer", () -> writers.get() == 0);
        assertEquals(List.of(line.near()), late);
    }

    @Test
    void aShorterTimeHoldsForThoseThatWaitAsWell() throws Exception {
        forwarder.settings("far", limits(50));
        assertStatus(503, clients.get(clients.size() - 1));
        await("the end of the writer", () -> writers.get() == 0);
        assertEquals(0, forwarder.waiting());
    }

    @Test
    void finishingSendsWhatWaits() throws Exception {
        CompletableFuture<Void> finished = concurrently(() -> {
            forwarder.finish();
            return null;
        });
        for (int i = 0; i < clients.size(); i++) {
            assertEquals("r" + i, serve(line.far()));
        }
        get(finished);
        for (StreamConnection client : clients) {
            String answer = answer(client);
            assertTrue(answer.startsWith("HTTP/1.1 200 "), answer);
        }
        assertStatus(503, request("more"));
    }

    @Test
    void finishingRefusesWhatThePeerDoesNotTakeInTime() throws Exception {
        forwarder.settings("far", limits(50));
        forwarder.finish();
        assertStatus(503, clients.get(clients.size() - 1));
    }
}
