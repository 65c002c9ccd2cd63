package org.hearthd.dispatch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.hearthd.Exchange;
import org.hearthd.Handler;
import org.hearthd.Response;
import org.hearthd.transport.Await;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Bundle;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceRegistration;

/** What the operator sees and does. */
class CommandsTest extends HouseTest {
    private DispatchCommands commands;

    @DispatchConfig(drain_timeout_ms = 600_000, park_timeout_ms = 60_000)
    private interface Patient {}

    @Override
    Class<?> config() {
        return Patient.class;
    }

    @BeforeEach
    void commands() {
        commands = new DispatchCommands(house.dispatcher);
    }

    private Bundle hello() throws Exception {
        Bundle bundle = house.install("some.hello", "1.2.3");
        bundle.start();
        return bundle;
    }

    private Map<String, Object> handler(String name) {
        return commands.handlers().stream().filter(row -> row.get("name").equals(name)).findFirst().orElseThrow();
    }

    @Test
    void handlersAreListedWithTheirGenerationsAndWhatTheyDo() throws Exception {
        CountDownLatch entered = new CountDownLatch(2);
        ServiceRegistration<Handler> registration = hello().getBundleContext().registerService(Handler.class, stuck(entered),
                House.properties(Handler.NAME, "hello"));
        house.dispatch("hello");
        Await.until("in the handler", () -> entered.getCount() == 1);
        registration.setProperties(House.properties(Handler.NAME, "hello"));
        house.dispatch("hello");
        assertTrue(entered.await(30, TimeUnit.SECONDS));
        house.dispatch("absent");
        assertEquals(List.of("absent", "hello"), commands.handlers().stream().map(row -> row.get("name")).toList());
        Map<String, Object> row = handler("hello");
        assertEquals(
                List.of("name", "generation", "bundle", "state", "ready", "why", "leases", "parked", "parked ever", "retiring"),
                List.copyOf(row.keySet()));
        assertEquals(List.of("hello", "hello/1.2.3#2", "some.hello 1.2.3", "in service", true, "", 1L, 0, 0L,
                List.of(Map.of("generation", "hello/1.2.3#1", "leases", 1L))), List.copyOf(row.values()));
        assertEquals(List.of("absent", "", "", "absent", false, "no handler named absent is registered", 0L, 1, 1L, List.of()),
                List.copyOf(handler("absent").values()));
    }

    @Test
    void routesAreListedInTheirOrderWithWhatTheyMatch() {
        @RouteSettings(handler = "blog", pattern = "^x", host = "*.example.org", methods = {"GET", "PUT"}, priority = 7)
        interface Blog {}
        house.register(says("hi"), Handler.NAME, "a", Handler.PATH, "/a");
        house.dispatcher.addRoute(
                new RouteConfig(Blog.class.getAnnotation(RouteSettings.class),
                        Map.of(Constants.SERVICE_PID, "org.hearthd.route~blog")));
        List<Map<String, Object>> rows = commands.routes();
        assertEquals(List.of("blog", "pattern ^x, host *.example.org, methods GET PUT, priority 7",
                "blog", "org.hearthd.route~blog", true, false), List.copyOf(rows.get(0).values()));
        assertEquals("path /a", rows.get(1).get("matches"));
        assertEquals(true, rows.get(1).get("ready"));
        assertTrue(((String) rows.get(1).get("from")).startsWith("declared by "));
    }

    @Test
    void requestsAreListedWhereverTheyAre() throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        CompletableFuture<Exchange> kept = new CompletableFuture<>();
        hello().getBundleContext().registerService(Handler.class, stuck(entered),
                House.properties(Handler.NAME, "hello", Handler.THREADS, 1));
        house.register(kept::complete, Handler.NAME, "later", Handler.NON_BLOCKING, true);
        Client running = new Client("x", "X-Ash-Address", "192.0.2.7");
        house.dispatcher.dispatch("hello", running.exchange);
        assertTrue(entered.await(30, TimeUnit.SECONDS));
        Client queued = house.dispatch("hello");
        Client parked = house.dispatch("absent");
        Client later = house.dispatch("later");
        List<Map<String, Object>> rows = commands.requests();
        assertEquals(4, rows.size());
        assertEquals(List.of("running", "queued", "parked", "running"), Stream.of(running, queued, parked, later)
                .map(c -> row(rows, c.exchange.id()).get("state")).toList());
        Map<String, Object> row = row(rows, running.exchange.id());
        assertTrue((Long) row.get("age.ms") >= 0);
        assertEquals(List.of("GET", "/x", "192.0.2.7", "hello", "hello/1.2.3#1", "running"),
                List.copyOf(row.values()).subList(2, 8));
        assertEquals("", row(rows, parked.exchange.id()).get("generation"));
        kept.get(30, TimeUnit.SECONDS).respond(Response.empty(204));
        release.countDown();
        running.await();
        queued.await();
        Await.until("only the parked one is left", () -> commands.requests().size() == 1);
    }

    private static Map<String, Object> row(List<Map<String, Object>> rows, String id) {
        return rows.stream().filter(r -> r.get("id").equals(id)).findFirst().orElseThrow();
    }

    @Test
    void aDrainedHandlerIsOutOfServiceUntilItIsBroughtBack() throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        ServiceRegistration<Handler> registration = house.register(e -> {
            entered.countDown();
            awaitRelease();
            e.respond(Response.text(200, "late"));
        }, Handler.NAME, "a");
        Client running = house.dispatch("a");
        assertTrue(entered.await(30, TimeUnit.SECONDS));
        CompletableFuture<String> drained = CompletableFuture.supplyAsync(() -> commands.drain("a"));
        Await.until("drained", () -> handler("a").get("state").equals("drained"));
        Client parked = house.dispatch("a");
        assertFalse(drained.isDone());
        release.countDown();
        assertTrue(drained.get(30, TimeUnit.SECONDS).contains("no request in progress"));
        assertEquals("late", running.text());
        registration.setProperties(House.properties(Handler.NAME, "a", Handler.THREADS, 2));
        assertNull(parked.outcome);
        assertTrue(((String) handler("a").get("why")).contains("drain"));
        assertEquals("handler a is in service", commands.undrain("a"));
        assertEquals("late", parked.text());
    }

    @Test
    void aHandlerThatNobodyHasNamedCanNotBeDrained() {
        assertEquals("there is no handler named nobody",
                assertThrows(IllegalArgumentException.class, () -> commands.drain("nobody")).getMessage());
        assertThrows(IllegalArgumentException.class, () -> commands.undrain("nobody"));
    }
}
