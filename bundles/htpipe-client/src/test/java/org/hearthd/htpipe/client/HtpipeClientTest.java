package org.hearthd.htpipe.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.hearthd.Response;
import org.hearthd.ashd.Requests;
import org.hearthd.transport.Logged;
import org.hearthd.transport.Packet;
import org.hearthd.transport.PacketConnection;
import org.hearthd.transport.PacketListener;
import org.hearthd.transport.StreamConnection;
import org.junit.jupiter.api.Test;

/** Where requests go while their server is there, is not, comes, or goes. */
final class HtpipeClientTest extends ClientContract {
    @Test
    void forwardsToTheServer() throws Exception {
        far();
        start(20_000);
        assertPasses("a");
        assertPasses("b");
    }

    @Test
    void requestsWaitForAServerThatIsNotThereYet() throws Exception {
        start(20_000);
        StreamConnection first = request("a");
        StreamConnection second = request("b");
        far();
        next("a").respond(Response.text(200, "1"));
        next("b").respond(Response.text(200, "2"));
        assertTrue(answer(first).endsWith("1"));
        assertTrue(answer(second).endsWith("2"));
    }

    @Test
    void theEndOfTheServerIsNoticedBeforeTheNextRequest() throws Exception {
        Far far = far();
        start(20_000);
        assertPasses("a");
        far.close();
        StreamConnection waits = request("b");
        far();
        next("b").respond(Response.text(200, "again"));
        assertTrue(answer(waits).endsWith("again"));
    }

    @Test
    void whatTheServerHadNotReadIsLostAndItsClientSeesTheEnd() throws Exception {
        PacketListener listener = packets.adoptListener(packets.listen(address("socket"), 0600, 5));
        open.add(listener);
        start(20_000);
        PacketConnection deaf = listener.accept();
        request("received");
        try (Packet packet = new Packet(1)) {
            deaf.receive(packet);
        }
        await("the writer's end",
                () -> Thread.getAllStackTraces().keySet().stream().noneMatch(t -> t.getName().endsWith("writer")));
        StreamConnection lost = request("lost");
        deaf.close();
        assertEquals("", answer(lost));
    }

    @Test
    void withoutAServerTheWaitEndsWith503ThatNamesTheHandler() throws Exception {
        start(50);
        String answer = answer(request("a"));
        assertTrue(answer.startsWith("HTTP/1.1 503 ") && answer.contains("handler far"), answer);
    }

    @Test
    void aServerThatRefusesIsNotAskedWithoutPause() throws Exception {
        PacketListener listener = packets.adoptListener(packets.listen(address("socket"), 0600, 5));
        open.add(listener);
        start(20_000);
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(300);
        int attempts = 0;
        while (System.nanoTime() < end) {
            listener.accept().close();
            attempts++;
        }
        assertTrue(attempts < 30, attempts + " attempts in 300 ms");
    }

    @Test
    void aServerThatRefusesIsReportedOnceAndRequestsWaitAsIfNobodyListened() throws Exception {
        try (Logged log = new Logged();
                PacketListener listener = packets.adoptListener(packets.listen(address("socket"), 0600, 5))) {
            start(100);
            client.connector().atOnce(60_000);
            CompletableFuture<Void> refusing = concurrently(() -> {
                for (PacketConnection each = listener.accept(); each != null; each = listener.accept()) {
                    each.close();
                }
                return null;
            });
            String refused = address("socket")
                    + ": the server has ended the connection at once, perhaps because this user may not connect";
            await("that it is said", () -> log.says(refused + "; requests wait"));
            for (StreamConnection asking : List.of(request("a"), request("b"), request("c"))) {
                String answer = answer(asking);
                assertTrue(answer.startsWith("HTTP/1.1 503 ") && answer.contains("handler far"), answer);
            }
            assertEquals(1, log.lines().stream().filter(line -> line.contains(refused)).count());
            listener.close();
            get(refusing);
        }
        client.connector().atOnce(1);
        client.modified(config(Map.of("handler", "far", "address", address("socket").path().toString())), Map.of());
        StreamConnection waits = request("d");
        far();
        next("d").respond(Response.text(200, "at last"));
        assertTrue(answer(waits).endsWith("at last"));
    }

    @Test
    void aClientWaitsForAServerWhoseQueueIsFull() throws Exception {
        PacketListener listener = packets.adoptListener(packets.listen(address("socket"), 0600, 1));
        open.add(listener);
        List<PacketConnection> queued = crowd();
        try (Logged log = new Logged()) {
            start(60_000);
            StreamConnection waits = request("a");
            await("that it is said", () -> log.says("its queue of connections is full; requests wait"));
            for (PacketConnection each : queued) {
                listener.accept().close();
                each.close();
            }
            PacketConnection connection = listener.accept();
            open.add(connection);
            concurrently(() -> {
                Requests.receive(connection, () -> streams, "far", exchanges::add);
                return null;
            });
            next("a").respond(Response.text(200, "late"));
            assertTrue(answer(waits).endsWith("late"));
        }
    }
}
