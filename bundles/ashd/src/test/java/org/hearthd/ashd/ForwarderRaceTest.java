package org.hearthd.ashd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.hearthd.Exchange;
import org.hearthd.Fd;
import org.hearthd.transport.FdPair;
import org.hearthd.transport.PacketConnection;
import org.hearthd.transport.StreamConnection;
import org.junit.jupiter.api.Test;

/** A forwarder whose peer comes and goes at random. */
final class ForwarderRaceTest extends ForwarderHouse {
    /** A thousand requests of four senders while the peer goes and comes back at random. */
    @Test
    void everyRequestIsServedOnceOrItsClientSeesTheEnd() throws Exception {
        Map<String, Integer> served = new ConcurrentHashMap<>();
        AtomicBoolean stop = new AtomicBoolean();
        CompletableFuture<?> peer = concurrently(() -> {
            Random random = new Random(1);
            while (!stop.get()) {
                comeAndGo(random, served);
            }
            return null;
        });
        List<CompletableFuture<Map<String, String>>> senders = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
            String name = "s" + t + "-";
            senders.add(concurrently(() -> send(name, 250)));
        }
        Map<String, String> answers = new HashMap<>();
        for (CompletableFuture<Map<String, String>> sender : senders) {
            answers.putAll(get(sender));
        }
        stop.set(true);
        while (!peer.isDone()) {
            forwarder.forward(ResponseSocket.exchange("test", plain("last"), lastSocket(), () -> streams));
        }
        get(peer);
        assertEquals(1000, answers.size());
        int lost = 0;
        for (Map.Entry<String, String> each : answers.entrySet()) {
            boolean answered = each.getValue().endsWith(each.getKey()) && each.getValue().startsWith("HTTP/1.1 200 ");
            assertEquals(answered ? 1 : 0, served.getOrDefault(each.getKey(), 0), each.getKey());
            assertTrue(answered || each.getValue().isEmpty() || each.getValue().startsWith("HTTP/1.1 503 "), each.getValue());
            lost += answered ? 0 : 1;
        }
        assertTrue(lost > 0 && lost < 900, lost + " of 1000 were in the queue of a peer that went");
    }

    /** A response socket whose client stays until the end of the test. */
    private Fd lastSocket() throws IOException {
        FdPair pair = streams.pair();
        open.add(pair.ours());
        return pair.theirs();
    }

    /** Serves a few requests, then goes; sometimes nobody says so but the next who sends. */
    private void comeAndGo(Random random, Map<String, Integer> served) throws IOException {
        FdPair pair = packets.pair();
        PacketConnection near = packets.adopt(pair.ours());
        try (PacketConnection far = packets.adopt(pair.theirs())) {
            forwarder.connected(near);
            for (int i = random.nextInt(60); i >= 0; i--) {
                served.merge(serveNow(far), 1, Integer::sum);
            }
        }
        if (random.nextBoolean()) {
            forwarder.disconnected(near);
        }
        near.close();
    }

    /** Sends as a client with a few requests at a time; what each of them got. */
    private Map<String, String> send(String name, int count) throws IOException {
        Map<String, String> answers = new HashMap<>();
        for (int i = 0; i < count; i += 5) {
            Map<String, StreamConnection> clients = new HashMap<>();
            for (int j = i; j < i + 5; j++) {
                FdPair pair = streams.pair();
                clients.put(name + j, streams.adopt(pair.ours()));
                Exchange exchange = ResponseSocket.exchange("test", plain(name + j), pair.theirs(), () -> streams);
                forwarder.forward(exchange);
            }
            for (Map.Entry<String, StreamConnection> client : clients.entrySet()) {
                answers.put(client.getKey(), text(client.getValue()));
                client.getValue().close();
            }
        }
        return answers;
    }
}
