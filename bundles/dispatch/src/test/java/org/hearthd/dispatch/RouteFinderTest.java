package org.hearthd.dispatch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.hearthd.Handler;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Constants;

class RouteFinderTest extends HouseTest {
    @RouteSettings(handler = "blog", path = "/blog")
    private interface Blog {}

    @RouteSettings(handler = "forms", path = "/forms", methods = "POST")
    private interface Forms {}

    @RouteSettings(handler = "site", path = "/", host = "www.example.org")
    private interface Site {}

    private void route(Class<?> settings) {
        house.dispatcher.addRoute(new RouteConfig(settings.getAnnotation(RouteSettings.class),
                Map.of(Constants.SERVICE_PID, "org.hearthd.route~" + settings.getSimpleName().toLowerCase())));
    }

    private Map<String, String> find(String what) {
        return new RouteFinder(house.dispatcher).apply(what);
    }

    @Test
    void aPathLeadsToItsRouteAndItsHandler() {
        route(Blog.class);
        Map<String, String> absent = find("/blog/a b?x=1");
        assertEquals("blog (org.hearthd.route~blog)", absent.get("route"));
        assertEquals("blog", absent.get("handler"));
        assertEquals("/a%20b", absent.get("rest"));
        assertEquals("absent: no handler named blog is registered", absent.get("state"));
        house.register(says("hello"), Handler.NAME, "blog");
        String state = find("/blog").get("state");
        assertTrue(state.startsWith("in service: blog/") && state.endsWith("#1"), state);
    }

    @Test
    void aUrlBringsItsHost() {
        route(Site.class);
        assertEquals("site", find("http://www.example.org:8080/x/\u00e4").get("handler"));
        assertEquals("site", find("http://www.example.org").get("handler"));
        assertTrue(find("/x").get("but").contains("host"));
        assertTrue(find("http://other.example.org/x").get("but").contains("on other.example.org"));
    }

    @Test
    void aRouteThatWantsMoreThanAPlainGetIsNamedWithThat() {
        route(Forms.class);
        assertEquals("forms (org.hearthd.route~forms)", find("/forms/x").get("route"));
        assertTrue(find("/forms/x").get("but").contains("method"));
    }

    @Test
    void namesAreThoseOfRoutesAndOfHandlers() {
        route(Blog.class);
        house.register(says("hello"), Handler.NAME, "lonely");
        assertEquals("blog (org.hearthd.route~blog)", find("blog").get("route"));
        assertEquals("lonely", find("lonely").get("handler"));
        assertTrue(!find("lonely").containsKey("route"));
    }

    @Test
    void whatNobodyKnowsStaysUnknown() {
        assertEquals(Map.of(), find("/nothing"));
        assertEquals(Map.of(), find("nothing"));
        assertEquals(Map.of(), find(""));
    }
}
