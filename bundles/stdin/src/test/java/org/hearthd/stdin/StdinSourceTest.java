package org.hearthd.stdin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.hearthd.Exchange;
import org.hearthd.Fd;
import org.hearthd.Response;
import org.hearthd.dispatch.Dispatcher;
import org.hearthd.transport.Descriptors;
import org.hearthd.transport.FdPair;
import org.hearthd.transport.PacketConnection;
import org.hearthd.transport.PacketTransport;
import org.hearthd.transport.StreamConnection;
import org.hearthd.transport.StreamTransport;
import org.hearthd.transport.junixsocket.JunixDescriptors;
import org.hearthd.transport.junixsocket.JunixPackets;
import org.hearthd.transport.junixsocket.JunixStreams;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class StdinSourceTest {
    private final PacketTransport packets = new JunixPackets();
    private final StreamTransport streams = new JunixStreams();
    private final Descriptors descriptors = new JunixDescriptors();
    private final Inbox inbox = new Inbox();
    private PacketConnection parent;
    /** Stands for descriptor 0. */
    private Fd standardInput;
    private List<String> openBefore;

    /** Keeps what it is given, with the name of the handler before it. */
    private static final class Inbox implements Dispatcher {
        final BlockingQueue<Exchange> exchanges = new LinkedBlockingQueue<>();

        @Override
        public void route(Exchange exchange) {
            exchanges.add(exchange.move("the routes"));
        }

        @Override
        public void dispatch(String handlerName, Exchange exchange) {
            exchanges.add(exchange.with(exchange.request().withRest("for " + handlerName)));
        }

        @Override
        public List<String> unready() {
            return List.of();
        }

        Exchange next() throws InterruptedException {
            Exchange exchange = exchanges.poll(20, TimeUnit.SECONDS);
            assertNotNull(exchange, "no exchange arrived");
            return exchange;
        }
    }

    @BeforeEach
    void connect() throws IOException {
        FdPair first = packets.pair();
        packets.adopt(first.ours()).close();
        first.close();
        // the JDK keeps one socket of its own from the first file channel on
        assertFalse(Files.readString(Path.of("/proc/self/stat")).isEmpty());
        openBefore = openDescriptors();
        FdPair pair = packets.pair();
        parent = packets.adopt(pair.ours());
        standardInput = pair.theirs();
    }

    @AfterEach
    void closesEveryDescriptorButTheStandardInput() {
        parent.close();
        standardInput.close();
        assertTrue(inbox.exchanges.isEmpty());
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (openDescriptors().size() != openBefore.size()) {
            assertTrue(System.nanoTime() < deadline, () -> openDescriptors() + ", before: " + openBefore);
            LockSupport.parkNanos(1_000_000);
        }
    }

    /** Sockets and pipes only: the class loader opens jars when it needs them. */
    private static List<String> openDescriptors() {
        List<String> open = new ArrayList<>();
        for (File link : new File("/proc/self/fd").listFiles()) {
            try {
                String target = Files.readSymbolicLink(link.toPath()).toString();
                if (!target.startsWith("/")) {
                    open.add(link.getName() + "=" + target);
                }
            } catch (IOException e) {
                // closed meanwhile
                continue;
            }
        }
        return open;
    }

    private StdinSource source(String handler) {
        return new StdinSource(inbox, packets, streams, descriptors, handler, standardInput.number());
    }

    private StdinSource started(String handler) throws IOException {
        StdinSource source = source(handler);
        source.start();
        return source;
    }

    private StreamConnection request() throws IOException {
        FdPair pair = streams.pair();
        byte[] datagram = "GET\0/a\0HTTP/1.1\0a\0\0".getBytes(StandardCharsets.US_ASCII);
        try (Fd theirs = pair.theirs()) {
            parent.send(ByteBuffer.wrap(datagram), theirs);
        }
        return streams.adopt(pair.ours());
    }

    private static void answer(Exchange exchange, StreamConnection client) throws IOException {
        exchange.respond(Response.text(200, "ok"));
        String answer = new String(client.input().readAllBytes(), StandardCharsets.US_ASCII);
        client.close();
        assertTrue(answer.startsWith("HTTP/1.1 200 OK\r\n") && answer.endsWith("\r\n\r\nok"), answer);
    }

    private static void assertCompletes(CompletionStage<Void> stage) throws Exception {
        stage.toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    @Test
    void requestsGoByTheRoutesOrToTheConfiguredHandler() throws Exception {
        StdinSource source = started("");
        StreamConnection client = request();
        Exchange routed = inbox.next();
        assertEquals("a", routed.request().rest());
        answer(routed, client);
        assertCompletes(source.drain());
        StdinSource named = started("hello");
        client = request();
        Exchange dispatched = inbox.next();
        assertEquals("for hello", dispatched.request().rest());
        answer(dispatched, client);
        assertEquals("stdin for handler hello", named.describe());
        assertEquals("stdin for the routes", source.describe());
        named.stop();
    }

    @Test
    void theEndOfTheParentExhaustsItAndWhatIsInProgressIsDrained() throws Exception {
        StdinSource source = started("");
        StreamConnection client = request();
        Exchange exchange = inbox.next();
        assertFalse(source.exhausted().toCompletableFuture().isDone());
        parent.close();
        assertCompletes(source.exhausted());
        CompletableFuture<Void> drained = source.drain().toCompletableFuture();
        assertFalse(drained.isDone());
        answer(exchange, client);
        assertCompletes(drained);
        assertCompletes(source.drain());
    }

    @Test
    void requestsThatWereQueuedBeforeTheEndAreNotLost() throws Exception {
        StreamConnection first = request();
        StreamConnection second = request();
        parent.close();
        StdinSource source = started("");
        answer(inbox.next(), first);
        answer(inbox.next(), second);
        assertCompletes(source.exhausted());
        assertCompletes(source.drain());
    }

    @Test
    void drainingStopsTheReaderAndIsNotTheEndOfTheParent() throws Exception {
        StdinSource source = started("");
        assertCompletes(source.drain());
        assertFalse(source.exhausted().toCompletableFuture().isDone());
        StreamConnection client = request();
        assertTrue(inbox.exchanges.isEmpty());
        StdinSource next = started("");
        answer(inbox.next(), client);
        next.stop();
    }

    @Test
    void theNextInstanceGoesOnWhereTheFirstWasStopped() throws Exception {
        for (int i = 0; i < 5; i++) {
            StdinSource source = started("");
            StreamConnection client = request();
            Exchange exchange = inbox.next();
            source.stop();
            StdinSource next = started("");
            StreamConnection second = request();
            answer(inbox.next(), second);
            next.stop();
            answer(exchange, client);
            assertCompletes(source.drain());
            assertCompletes(next.drain());
        }
        assertTrue(standardInput.isOpen());
    }

    @Test
    void whatIsNoParentsSocketIsRefusedByName() throws Exception {
        standardInput.close();
        FdPair pair = streams.pair();
        standardInput = pair.theirs();
        String stream = assertThrows(IOException.class, () -> source("").start()).getMessage();
        assertTrue(stream.contains("socket:[") && stream.contains("of another type, not the SEQPACKET socket of an ashd parent"),
                stream);
        pair.close();
        try (RandomAccessFile file = new RandomAccessFile("/dev/null", "r")) {
            String number = openNumber("/dev/null");
            assertTrue(file.getFD().valid());
            StdinSource source = new StdinSource(inbox, packets, streams, descriptors, "", Integer.parseInt(number));
            String device = assertThrows(IOException.class, source::start).getMessage();
            assertTrue(device.startsWith("descriptor 0 is fd " + number + " /dev/null, not the SEQPACKET socket"), device);
            source.stop();
        }
    }

    private static String openNumber(String target) throws IOException {
        String found = null;
        for (File link : new File("/proc/self/fd").listFiles()) {
            if (Files.isSymbolicLink(link.toPath())
                    && Files.readSymbolicLink(link.toPath()).toString().equals(target)) {
                found = link.getName();
            }
        }
        assertNotNull(found);
        return found;
    }
}
