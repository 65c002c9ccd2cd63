package org.hearthd.stdin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.hearthd.Exchange;
import org.hearthd.Fd;
import org.hearthd.Response;
import org.hearthd.spi.DescriptorBudget;
import org.hearthd.transport.FdPair;
import org.hearthd.transport.PacketSocket;
import org.hearthd.transport.UnixAddress;
import org.hearthd.transport.StreamConnection;
import org.junit.jupiter.api.Test;

/** Requests of a parent, from the first one to the end of file. */
final class IntakeTest extends IntakeContract {
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
        try (Fd listening = packets.listen(new UnixAddress(dir.resolve("s")), 0600, 1)) {
            message = assertThrows(IOException.class, () -> PacketSocket.check(listening.number(), Path.of("/proc")))
                    .getMessage();
            assertTrue(message.contains(", which listens, and not a connection"), message);
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
}
