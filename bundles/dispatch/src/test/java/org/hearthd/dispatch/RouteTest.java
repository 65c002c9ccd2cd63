package org.hearthd.dispatch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.hearthd.Headers;
import org.hearthd.Request;
import org.hearthd.spi.RoutePath;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RouteTest {
    private static Route route(Class<?> settings) {
        return RouteReader.read("org.hearthd.route~" + settings.getSimpleName().toLowerCase(),
                settings.getAnnotation(RouteSettings.class));
    }

    private static Request get(String rest, String... headers) {
        return Request.of("GET", "/" + rest, "HTTP/1.1", rest, Headers.of(headers));
    }

    private static String refusal(Class<?> settings) {
        return assertThrows(IllegalArgumentException.class, () -> route(settings)).getMessage();
    }

    @ParameterizedTest
    @CsvSource(nullValues = "-", value = {"/app,app,''", "/app,app/,/", "/app,app/x,/x", "/app,apple,-", "/app,ap,-",
        "/app,/app,-",
        "/app/,app/x,x", "/app/,app/,''", "/app/,app,-", "/app/,apple,-", "/a/b,a/b/c,/c", "/,'',''", "/,x/y,x/y", "/,/x,/x",
        "/App,app,-"})
    void aPathMatchesOnSegmentBoundaries(String path, String rest, String expected) {
        assertEquals(expected, Route.declared(path, "h", "test").match(get(rest)));
    }

    @Test
    void aRouteThatRemovesNothingMakesNoNewString() {
        Request request = get("x/y");
        assertSame(request.rest(), Route.declared("/", "h", "test").match(request));
    }

    @ParameterizedTest
    @CsvSource(nullValues = "-", value = {"example.org,example.org,true", "example.org,EXAMPLE.org:8080,true",
        "example.org,example.org.,true",
        "example.org,example.org.:80,true", "example.org,www.example.org,false", "example.org,notexample.org,false",
        "example.org,example.orgs,false", "example.org,-,false", "*.example.org,www.example.org,true",
        "*.example.org,a.b.Example.org:1,true", "*.example.org,example.org,false", "*.example.org,.example.org,false",
        "*.example.org,badexample.org,false", "[::1],[::1]:8080,true", "::1,[::1],true", "::1,[::12],false", "::1,[::1,false",
        "127.0.0.1,127.0.0.1:80,true"})
    void aHostMatchesWithoutPortAndCase(String condition, String host, boolean expected) {
        Headers headers = host == null ? Headers.EMPTY : Headers.of("Host", host);
        assertEquals(expected, HostCondition.of(condition).matches(headers));
    }

    @Test
    void aPatternIsSearchedAndTheTextAfterItsMatchIsLeft() {
        @RouteSettings(handler = "h", pattern = "^img/(\\w+)-")
        interface Img {}
        assertEquals("b.png", route(Img.class).match(get("img/a-b.png")));
        assertNull(route(Img.class).match(get("x/img/a-b.png")));
    }

    @Test
    void aTemplateMakesTheNewRestString() {
        @RouteSettings(handler = "h", pattern = "(a)|(b)", rest = "$$/$0/$1/$2/$_.x")
        interface Template {}
        assertEquals("$/b//b/cbd.x", route(Template.class).match(get("cbd")));
        @RouteSettings(handler = "h", path = "/app", rest = "$0!$_")
        interface OfPath {}
        assertEquals("app!app/x", route(OfPath.class).match(get("app/x")));
    }

    @Test
    void methodsAndHeadersAreConditions() {
        @RouteSettings(handler = "h", path = "/", methods = "HEAD, GET", headers = "Accept=^text/(a\\,b|html), X-Mode=beta")
        interface Both {}
        Route route = route(Both.class);
        assertEquals("x", route.match(get("x", "accept", "image/png", "Accept", "text/html", "x-mode", "a beta b")));
        assertEquals("x", route.match(get("x", "accept", "text/a,b", "x-mode", "beta")));
        assertNull(route.match(get("x", "accept", "text/html")));
        assertNull(route.match(get("x", "accept", "text/plain", "x-mode", "beta")));
        assertNull(route.match(Request.of("POST", "/x", "HTTP/1.1", "x", Headers.of("accept", "text/html", "x-mode", "beta"))));
    }

    @Test
    void contradictionsAreRefusedWithPidAndKey() {
        @RouteSettings(handler = "h", path = "/a", pattern = "a")
        interface Both {}
        @RouteSettings(handler = "h")
        interface Neither {}
        @RouteSettings(handler = "h", pattern = "(a")
        interface Regex {}
        @RouteSettings(handler = "h", pattern = "(a)(b)", rest = "$3")
        interface Group {}
        @RouteSettings(handler = "h", path = "/a", rest = "$1")
        interface PathGroup {}
        @RouteSettings(handler = "h", path = "/a", rest = "x$")
        interface Dollar {}
        @RouteSettings(handler = " ", path = "/a")
        interface Nobody {}
        @RouteSettings(handler = "h", path = "a")
        interface Relative {}
        @RouteSettings(handler = "h", path = "/", host = "a:80")
        interface Port {}
        @RouteSettings(handler = "h", path = "/", headers = "Accept")
        interface NoRegex {}
        @RouteSettings(handler = "h", path = "/", methods = "GET POST")
        interface Spaces {}
        assertEquals("org.hearthd.route~both: path and pattern exclude each other", refusal(Both.class));
        assertEquals("org.hearthd.route~neither: path or pattern is needed", refusal(Neither.class));
        assertEquals("org.hearthd.route~regex: pattern = (a is no regular expression: Unclosed group at index 2",
                refusal(Regex.class));
        assertEquals("org.hearthd.route~group: rest = $3 uses $3, but there is no group 3", refusal(Group.class));
        assertEquals("org.hearthd.route~pathgroup: rest = $1 uses $1, but there is no group 1", refusal(PathGroup.class));
        assertEquals("org.hearthd.route~dollar: rest = x$ has a $ that is not $0 to $9, $_ or $$", refusal(Dollar.class));
        assertEquals("org.hearthd.route~nobody: handler is missing", refusal(Nobody.class));
        assertEquals("org.hearthd.route~relative: path = a is not " + RoutePath.RULE, refusal(Relative.class));
        assertEquals("org.hearthd.route~port: host = a:80 is neither a host name without port nor *. and one",
                refusal(Port.class));
        assertEquals("org.hearthd.route~noregex: headers has Accept, which is not Name=regex", refusal(NoRegex.class));
        assertEquals("org.hearthd.route~spaces: methods has GET POST, which is no method; they are separated by commas",
                refusal(Spaces.class));
    }

    @Test
    void theOrderIsPriorityThenPatternThenLongerPathThenConfiguredThenName() {
        @RouteSettings(handler = "h", path = "/", priority = 1)
        interface First {}
        @RouteSettings(handler = "h", pattern = "a")
        interface Second {}
        @RouteSettings(handler = "h", path = "/long/er")
        interface Third {}
        @RouteSettings(handler = "h", path = "/a")
        interface Fourth {}
        @RouteSettings(handler = "h", path = "/b")
        interface Gifth {}
        @RouteSettings(handler = "h", path = "/z", priority = -1)
        interface Last {}
        List<Route> expected = Stream
                .concat(Stream.of(First.class, Second.class, Third.class, Fourth.class, Gifth.class).map(RouteTest::route),
                        Stream.of(Route.declared("/a", "h", "test"), route(Last.class)))
                .toList();
        List<Route> shuffled = new ArrayList<>(expected);
        Collections.reverse(shuffled);
        List<String> names = new RouteTable(shuffled, new Slots(null, b -> true)::of).routes().stream().map(Route::toString)
                .toList();
        assertEquals(expected.stream().map(Route::toString).toList(), names);
    }
}
