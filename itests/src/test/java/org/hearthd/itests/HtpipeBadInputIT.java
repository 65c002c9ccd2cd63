package org.hearthd.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.hearthd.Fd;
import org.hearthd.Headers;
import org.hearthd.Request;
import org.hearthd.ashd.Datagram;
import org.hearthd.transport.FdPair;
import org.hearthd.transport.Packet;
import org.hearthd.transport.PacketConnection;
import org.hearthd.transport.StreamConnection;
import org.hearthd.transport.UnixAddress;
import org.hearthd.transport.junixsocket.JunixPackets;
import org.hearthd.transport.junixsocket.JunixStreams;
import org.junit.Test;

/** Datagrams that are no request, to either end of {@code bin/htpipe}. */
public class HtpipeBadInputIT extends InDirectory {
    private static final Executor THREADS = task -> new Thread(task).start();
    private static final String GOOD = "GET~/x~HTTP/1.1~x~~";
    private static final String REFUSED = "HTTP/1.1 400 ";

    /** A datagram with that number of descriptors, and how the answer on the first begins; the others end without one. */
    private record Bad(String datagram, int sockets, String answer) {}

    private static final List<Bad> KINDS = List.of(new Bad("G", 1, REFUSED), new Bad("GET~/~HTTP/1.1~", 1, REFUSED),
            new Bad("GET~/~HTTP/1.1~~N~~", 1, REFUSED), new Bad("GET~/~HTTP/1.1~~N~", 1, REFUSED),
            new Bad("GET~/~HTTP/1.1~~N:~v~~", 1, REFUSED), new Bad("~", 3, REFUSED), new Bad("", 1, REFUSED),
            new Bad("", 2, REFUSED),
            new Bad(GOOD, 2, REFUSED), new Bad(GOOD, 0, ""), new Bad("G", 0, ""));

    private static void send(PacketConnection on, Bad bad) throws Exception {
        JunixStreams streams = new JunixStreams();
        List<StreamConnection> clients = new ArrayList<>();
        List<Fd> theirs = new ArrayList<>();
        for (int i = 0; i < bad.sockets; i++) {
            FdPair pair = streams.pair();
            theirs.add(pair.theirs());
            clients.add(streams.adopt(pair.ours()));
        }
        on.send(ByteBuffer.wrap(bad.datagram.replace('~', '\0').getBytes(StandardCharsets.ISO_8859_1)),
                theirs.toArray(Fd[]::new));
        theirs.forEach(Fd::close);
        for (int i = 0; i < bad.sockets; i++) {
            String answer = answer(clients.get(i));
            assertTrue(bad + " " + i + ": " + answer, i > 0 ? answer.isEmpty() : answer.startsWith(bad.answer));
        }
    }

    private static String answer(StreamConnection client) throws Exception {
        return CompletableFuture.supplyAsync(() -> {
            try (client) {
                return AshdParent.answer(client);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }, THREADS).get(60, TimeUnit.SECONDS);
    }

    private static void assertServes(PacketConnection on) throws Exception {
        JunixStreams streams = new JunixStreams();
        FdPair pair = streams.pair();
        try (Fd theirs = pair.theirs()) {
            on.send(Datagram.encode(Request.of("GET", "/x", "HTTP/1.1", "x", Headers.EMPTY), Datagram.KERNEL_LIMIT), theirs);
        }
        String answer = answer(streams.adopt(pair.ours()));
        assertTrue(answer, answer.startsWith("HTTP/1.1 200 "));
    }

    /** Returns when the other side has closed it. */
    private static void awaitEnd(PacketConnection connection) throws Exception {
        int length = CompletableFuture.supplyAsync(() -> {
            try (Packet packet = new Packet(1)) {
                return connection.receive(packet);
            } catch (IOException e) {
                // closed with something unread
                return -1;
            }
        }, THREADS).get(60, TimeUnit.SECONDS);
        assertEquals(-1, length);
    }

    @Test
    public void aClientRefusesThemAndGoesOn() throws Exception {
        try (Htpipe server = Htpipe.server(dir, "s");
                AshdParent client = AshdParent.start(dir, Htpipe.command(dir, List.of(), "-C", "s"))) {
            long child = client.pid("a");
            send(client.connection(), KINDS.get(0));
            long before = client.descriptors();
            for (Bad bad : KINDS) {
                send(client.connection(), bad);
                assertEquals(child, client.pid("b"));
            }
            Await.until("no descriptor is lost", () -> client.descriptors() <= before);
            client.end();
            assertEquals(client.errors(), 0, client.awaitExit());
            assertFalse("the server has seen one of them: " + server.errors(), server.errors().contains("htpipe: "));
        }
    }

    @Test
    public void aServerClosesTheConnectionThatTheyCameOnAndNoOther() throws Exception {
        UnixAddress address = new UnixAddress(dir.resolve("s"));
        try (Htpipe server = Htpipe.server(dir, "s");
                AshdParent client = AshdParent.start(dir, Htpipe.command(dir, List.of(), "-C", "s"))) {
            long child = client.pid("a");
            long before = AshdParent.descriptors(server.process.pid());
            for (Bad bad : KINDS) {
                try (PacketConnection connection = new JunixPackets().connect(address)) {
                    assertServes(connection);
                    send(connection, bad);
                    awaitEnd(connection);
                }
                assertEquals(child, client.pid("b"));
            }
            Await.until("no descriptor is lost", () -> AshdParent.descriptors(server.process.pid()) <= before);
            assertEquals(server.errors(), KINDS.size(), server.errors().lines()
                    .filter(line -> line.contains("process id " + ProcessHandle.current().pid() + ",")
                            && line.contains("is disconnected"))
                    .count());
            server.signal("TERM");
            assertEquals(server.errors(), 0, server.awaitExit());
        }
    }
}
