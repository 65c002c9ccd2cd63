package org.hearthd.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.After;
import org.junit.Before;
import org.junit.Test;

/** The variables of one request with every oddity, from the front to a server in Python, and next to those of nginx and Apache. */
public class ScgiVariablesPeerIT extends WithHearth {
    private static final Path TABLES = HearthProcess.ROOT.resolve("bundles/scgi/src/test/resources/org/hearthd/scgi");
    private static final String BODY = "a=1&b=2";
    /** Header for header that of the table, but for those that only a parent may send. */
    private static final String ODD = """
            POST /s/sub%20dir/%C3%A9%2Fz/../dump?a=1&b=%20c+d HTTP/1.1
            Host: example.test:8080
            User-Agent: probe/1
            Accept: */*
            Accept-Encoding: gzip
            Cookie: a=1
            cookie: b=2
            Content-Type: application/x-www-form-urlencoded
            Content-Length: 7
            Authorization: Basic dTpw
            X-Foo-Bar: one
            X-Dup: 1
            x-dup: 2
            Proxy: http://evil/
            X-Empty:
            SCGI: 9
            Referer: http://r/
            X_Under: u
            X.Dot: d
            If-None-Match: "e"
            Range: bytes=0-1
            TE: trailers
            X-Hop: h
            Connection: close, X-Hop
            X_Ash_Remote_User: root

            """;
    /** What the tables have of the parent that the unit test plays, and of this machine here. */
    private static final String[] LOCAL = {"REMOTE_ADDR", "REMOTE_PORT", "SERVER_ADDR", "SERVER_PORT", "SERVER_SOFTWARE"};

    private ScgiServer server;

    @Before
    public void start() throws Exception {
        server = ScgiServer.start(dir);
        hearth = HearthProcess.ready(home);
    }

    @After
    public void stop() throws Exception {
        server.close();
    }

    @Test
    public void theOddRequestGivesTheTableOfEachConvention() throws Exception {
        for (String convention : new String[] {"callscgi", "nginx", "apache"}) {
            Map<String, String> expected = table(Files.readString(TABLES.resolve("variables-" + convention + ".txt")));
            Map<String, String> found = asked(convention);
            for (String name : LOCAL) {
                assertEquals(convention + " " + name, expected.containsKey(name), found.containsKey(name));
                expected.computeIfPresent(name, (n, v) -> found.get(n));
            }
            assertEquals(convention, lines(expected), lines(found));
        }
    }

    /** What differs is what the page of the bundle says: no name twice, nothing of the connection, no httpoxy. */
    @Test
    public void conventionNginxIsWhatNginxSendsButForWhatItShouldNotSend() throws Exception {
        try (Proxy nginx = Proxy.start(Proxy.Program.NGINX_SCGI, dir, server.address())) {
            String answer = answer(nginx.url("/"));
            assertTrue(answer, answer.contains("BROKEN: HTTP_COOKIE is there twice"));
            Map<String, String> theirs = new TreeMap<>(table(answer));
            Map<String, String> ours = new TreeMap<>(asked("nginx"));
            Map<String, String> expected = new TreeMap<>(theirs);
            expected.keySet().removeIf(name -> name.startsWith("BROKEN"));
            for (String name : new String[] {"HTTP_CONNECTION", "HTTP_TE", "HTTP_X_HOP", "HTTP_PROXY", "DOCUMENT_ROOT"}) {
                assertTrue(name, expected.remove(name) != null);
            }
            // nginx: of the server that is configured, not of the request; Debian's cuts the port off the host
            expected.put("SERVER_NAME", "example.test");
            expected.put("HTTP_HOST", "example.test:8080");
            for (String name : new String[] {"REMOTE_PORT", "SERVER_PORT"}) {
                expected.put(name, ours.get(name));
            }
            // the last one of each in this map of theirs
            expected.put("HTTP_COOKIE", "a=1; b=2");
            expected.put("HTTP_X_DUP", "1, 2");
            assertEquals(lines(expected), lines(ours));
        }
    }

    /** The same for Apache, which joins repeated headers too, and sends what is its own configuration's. */
    @Test
    public void conventionApacheIsWhatApacheSendsButForWhatItShouldNotSend() throws Exception {
        try (Proxy apache = Proxy.start(Proxy.Program.APACHE_SCGI, dir, server.address())) {
            String answer = answer(apache.url("/"));
            assertFalse(answer, answer.contains("BROKEN"));
            Map<String, String> ours = new TreeMap<>(asked("apache"));
            Map<String, String> expected = new TreeMap<>(table(answer));
            for (String name : new String[] {"HTTP_CONNECTION", "HTTP_TE", "HTTP_X_HOP", "PATH", "DOCUMENT_ROOT",
                "CONTEXT_DOCUMENT_ROOT", "CONTEXT_PREFIX", "SCRIPT_FILENAME", "SERVER_ADMIN", "SERVER_SIGNATURE"}) {
                assertTrue(name, expected.remove(name) != null);
            }
            assertEquals("a=1, b=2", expected.put("HTTP_COOKIE", "a=1; b=2"));
            assertTrue(expected.get("SERVER_SOFTWARE"), expected.get("SERVER_SOFTWARE").startsWith("Apache/"));
            for (String name : new String[] {"REMOTE_PORT", "SERVER_SOFTWARE"}) {
                expected.put(name, ours.get(name));
            }
            assertEquals(lines(expected), lines(ours));
        }
    }

    private Map<String, String> asked(String convention) throws Exception {
        hearth.configure("org.hearthd.scgi-s.cfg",
                "path = /s/\nconvention = " + convention + "\naddress = " + server.address() + "\nvariables = ROUND="
                        + convention);
        hearth.awaitAnswer("/s/x", 200, "ROUND=" + convention);
        Map<String, String> found = table(answer(hearth.url("/")));
        assertEquals(convention, found.remove("ROUND"));
        return found;
    }

    private static String answer(String url) throws Exception {
        URI uri = URI.create(url);
        try (KeepAlive client = new KeepAlive("http://" + uri.getHost() + ":" + uri.getPort())) {
            client.send(ODD.replace("\n", "\r\n") + BODY);
            String answer = client.answer();
            assertTrue(answer, answer.startsWith("HTTP/1.1 200 "));
            return answer.substring(answer.indexOf("\n\n") + 2);
        }
    }

    private static Map<String, String> table(String text) {
        // the answer is octets, the files are UTF-8
        String octets = text.chars().allMatch(c -> c < 0x100) && text.contains("\u00c3")
                ? new String(text.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8)
                : text;
        Map<String, String> table = new LinkedHashMap<>();
        octets.lines().forEach(line -> table.put(line.substring(0, line.indexOf(line.startsWith("BROKEN: ") ? ':' : '=')),
                line.substring(line.indexOf('=') + 1)));
        return table;
    }

    private static String lines(Map<String, String> table) {
        return table.entrySet().stream().map(e -> e.getKey() + "=" + e.getValue()).collect(Collectors.joining("\n"));
    }
}
