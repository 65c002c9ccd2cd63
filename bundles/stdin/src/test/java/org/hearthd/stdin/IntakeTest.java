package org.hearthd.stdin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.hearthd.Exchange;
import org.hearthd.Fd;
import org.hearthd.Response;
import org.hearthd.spi.DescriptorBudget;
import org.hearthd.transport.FdPair;
import org.hearthd.transport.PacketConnection;
import org.hearthd.transport.PacketTransport;
import org.hearthd.transport.StreamConnection;
import org.hearthd.transport.junixsocket.JunixPackets;
import org.hearthd.transport.junixsocket.RealSockets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A parent, its socketpair and the source at the other end; as many descriptors afterwards as before. */
final class IntakeTest extends RealSockets {
    private final BlockingQueue<Exchange> exchanges = new LinkedBlockingQueue<>();
    private PacketConnection parent;
    private Fd zero;
    private Intake intake;

    @BeforeEach
    void connect() throws Exception {
        FdPair pair = packets.pair();
        parent = packets.adopt(pair.ours());
        zero = pair.theirs();
        intake = new Intake(() -> streams, exchanges::add, List::of, () -> DescriptorBudget.NONE);
    }

    @AfterEach
    void close() {
        intake.stop();
        parent.close();
        zero.close();
    }

    @Test
    void exhaustsAtTheEndAndDrainsWhenTheLastRequestHasEnded() throws Exception {
        intake.read(zero::dup, packets);
        try (StreamConnection client = request("a")) {
            Exchange exchange = next();
            parent.close();
            intake.exhausted().toCompletableFuture().get(60, TimeUnit.SECONDS);
            CompletableFuture<Void> drained = intake.drain().toCompletableFuture();
            assertFalse(drained.isDone());
            exchange.respond(Response.empty(204));
            get(drained);
            assertEquals("HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n", rest(client));
        }
    }

    @Test
    void queuedRequestsAreAnsweredBeforeTheEndIsSeen() throws Exception {
        List<StreamConnection> clients = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            clients.add(request("r" + i));
        }
        parent.close();
        intake.read(zero::dup, packets);
        for (int i = 0; i < 5; i++) {
            Exchange exchange = next();
            exchange.respond(Response.text(200, exchange.request().rest()));
            assertTrue(rest(clients.get(i)).endsWith("r" + i));
            clients.get(i).close();
        }
        intake.exhausted().toCompletableFuture().get(60, TimeUnit.SECONDS);
    }

    @Test
    void whatIsOverTheLimitIsReadWhenOthersHaveEnded() throws Exception {
        intake.limit(2);
        intake.read(zero::dup, packets);
        List<StreamConnection> clients = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            clients.add(request("r" + i));
        }
        for (StreamConnection client : clients) {
            Exchange exchange = next();
            assertTrue(exchanges.size() < 2, "more than two are in progress");
            exchange.respond(Response.text(200, "served"));
            assertTrue(rest(client).endsWith("served"));
            client.close();
        }
    }

    @Test
    void anotherTransportTakesOverWithoutLosingARequest() throws Exception {
        intake.read(zero::dup, packets);
        int total = 60;
        List<StreamConnection> clients = new ArrayList<>();
        for (int i = 0; i < total; i++) {
            clients.add(request("r" + i));
            if (i % 20 == 10) {
                intake.read(zero::dup, new JunixPackets());
            }
        }
        List<String> seen = new ArrayList<>();
        for (int i = 0; i < total; i++) {
            Exchange exchange = next();
            seen.add(exchange.request().rest());
            exchange.close();
        }
        assertEquals(total, seen.stream().distinct().count());
        for (StreamConnection client : clients) {
            assertTrue(rest(client).startsWith("HTTP/1.1 502 "));
            client.close();
        }
        assertFalse(intake.exhausted().toCompletableFuture().isDone());
    }

    @Test
    void withoutAThreadNobodyReadsAndDrainingEnds() throws Exception {
        intake.threads(task -> new Thread(task) {
            @Override
            public void start() {
                throw new OutOfMemoryError("unable to create native thread, on purpose");
            }
        });
        String message = assertThrows(IOException.class, () -> intake.read(zero::dup, packets)).getMessage();
        assertTrue(message.startsWith("there is no thread to read with"), message);
        intake.threads(Thread::new);
        intake.read(zero::dup, packets);
        try (StreamConnection client = request("a")) {
            next().respond(Response.empty(200));
            assertTrue(rest(client).startsWith("HTTP/1.1 200 "));
        }
        get(intake.drain().toCompletableFuture());
    }

    @Test
    void aReaderThatRunsOutOfMemoryIsTheEnd() throws Exception {
        Held failing = new Held();
        failing.result.completeExceptionally(new OutOfMemoryError("on purpose"));
        intake.read(zero::dup, failing.transport());
        ExecutionException e = assertThrows(ExecutionException.class,
                () -> intake.exhausted().toCompletableFuture().get(60, TimeUnit.SECONDS));
        assertEquals("on purpose", e.getCause().getMessage());
        get(intake.drain().toCompletableFuture());
    }

    @Test
    void aClosedReaderLeavesRequestsForTheNextOne() throws Exception {
        intake.read(zero::dup, packets);
        intake.stop();
        try (StreamConnection client = request("later")) {
            Intake next = new Intake(() -> streams, exchanges::add, List::of, () -> DescriptorBudget.NONE);
            next.read(zero::dup, packets);
            Exchange exchange = next();
            assertEquals("later", exchange.request().rest());
            exchange.respond(Response.empty(200));
            assertTrue(rest(client).startsWith("HTTP/1.1 200 "));
            get(next.drain().toCompletableFuture());
        }
        assertFalse(intake.exhausted().toCompletableFuture().isDone());
    }

    @Test
    void takesNothingMoreOnceItDrains() throws Exception {
        intake.read(zero::dup, packets);
        get(intake.drain().toCompletableFuture());
        get(intake.drain().toCompletableFuture());
        intake.read(zero::dup, packets);
        assertThrows(IOException.class, () -> request("refused"), "the parent learns it at once");
        assertTrue(exchanges.isEmpty());
    }

    @Test
    void whatIsQueuedWhenItDrainsIsAnsweredAsWell() throws Exception {
        CountDownLatch first = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        intake = new Intake(() -> streams, exchange -> {
            first.countDown();
            await(release);
            exchanges.add(exchange);
        }, List::of, () -> DescriptorBudget.NONE);
        intake.read(zero::dup, packets);
        List<StreamConnection> clients = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            clients.add(request("r" + i));
        }
        await(first);
        CompletableFuture<Void> drained = intake.drain().toCompletableFuture();
        release.countDown();
        for (int i = 0; i < 20; i++) {
            assertFalse(drained.isDone());
            next().respond(Response.text(200, "r" + i));
            assertTrue(rest(clients.get(i)).endsWith("r" + i));
            clients.get(i).close();
        }
        get(drained);
    }

    @Test
    void aBrokenConnectionIsNoEndOfFile() throws Exception {
        Held broken = new Held();
        intake.read(zero::dup, broken.transport());
        broken.result.completeExceptionally(new IOException("Input/output error"));
        ExecutionException e = assertThrows(ExecutionException.class,
                () -> intake.exhausted().toCompletableFuture().get(60, TimeUnit.SECONDS));
        assertEquals("Input/output error", e.getCause().getMessage());
        get(intake.drain().toCompletableFuture());
    }

    @Test
    void aReaderThatSeesAnEndOrBreaksWhenItHasBeenReplacedDecidesNothing() throws Exception {
        Held ending = new Held();
        Held breaking = new Held();
        intake.read(zero::dup, ending.transport());
        intake.read(zero::dup, breaking.transport());
        intake.read(zero::dup, packets);
        ending.result.complete(-1);
        breaking.result.completeExceptionally(new IOException("Input/output error"));
        ending.join();
        breaking.join();
        try (StreamConnection client = request("after the swap")) {
            next().respond(Response.empty(200));
            assertTrue(rest(client).startsWith("HTTP/1.1 200 "));
        }
        assertFalse(intake.exhausted().toCompletableFuture().isDone());
        parent.close();
        intake.exhausted().toCompletableFuture().get(60, TimeUnit.SECONDS);
    }

    /** A connection whose receive ends when the test says so, even after it was closed. */
    private static final class Held {
        final CompletableFuture<Integer> result = new CompletableFuture<>();
        private final CompletableFuture<Thread> reader = new CompletableFuture<>();

        PacketTransport transport() {
            return proxy(PacketTransport.class, (self, method, arguments) -> {
                ((Fd) arguments[0]).close();
                return proxy(PacketConnection.class, this::call);
            });
        }

        private Object call(Object self, Method method, Object... arguments) throws Throwable {
            if (!method.getName().equals("receive")) {
                return null;
            }
            reader.complete(Thread.currentThread());
            try {
                return result.get(60, TimeUnit.SECONDS);
            } catch (ExecutionException e) {
                throw e.getCause();
            }
        }

        void join() throws Exception {
            reader.get(60, TimeUnit.SECONDS).join(20_000);
        }

        private static <T> T proxy(Class<T> type, InvocationHandler handler) {
            return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (self, method, arguments) -> {
                return switch (method.getName()) {
                    case "equals" -> self == arguments[0];
                    case "hashCode" -> System.identityHashCode(self);
                    case "toString" -> type.getSimpleName();
                    default -> handler.invoke(self, method, arguments);
                };
            }));
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            assertTrue(latch.await(60, TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aDuplicateThatCannotBeMadeIsReportedAndTheNextOneWorks() throws Exception {
        assertThrows(IOException.class, () -> intake.read(() -> {
            throw new IOException("no descriptor left");
        }, packets));
        intake.read(zero::dup, packets);
        try (StreamConnection client = request("a")) {
            next().abort();
            assertEquals("", rest(client));
        }
    }

    @Test
    void knowsASeqpacketSocketFromEverythingElse() throws Exception {
        PacketSocket.check(zero.number(), Path.of("/proc"));
        FdPair streamPair = streams.pair();
        String message = assertThrows(IOException.class, () -> PacketSocket.check(streamPair.ours().number(), Path.of("/proc")))
                .getMessage();
        assertTrue(message.contains("not a Unix SEQPACKET socket"), message);
        streamPair.close();
        try (Fd file = file("plain")) {
            message = assertThrows(IOException.class, () -> PacketSocket.check(file.number(), Path.of("/proc"))).getMessage();
            assertTrue(message.contains("/plain and not"), message);
        }
    }

    @Test
    void aProcessAnswersOnItsDescriptor0AndEndsWithItsParent() throws Exception {
        Process child = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
                System.getProperty("java.class.path"), EchoChild.class.getName()).redirectInput(descriptors.redirect(zero))
                .redirectError(ProcessBuilder.Redirect.INHERIT).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
        zero.close();
        try (StreamConnection client = request("from the parent")) {
            assertTrue(rest(client).endsWith("\r\n\r\nfrom the parent"));
        }
        parent.close();
        assertTrue(child.waitFor(60, TimeUnit.SECONDS));
        assertEquals(0, child.exitValue());
        child.getInputStream().close();
        child.getErrorStream().close();
        child.getOutputStream().close();
    }

    private StreamConnection request(String rest) throws IOException {
        FdPair pair = streams.pair();
        StreamConnection client = streams.adopt(pair.ours());
        try (Fd theirs = pair.theirs()) {
            parent.send(ByteBuffer.wrap(("GET\0/\0HTTP/1.1\0" + rest + "\0\0").getBytes(StandardCharsets.ISO_8859_1)), theirs);
            return client;
        } catch (IOException e) {
            client.close();
            throw e;
        }
    }

    private Exchange next() throws InterruptedException {
        Exchange exchange = exchanges.poll(60, TimeUnit.SECONDS);
        assertTrue(exchange != null, "no request came");
        return exchange;
    }

    private static String rest(StreamConnection client) throws IOException {
        return new String(client.input().readAllBytes(), StandardCharsets.ISO_8859_1);
    }
}
