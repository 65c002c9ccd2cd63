package org.hearthd.dispatch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.hearthd.Handler;
import org.hearthd.transport.Await;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Bundle;
import org.osgi.framework.ServiceRegistration;

/** Service properties and configuration. */
class SettingsTest extends HouseTest {
    @Test
    void badServicePropertiesDoNotTakeTheHandlerDown() throws Exception {
        house.register(says("hi"), Handler.NAME, "a", Handler.THREADS, "many", Handler.QUEUE, -1, Handler.TIMEOUT, -1L,
                Handler.NON_BLOCKING, "true", Handler.PATH, new String[] {"no-slash", "/good"});
        assertEquals("hi", house.dispatch("a").text());
        assertEquals("hi", house.route("good").text());
        assertEquals(404, house.route("no-slash").status());
        house.register(says("nameless"));
        house.register(says("misnamed"), Handler.NAME, 7);
        assertEquals("hi", house.dispatch("a").text());
    }

    @Test
    void aDeclaredRouteIsUnknownAfterUninstallingOnlyAndAbsentBefore() throws Exception {
        Bundle bundle = house.bundle("some.handler");
        bundle.getBundleContext().registerService(Handler.class, says("hi"),
                House.properties(Handler.NAME, "a", Handler.PATH, "/a"));
        assertEquals("hi", house.route("a/b").text());
        bundle.stop();
        assertEquals(503, house.route("a/b").status());
        bundle.uninstall();
        Await.until("unknown", () -> house.route("a/b").outcome.status() == 404);
    }

    @Test
    void aDeclaredRouteGoesWhenTheServiceNoLongerSaysIt() throws Exception {
        ServiceRegistration<Handler> registration = house.register(says("hi"), Handler.NAME, "a", Handler.PATH, "/a");
        assertEquals("hi", house.route("a").text());
        registration.setProperties(House.properties(Handler.NAME, "a", Handler.PATH, "/b"));
        assertEquals(404, house.route("a").status());
        assertEquals("hi", house.route("b").text());
    }

    @Test
    void aChangeOfConfigurationReachesTheHandlersThatAreThere() throws Exception {
        @DispatchConfig(handler_timeout_ms = 20, retry_after_s = 7, park_timeout_ms = 0)
        interface Hasty {}
        house.register(e -> {}, Handler.NAME, "a");
        house.dispatcher.modified(Hasty.class.getAnnotation(DispatchConfig.class));
        assertEquals(504, house.dispatch("a").status());
        assertEquals(503, house.dispatch("nobody").status());
        assertEquals("7", house.dispatch("nobody").response.headers().get("Retry-After"));
    }

    @Test
    void aContradictoryConfigurationIsRefusedByKeyAndTheOldOneGoesOn() throws Exception {
        @DispatchConfig(pool_threads = 0)
        interface Bad {}
        house.register(says("hi"), Handler.NAME, "a");
        String message = assertThrows(IllegalArgumentException.class,
                () -> house.dispatcher.modified(Bad.class.getAnnotation(DispatchConfig.class))).getMessage();
        assertTrue(message.startsWith("org.hearthd.dispatch: pool.threads = 0"), message);
        assertEquals("hi", house.dispatch("a").text());
    }
}
