package org.hearthd.stdin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.hearthd.Exchange;
import org.hearthd.Fd;
import org.hearthd.Response;
import org.hearthd.spi.DescriptorBudget;
import org.hearthd.transport.PacketConnection;
import org.hearthd.transport.PacketTransport;
import org.hearthd.transport.StreamConnection;
import org.hearthd.transport.junixsocket.JunixPackets;
import org.junit.jupiter.api.Test;

/** A reader that is replaced, fails or breaks. */
final class ReaderTest extends IntakeContract {
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
}
