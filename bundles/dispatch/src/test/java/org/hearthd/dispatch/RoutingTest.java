package org.hearthd.dispatch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.hearthd.Handler;
import org.hearthd.Response;
import org.hearthd.transport.Await;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceFactory;
import org.osgi.framework.ServiceRegistration;

class RoutingTest {
    @TempDir
    Path storage;
    private House house;

    @BeforeEach
    void start() throws Exception {
        house = new House(storage);
    }

    @AfterEach
    void stop() throws Exception {
        house.close();
    }

    private static Handler echo(String name) {
        return e -> e.respond(Response.text(200, name + " " + e.request().rest()));
    }

    private static RouteConfig config(Class<?> settings) {
        return new RouteConfig(settings.getAnnotation(RouteSettings.class), properties(settings));
    }

    private static Map<String, Object> properties(Class<?> settings) {
        return Map.of(Constants.SERVICE_PID, "org.hearthd.route~" + settings.getSimpleName().toLowerCase());
    }

    @RouteSettings(handler = "blog", path = "/blog")
    private interface Blog {}

    @RouteSettings(handler = "all", path = "/", required = false)
    private interface All {}

    @Test
    void nothingMatchesIs404() throws Exception {
        house.dispatcher.addRoute(config(Blog.class));
        assertEquals(404, house.route("elsewhere").status());
    }

    @Test
    void aRequestGoesToTheLongerPathWithItsNewRestString() throws Exception {
        house.dispatcher.addRoute(config(All.class));
        house.dispatcher.addRoute(config(Blog.class));
        house.register(echo("all"), Handler.NAME, "all");
        house.register(echo("blog"), Handler.NAME, "blog");
        assertEquals("blog /x", house.route("blog/x").text());
        assertEquals("all blogs/x", house.route("blogs/x").text());
    }

    @Test
    void aMatchingRouteWithoutItsHandlerIs503() throws Exception {
        house.dispatcher.addRoute(config(Blog.class));
        assertEquals(503, house.route("blog").status());
    }

    @Test
    void aConfiguredRouteWinsOverADeclaredOne() throws Exception {
        house.register(echo("declared"), Handler.NAME, "declared", Handler.PATH, "/blog");
        house.register(echo("blog"), Handler.NAME, "blog");
        assertEquals("declared ", house.route("blog").text());
        RouteConfig route = config(Blog.class);
        house.dispatcher.addRoute(route);
        assertEquals("blog ", house.route("blog").text());
        house.dispatcher.removeRoute(route);
        assertEquals("declared ", house.route("blog").text());
    }

    @Test
    void aChangedRouteTakesEffectAndABadChangeLeavesItAsItWas() throws Exception {
        @RouteSettings(handler = "blog", path = "/news")
        interface News {}
        @RouteSettings(handler = "blog", path = "news")
        interface Bad {}
        house.register(echo("blog"), Handler.NAME, "blog");
        RouteConfig route = config(Blog.class);
        house.dispatcher.addRoute(route);
        route.modified(News.class.getAnnotation(RouteSettings.class), properties(News.class));
        house.dispatcher.updatedRoute(route);
        assertEquals("blog ", house.route("news").text());
        assertEquals(404, house.route("blog").status());
        assertThrows(IllegalArgumentException.class,
                () -> route.modified(Bad.class.getAnnotation(RouteSettings.class), properties(Bad.class)));
        house.dispatcher.updatedRoute(route);
        assertEquals("blog ", house.route("news").text());
    }

    @Test
    void unreadyNamesEveryRequiredRouteWithoutAHandler() throws Exception {
        house.dispatcher.addRoute(config(Blog.class));
        house.dispatcher.addRoute(config(All.class));
        assertEquals(List.of("route blog (org.hearthd.route~blog): no handler named blog is registered"),
                house.dispatcher.unready());
        house.register(echo("blog"), Handler.NAME, "blog");
        assertEquals(List.of(), house.dispatcher.unready());
    }

    @Test
    void unreadyTriesAHandlerAgainThatCouldNotBeActivated() throws Exception {
        house.dispatcher.addRoute(config(Blog.class));
        boolean[] works = {false};
        house.context.registerService(Handler.class.getName(), new ServiceFactory<Handler>() {
            @Override
            public Handler getService(Bundle bundle, ServiceRegistration<Handler> registration) {
                if (!works[0]) {
                    throw new IllegalStateException("its database is not there");
                }
                return echo("blog");
            }

            @Override
            public void ungetService(Bundle bundle, ServiceRegistration<Handler> registration, Handler service) {
                works[0] = false;
            }
        }, House.properties(Handler.NAME, "blog"));
        String line = house.dispatcher.unready().get(0);
        assertTrue(line.contains("blog") && line.endsWith("is registered but can not be activated"), line);
        works[0] = true;
        Await.until("ready", () -> house.dispatcher.unready().isEmpty());
        assertEquals("blog ", house.route("blog").text());
    }

    @Test
    void aPatternThatOverflowsTheStackIsA500NotACrash() throws Exception {
        @RouteSettings(handler = "blog", pattern = "^(a|b)*$")
        interface Deep {}
        house.dispatcher.addRoute(config(Deep.class));
        assertEquals(500, house.route("ab".repeat(100_000)).status());
    }
}
