package org.hearthd.htpipe.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.hearthd.Exchange;
import org.hearthd.Outcome;
import org.hearthd.Response;
import org.hearthd.spi.Access;
import org.hearthd.spi.NoDescriptorException;
import org.hearthd.transport.FdPair;
import org.hearthd.transport.Logged;
import org.hearthd.transport.Packet;
import org.hearthd.transport.PacketConnection;
import org.hearthd.transport.PeerCredentials;
import org.hearthd.transport.StreamConnection;
import org.junit.jupiter.api.Test;
import org.newsclub.net.unix.SendBuffer;

/** Requests of clients that are connected. */
final class ServerTest extends ServerContract {
    @Test
    void aRequestOverTheBudgetOfDescriptorsGets503AndTheConnectionGoesOn() throws Exception {
        AtomicInteger held = new AtomicInteger();
        budget = use -> {
            if (held.get() > 0) {
                throw new NoDescriptorException("None is left.", null);
            }
            held.incrementAndGet();
            return held::decrementAndGet;
        };
        PacketConnection client = connect();
        StreamConnection first = request(client, GET);
        Exchange exchange = next();
        String refused = answer(request(client, GET));
        assertTrue(refused.startsWith("HTTP/1.1 503 ") && refused.contains("None is left."), refused);
        exchange.respond(Response.text(200, "served"));
        assertTrue(answer(first).endsWith("served"));
        assertServes(client);
        assertEquals(0, held.get());
    }

    @Test
    void observersAreToldOfEachRequestThatHasEnded() throws Exception {
        PacketConnection client = connect();
        assertServes(client);
        Access answered = reports.poll(60, TimeUnit.SECONDS);
        assertEquals(200, answered.outcome().status());
        assertEquals(6, answered.bytes());
        assertEquals("test", answered.source());
        request(client, GET);
        next().takeSocket().close();
        Access moved = reports.poll(60, TimeUnit.SECONDS);
        assertEquals(Outcome.End.MOVED, moved.outcome().end());
        assertEquals(-1, moved.bytes());
    }

    @Test
    void takesRequestsOfSeveralClientsOnASocketOfTheOwnersOnly() throws Exception {
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(address("socket").path())));
        PacketConnection one = connect();
        PacketConnection two = connect();
        for (int i = 0; i < 3; i++) {
            assertServes(one);
            assertServes(two);
        }
        one.close();
        assertServes(two);
    }

    @Test
    void badDatagramsCloseTheirConnectionOnlyAfterA400() throws Exception {
        PacketConnection good = connect();
        for (String bad : new String[] {"x", "~", "GET~/~HTTP/1.1~", "GET~/~HTTP/1.1~r", "GET~/~HTTP/1.1~r~",
            "GET~/~HTTP/1.1~r~A~~",
            "GET~/~HTTP/1.1~r~A~b~", "GET~/~HTTP/1.1~r~A"}) {
            PacketConnection client = connect();
            assertTrue(answer(request(client, bad)).startsWith("HTTP/1.1 400 "), bad);
            assertEnded(client);
            client.close();
        }
        assertServes(good);
    }

    @Test
    void noDescriptorTwoOfThemNoBytesAndTooManyBytesCloseTheConnectionOnly() throws Exception {
        PacketConnection good = connect();
        byte[] get = GET.replace('~', '\0').getBytes(StandardCharsets.ISO_8859_1);
        PacketConnection none = connect();
        none.send(ByteBuffer.wrap(get));
        assertEnded(none);
        PacketConnection several = connect();
        FdPair first = streams.pair();
        FdPair second = streams.pair();
        several.send(ByteBuffer.wrap(get), first.theirs(), second.theirs());
        first.theirs().close();
        second.theirs().close();
        try (StreamConnection one = streams.adopt(first.ours()); StreamConnection two = streams.adopt(second.ours())) {
            assertTrue(answer(one).startsWith("HTTP/1.1 400 "));
            assertEquals("", answer(two));
        }
        assertEnded(several);
        for (String bad : new String[] {"", "GET~/" + "u".repeat(Packet.CAPACITY) + "~HTTP/1.1~~~"}) {
            PacketConnection client = connectWithALargeBuffer();
            assertTrue(answer(request(client, bad)).startsWith("HTTP/1.1 400 "));
            assertEnded(client);
        }
        assertServes(good);
    }

    private PacketConnection connectWithALargeBuffer() throws IOException {
        FdPair pair = packets.pair();
        SendBuffer.set(pair.ours().number(), 2 * Packet.CAPACITY);
        PacketConnection client = packets.adopt(pair.ours());
        open.add(client);
        server.admit(packets.adopt(pair.theirs()));
        return client;
    }

    @Test
    void whoMayNotConnectIsDisconnected() throws Exception {
        PacketConnection before = connect();
        assertServes(before);
        server.allow(Set.of(4_294_967_294L));
        assertEnded(connect());
        assertServes(before);
        server.allow(Set.of(Integer.toUnsignedLong((Integer) Files.getAttribute(dir, "unix:uid"))));
        assertServes(connect());
    }

    @Test
    void aClientThatIsRefusedAgainAndAgainDoesNotFillTheLog() throws Exception {
        server.allow(Set.of(4_294_967_294L));
        try (Logged log = new Logged()) {
            for (int i = 0; i < 50; i++) {
                assertEnded(connect());
            }
            assertEquals(1, log.lines().stream().filter(line -> line.contains("may not connect")).count());
        }
    }

    /** There may be thousands of them. */
    @Test
    void usersThatAreRefusedAreNamedButNotAllOfThem() {
        server.allow(Set.of());
        try (Logged log = new Logged()) {
            for (int repeat = 0; repeat < 2; repeat++) {
                for (long uid = 1000; uid < 2000; uid++) {
                    server.admit(refused(uid));
                }
            }
            List<String> lines = log.lines().stream().filter(line -> line.contains("may not connect")).toList();
            assertEquals(17, lines.size(), lines::toString);
            assertTrue(lines.get(1).contains("user id 1001"), lines.get(1));
        }
    }

    private static PacketConnection refused(long uid) {
        return (PacketConnection) Proxy.newProxyInstance(PacketConnection.class.getClassLoader(),
                new Class<?>[] {PacketConnection.class},
                (self, method,
                        arguments) -> method.getName().equals("peer") ? Optional.of(new PeerCredentials(1, uid, 1)) : null);
    }

    @Test
    void drainingAnswersWhatWasSentAndTellsTheClientAtOnce() throws Exception {
        PacketConnection client = connect();
        assertServes(client);
        List<StreamConnection> responses = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            responses.add(request(client, GET));
        }
        CompletableFuture<Void> drained = server.drain().toCompletableFuture();
        assertThrows(IOException.class, () -> request(client, GET));
        assertThrows(IOException.class, () -> packets.connect(address("socket")));
        for (StreamConnection response : responses) {
            assertFalse(drained.isDone());
            next().respond(Response.text(200, "late"));
            assertTrue(answer(response).endsWith("late"));
        }
        get(drained);
        assertEnded(client);
    }

    @Test
    void whatIsOverTheLimitIsReadWhenOthersHaveEnded() throws Exception {
        server.limit(2);
        PacketConnection client = connect();
        List<StreamConnection> responses = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            responses.add(request(client, GET));
        }
        for (StreamConnection response : responses) {
            Exchange exchange = next();
            assertTrue(exchanges.size() < 2, "more than two are in progress");
            exchange.respond(Response.text(200, "served"));
            assertTrue(answer(response).endsWith("served"));
        }
    }

    @Test
    void aHandlerThatFailsCostsOneRequest() throws Exception {
        PacketConnection client = connect();
        to = exchange -> {
            throw new IllegalStateException("on purpose");
        };
        assertTrue(answer(request(client, GET)).startsWith("HTTP/1.1 500 "));
        to = exchanges::add;
        assertServes(client);
    }
}
