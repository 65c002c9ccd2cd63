package org.hearthd.dispatch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicReference;
import org.hearthd.Exchange;
import org.hearthd.Handler;
import org.hearthd.Headers;
import org.hearthd.Outcome;
import org.hearthd.Response;
import org.hearthd.spi.NoDescriptorException;
import org.junit.jupiter.api.Test;
import org.osgi.framework.ServiceRegistration;

/** What a handler is given, on which thread, and what becomes of it when it throws. */
class HandlingTest extends HouseTest {
    @Test
    void aBlockingHandlerRunsOnAThreadNamedAfterItWithItsOwnLoader() throws Exception {
        AtomicReference<Thread> thread = new AtomicReference<>();
        AtomicReference<ClassLoader> loader = new AtomicReference<>();
        house.register(e -> {
            thread.set(Thread.currentThread());
            loader.set(Thread.currentThread().getContextClassLoader());
            e.respond(Response.text(200, "hi"));
        }, Handler.NAME, "a");
        assertEquals("hi", house.dispatch("a").text());
        assertEquals("handler-a-1", thread.get().getName());
        assertTrue(thread.get().isDaemon());
        assertSame(getClass().getClassLoader(), loader.get());
    }

    @Test
    void aNonBlockingHandlerRunsOnTheCallersThreadAndAnswersBeforeDispatchReturns() {
        AtomicReference<Thread> thread = new AtomicReference<>();
        house.register(e -> {
            thread.set(Thread.currentThread());
            e.respond(Response.text(200, "hi"));
        }, Handler.NAME, "a", Handler.NON_BLOCKING, true);
        Client client = house.dispatch("a");
        assertSame(Thread.currentThread(), thread.get());
        assertEquals(1, client.endings.get());
    }

    @Test
    void anAbsentHandlerGives503WithRetryAfterAndTheRequestId() throws Exception {
        Client client = house.dispatch("nobody");
        assertEquals(503, client.status());
        assertEquals("1", client.response.headers().get("Retry-After"));
        assertEquals(client.exchange.id(), client.response.headers().get("X-Request-Id"));
    }

    @Test
    void aHandlerForWhichThereIsNoDescriptorGives503WithTheReason() throws Exception {
        house.register(e -> {
            throw new NoDescriptorException("None is left.", null);
        }, Handler.NAME, "a", Handler.NON_BLOCKING, true);
        Client client = house.dispatch("a");
        assertEquals(503, client.status());
        assertEquals("1", client.response.headers().get("Retry-After"));
        assertTrue(client.text().contains("None is left."), client.text());
    }

    @Test
    void theExchangeKnowsWhichGenerationItWasGivenTo() {
        ServiceRegistration<Handler> registration = house.register(says("hi"), Handler.NAME, "a", Handler.NON_BLOCKING, true);
        String first = house.dispatch("a").exchange.generation();
        assertTrue(first.matches("a/.*#\\d+"), first);
        assertEquals(first, house.dispatch("a").exchange.generation());
        registration.setProperties(House.properties(Handler.NAME, "a", Handler.NON_BLOCKING, true, Handler.TIMEOUT, 1_000L));
        assertNotEquals(first, house.dispatch("a").exchange.generation());
        assertNull(house.dispatch("nobody").exchange.generation());
    }

    @Test
    void theExchangeBelongsToTheHandlerByName() {
        house.register(says("hi"), Handler.NAME, "a", Handler.NON_BLOCKING, true);
        Client client = house.dispatch("a");
        String message = assertThrows(IllegalStateException.class, () -> client.exchange.body()).getMessage();
        assertTrue(message.endsWith("moved to handler a"), message);
    }

    @Test
    void anExchangeThatIsNotTheGiversIsNotTouched() throws Exception {
        house.register(says("hi"), Handler.NAME, "a", Handler.NON_BLOCKING, true);
        Client client = new Client("");
        Exchange owned = client.exchange.move("somebody");
        house.dispatcher.dispatch("a", client.exchange);
        assertFalse(owned.ended());
        house.dispatcher.dispatch("a", owned);
        assertEquals("hi", client.text());
    }

    @Test
    void whateverAHandlerThrowsIsA500AndLeavesThePoolWorking() throws Exception {
        List<Throwable> thrown = List.of(new IllegalStateException("x"), new IOException("x"), new StackOverflowError(),
                new NoClassDefFoundError("x"), new OutOfMemoryError("not really"));
        BlockingQueue<Throwable> next = new LinkedBlockingQueue<>(thrown);
        Handler thrower = e -> sneak(next.remove());
        ServiceRegistration<Handler> registration = house.register(thrower, Handler.NAME, "a", Handler.THREADS, 1);
        for (int i = 0; i < thrown.size(); i++) {
            assertEquals(500, house.dispatch("a").status());
        }
        registration.setProperties(House.properties(Handler.NAME, "a", Handler.NON_BLOCKING, true));
        next.addAll(thrown);
        for (int i = 0; i < thrown.size(); i++) {
            assertEquals(500, house.dispatch("a").status());
        }
    }

    @SuppressWarnings("unchecked") // throws any Throwable past the compiler
    private static <T extends Throwable> void sneak(Throwable t) throws T {
        throw (T) t;
    }

    @Test
    void aHandlerThatThrowsAfterChangingTheRequestIsAnsweredForAsWell() throws Exception {
        house.register(e -> {
            e.with(e.request().withRest("other"));
            throw new IllegalStateException("x");
        }, Handler.NAME, "a");
        assertEquals(500, house.dispatch("a").status());
    }

    @Test
    void aHandlerThatThrowsInTheMiddleOfItsAnswerBreaksTheConnection() throws Exception {
        house.register(e -> {
            OutputStream out = e.respond(200, Headers.EMPTY);
            out.write(1);
            throw new IllegalStateException("x");
        }, Handler.NAME, "a");
        Client client = house.dispatch("a").await();
        assertEquals(Outcome.End.ABORTED, client.outcome.end());
        assertTrue(client.aborted);
        assertNull(client.response);
    }
}
