package org.hearthd.dispatch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Proxy;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import org.hearthd.Exchange;
import org.hearthd.Handler;
import org.hearthd.Response;
import org.hearthd.transport.Await;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceRegistration;

/** Whose a path is that several handlers bring along, one after the other or at the same time. Requests wait for long. */
class DeclaredRoutesTest extends SuccessionContract {
    private static final String NO_DISK = "no disk";

    private static Handler echo(String name) {
        return e -> e.respond(Response.text(200, name + " " + e.request().rest()));
    }

    private static Handler broken() {
        return new Checked(() -> {
            throw new IllegalStateException(NO_DISK);
        });
    }

    private Slot slot(String name) {
        return house.dispatcher.registry().slots().of(name);
    }

    private List<String> handlers() {
        return house.dispatcher.registry().routes().list().stream().map(Route::handler).toList();
    }

    private Client parked(String rest, String handler) {
        Client client = house.route(rest);
        assertTrue(slot(handler).gate().parked().stream().anyMatch(p -> p.exchange().id().equals(client.exchange.id())));
        return client;
    }

    @Test
    void aHandlerThatChangesItsNameKeepsItsPathWithoutAGap() throws Exception {
        ServiceRegistration<Handler> registration = register(one, echo("hi"), Handler.NAME, "a", Handler.PATH, "/p");
        assertEquals("hi /x", house.route("p/x").text());
        for (String name : List.of("b", "a", "0")) {
            registration.setProperties(House.properties(Handler.NAME, name, Handler.PATH, "/p"));
            assertEquals("hi /x", house.route("p/x").text());
            assertEquals(List.of(name), handlers());
            assertEquals(0, slot(name).gate().parkedEver());
        }
    }

    @Test
    void aHandlerThatChangesItsNameAndItsPathLeavesNoneBehind() throws Exception {
        ServiceRegistration<Handler> registration = register(one, echo("hi"), Handler.NAME, "a", Handler.PATH, "/p");
        registration.setProperties(House.properties(Handler.NAME, "b", Handler.PATH, "/q"));
        assertEquals("hi /x", house.route("q/x").text());
        assertEquals(404, house.route("p").status());
        registration.setProperties(House.properties(Handler.PATH, "/q"));
        assertEquals(404, house.route("q").status(), "it has no name now");
    }

    @Test
    void whoComesAfterTheOtherHasGoneGetsItsPathAndWhatWaitsForIt() throws Exception {
        for (List<String> names : List.of(List.of("a", "b"), List.of("d", "c"))) {
            ServiceRegistration<Handler> old = register(one, says("old"), Handler.NAME, names.get(0), Handler.PATH, "/p");
            old.unregister();
            List<Client> waiting = List.of(parked("p/1", names.get(0)), parked("p/2", names.get(0)));
            ServiceRegistration<Handler> next = register(one, echo("new"), Handler.NAME, names.get(1), Handler.PATH, "/p");
            assertEquals("new /1", waiting.get(0).text());
            assertEquals("new /2", waiting.get(1).text());
            assertEquals("new /3", house.route("p/3").text());
            assertEquals(List.of(names.get(1)), handlers());
            next.unregister();
        }
    }

    @Test
    void whoComesBeforeTheOtherGoesGetsItsPathThen() throws Exception {
        for (List<String> names : List.of(List.of("a", "b"), List.of("d", "c"))) {
            ServiceRegistration<Handler> old = register(one, echo("old"), Handler.NAME, names.get(0), Handler.PATH, "/p");
            ServiceRegistration<Handler> next = register(one, echo("new"), Handler.NAME, names.get(1), Handler.PATH, "/p");
            assertEquals("old /1", house.route("p/1").text(), "of two that are there who was first");
            old.unregister();
            assertEquals("new /2", house.route("p/2").text());
            assertEquals(List.of(names.get(1)), handlers());
            next.unregister();
        }
    }

    @Test
    void whoIsThereWinsOverWhoIsNotWhateverTheirBundlesAndTheirOrder() throws Exception {
        two.start();
        register(one, broken(), Handler.NAME, "a", Handler.PATH, "/p");
        Client early = parked("p/1", "a");
        register(two, echo("two"), Handler.NAME, "b", Handler.PATH, "/p");
        assertEquals("two /1", early.text());
        assertEquals("two /2", house.route("p/2").text());
        assertEquals(List.of("b", "a"), handlers());
        assertEquals("b", new RouteFinder(house.dispatcher).apply("/p").get("handler"));
    }

    @Test
    void whatWaitsGoesToWhomeverOfThoseThatDeclareThePathIsReadyFirst() throws Exception {
        register(one, broken(), Handler.NAME, "a", Handler.PATH, "/p");
        CountDownLatch passed = new CountDownLatch(1);
        register(one, new Checked(() -> {
            passed.await();
            return null;
        }), Handler.NAME, "b", Handler.PATH, "/p");
        Client early = parked("p", "a");
        passed.countDown();
        assertEquals("checked", early.text());
        assertEquals("checked", house.route("p").text());
    }

    @Test
    void aBundlesPathStaysWhileItIsAwayAndItsRequestsWait() throws Exception {
        two.start();
        register(two, broken(), Handler.NAME, "broken", Handler.PATH, "/p");
        register(one, echo("one"), Handler.NAME, "a", Handler.PATH, new String[] {"/p", "/alone"});
        one.stop();
        Client shared = house.route("p/1");
        Client alone = parked("alone/1", "a");
        one.update(House.jar("some.handler.one", "1.0.1"));
        one.start();
        assertFalse(shared.exchange.ended() || alone.exchange.ended());
        register(one, echo("one"), Handler.NAME, "a", Handler.PATH, new String[] {"/p", "/alone"});
        assertEquals("one /1", shared.text());
        assertEquals("one /1", alone.text());
    }

    @Test
    void whatWaitsGoesToAnotherHandlerThatIsThereWhenItsOwnIsDrained() throws Exception {
        register(one, echo("one"), Handler.NAME, "a", Handler.PATH, "/p");
        register(one, echo("other"), Handler.NAME, "b", Handler.PATH, "/p");
        DispatchCommands commands = new DispatchCommands(house.dispatcher);
        commands.drain("a");
        assertEquals("other /", house.route("p/").text());
        commands.drain("b");
        Client waiting = house.route("p/x");
        assertFalse(waiting.exchange.ended());
        commands.undrain("b");
        assertEquals("other /x", waiting.text());
        commands.undrain("a");
        assertEquals("one /", house.route("p/").text());
    }

    @RouteSettings(handler = "named", path = "/p")
    private interface Named {}

    @Test
    void whatAConfiguredRouteOrASourceGivesToANamedHandlerWaitsForThat() throws Exception {
        house.dispatcher.addRoute(new RouteConfig(Named.class.getAnnotation(RouteSettings.class),
                Map.of(Constants.SERVICE_PID, "org.hearthd.route~named")));
        Client routed = parked("p/1", "named");
        Client dispatched = house.dispatch("named");
        register(one, echo("other"), Handler.NAME, "a", Handler.PATH, "/p");
        Client later = parked("p/2", "named");
        register(one, echo("named"), Handler.NAME, "named");
        assertEquals("named /1", routed.text());
        assertEquals("named /2", later.text());
        assertEquals("named ", dispatched.text());
    }

    /** Runs one of these whenever it is moved: then it is decided to whom, but he has not got it yet. */
    private static Exchange whenMoved(Exchange exchange, Queue<Runnable> hooks) {
        return (Exchange) Proxy.newProxyInstance(Exchange.class.getClassLoader(), new Class<?>[] {Exchange.class},
                (proxy, method, arguments) -> {
                    if (method.getName().equals("move") && !hooks.isEmpty()) {
                        hooks.remove().run();
                    }
                    Object result = method.invoke(exchange, arguments);
                    return result instanceof Exchange next ? whenMoved(next, hooks) : result;
                });
    }

    @Test
    void whoWasLedToAHandlerThatGoesAtThatMomentIsNotLeftBehind() throws Exception {
        ServiceRegistration<Handler> a = register(one, says("a"), Handler.NAME, "a", Handler.PATH, "/p");
        Client client = new Client("p");
        house.dispatcher.route(whenMoved(client.exchange, new ArrayDeque<>(List.of(() -> {
            a.unregister();
            register(one, says("b"), Handler.NAME, "b", Handler.PATH, "/p");
        }))));
        assertEquals("b", client.text());
    }

    @Test
    void whoIsHandedOverToAHandlerThatGoesAtThatMomentIsNotLeftBehind() throws Exception {
        register(one, broken(), Handler.NAME, "a", Handler.PATH, "/p");
        Await.until("it has failed", () -> house.dispatcher.failed(one));
        CountDownLatch passed = new CountDownLatch(1);
        ServiceRegistration<Handler> b = register(one, new Checked(() -> {
            passed.await();
            return null;
        }), Handler.NAME, "b", Handler.PATH, "/p");
        Client client = new Client("p");
        house.dispatcher.route(whenMoved(client.exchange, new ArrayDeque<>(List.of(() -> {}, () -> {
            b.unregister();
            register(one, says("c"), Handler.NAME, "c", Handler.PATH, "/p");
        }))));
        assertEquals(1, slot("a").gate().parked().size());
        passed.countDown();
        assertEquals("c", client.text());
    }

    @Test
    void manyThatHaveWaitedFindAFullPoolNoRefusal() throws Exception {
        register(one, says("old"), Handler.NAME, "a", Handler.PATH, "/p").unregister();
        List<Client> waiting = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            waiting.add(parked("p", "a"));
        }
        register(one, says("new"), Handler.NAME, "b", Handler.PATH, "/p", Handler.THREADS, 2, Handler.QUEUE, 0,
                Handler.PARK_MAX, 1);
        for (Client client : waiting) {
            assertEquals("new", client.text());
            assertEquals(1, client.endings.get());
        }
        Await.until("newcomers enter at once again", () -> {
            Generation generation = slot("b").gate().lease();
            if (generation != null) {
                generation.release();
            }
            return generation != null;
        });
    }

    @Test
    void aClientThatHangsUpAfterItWasHandedOverLeavesTheQueueAtOnce() throws Exception {
        register(one, says("old"), Handler.NAME, "a", Handler.PATH, "/p").unregister();
        Client first = parked("p", "a");
        Client second = parked("p", "a");
        CountDownLatch entered = new CountDownLatch(1);
        register(one, stuck(entered), Handler.NAME, "b", Handler.PATH, "/p", Handler.THREADS, 1, Handler.QUEUE, 0);
        entered.await();
        Await.until("the other waits behind it", () -> slot("b").gate().parked().size() == 1);
        second.exchange.gone();
        assertEquals(503, second.status());
        assertEquals(List.of(), slot("b").gate().parked());
        release.countDown();
        assertEquals("late", first.text());
    }

    @Test
    void whatWasHandedOverIsRefusedWhenTheDispatcherHasStopped() throws Exception {
        Gate gate = slot("a").gate();
        gate.close();
        Client client = new Client("x");
        gate.adopt(client.exchange, null, 60_000);
        assertEquals(503, client.status());
    }
}
