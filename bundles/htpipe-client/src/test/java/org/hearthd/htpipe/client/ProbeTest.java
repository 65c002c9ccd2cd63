package org.hearthd.htpipe.client;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.hearthd.Fd;
import org.hearthd.transport.PacketConnection;
import org.hearthd.transport.PacketListener;
import org.junit.jupiter.api.Test;

/** Whether there is a server, asked from outside. */
final class ProbeTest extends ClientContract {
    @Test
    void theProbeWaitsForAServerWhoseQueueIsFullAndTellsThatThereIsOne() throws Exception {
        String[] socket = {address("socket").path().toString()};
        PacketListener listener = packets.adoptListener(packets.listen(address("socket"), 0600, 1));
        List<PacketConnection> queued = crowd();
        assertEquals(0, new Probe(packets, 100).applyAsInt(socket));
        CompletableFuture<Integer> patient = concurrently(() -> new Probe(packets, 60_000).applyAsInt(socket));
        listener.close();
        assertEquals(2, get(patient), "it has gone meanwhile");
        queued.forEach(PacketConnection::close);
    }

    @Test
    void theProbeTellsAServerFromNobodyFromTrouble() throws Exception {
        Probe probe = new Probe(packets);
        Path socket = address("socket").path();
        assertEquals(2, probe.applyAsInt(new String[] {socket.toString()}));
        Fd listening = packets.listen(address("socket"), 0600, 5);
        assertEquals(0, probe.applyAsInt(new String[] {socket.toString()}));
        listening.close();
        assertEquals(2, probe.applyAsInt(new String[] {socket.toString()}));
        Fd stream = streams.listen(address("stream"), 0600, 5);
        assertEquals(1, probe.applyAsInt(new String[] {address("stream").path().toString()}));
        stream.close();
        assertEquals(1, probe.applyAsInt(new String[] {dir.toString()}));
        assertEquals(1, probe.applyAsInt(new String[] {Files.writeString(dir.resolve("file"), "precious").toString()}));
        assertEquals("precious", Files.readString(dir.resolve("file")));
        assertEquals(1, probe.applyAsInt(new String[] {"/" + "x".repeat(107)}));
        assertEquals(1, probe.applyAsInt(new String[0]));
    }
}
