package org.hearthd.scgi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.hearthd.Headers;
import org.hearthd.Request;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class VariablesTest {
    /** One request with every oddity that callers treat differently. */
    private static final Request ODD = Request.of("POST", "/s/sub%20dir/%C3%A9%2Fz/../dump?a=1&b=%20c+d", "HTTP/1.1",
            "sub%20dir/%C3%A9%2Fz/../dump",
            Headers.of("Host", "example.test:8080", "User-Agent", "probe/1", "Accept", "*/*", "Accept-Encoding", "gzip", "Cookie",
                    "a=1",
                    "cookie", "b=2", "Content-Type", "application/x-www-form-urlencoded", "Content-Length", "7", "Authorization",
                    "Basic dTpw", "X-Foo-Bar", "one", "X-Dup", "1", "x-dup", "2", "Proxy", "http://evil/", "X-Empty", "", "SCGI",
                    "9",
                    "Referer", "http://r/", "X_Under", "u", "X.Dot", "d", "If-None-Match", "\"e\"", "Range", "bytes=0-1", "TE",
                    "trailers", "Expect", "100-continue", "X-Hop", "h", "Connection", "close, X-Hop", "X-Ash-Connection-ID", "A",
                    "X-Ash-Address", "127.0.0.1", "X-Ash-Port", "33436", "X-Ash-Server-Address", "127.0.0.2", "X-Ash-Server-Port",
                    "8280", "X-Ash-Protocol", "http", "X_Ash_Remote_User", "root"));

    private static Map<String, String> table(Request request, Object... keys) {
        Map<String, Object> config = House.keys(keys);
        config.put("address", "4000");
        ByteBuf block = Variables.encode(request, 7, House.settings(config), "Hearth/test", new Block());
        String text = block.toString(StandardCharsets.ISO_8859_1);
        block.release();
        return pairs(text);
    }

    /** What a netstring says, which must not say anything twice. */
    private static Map<String, String> pairs(String netstring) {
        int colon = netstring.indexOf(':');
        int end = netstring.length() - 1;
        assertEquals(Integer.toString(end - colon - 1), netstring.substring(0, colon));
        assertEquals(',', netstring.charAt(end));
        String[] words = netstring.substring(colon + 1, end).split("\0", -1);
        assertEquals("", words[words.length - 1], "a NUL is behind each word");
        Map<String, String> table = new LinkedHashMap<>();
        for (int i = 0; i + 1 < words.length; i += 2) {
            assertNull(table.put(words[i], words[i + 1]), words[i]);
        }
        assertEquals("CONTENT_LENGTH", table.keySet().iterator().next());
        return table;
    }

    @ParameterizedTest
    @ValueSource(strings = {"callscgi", "nginx", "apache"})
    void anOddRequestGivesTheExpectedTable(String convention) throws IOException {
        String lines = table(ODD, "convention", convention).entrySet().stream().map(e -> e.getKey() + "=" + e.getValue() + "\n")
                .collect(Collectors.joining());
        try (InputStream expected = getClass().getResourceAsStream("variables-" + convention + ".txt")) {
            assertEquals(new String(expected.readAllBytes(), StandardCharsets.UTF_8),
                    new String(lines.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8));
        }
    }

    @ParameterizedTest
    @CsvSource({"/a/b?q,a/b,'',/a/b", "/,'','',/", "/app/x%20y,x%20y,/app/,x y", "/app/,'',/app/,''", "/app,'',/app,''",
        "/app/x,other,/app/x,other", "/app/x,/x,/app,/x", "/app/x%zz,x%zz,/app/,x%zz", "/app/x%00y,x%00y,/app/,x%00y",
        "/app/x%4,x%4,/app/,x%4", "/app/x%+1,x%+1,/app/,x%+1"})
    void theUrlIsSplitAsCallscgiDoes(String url, String rest, String script, String info) {
        Map<String, String> table = table(Request.of("GET", url, "HTTP/1.1", rest, Headers.EMPTY));
        assertEquals(script, table.get("SCRIPT_NAME"));
        assertEquals(info, table.get("PATH_INFO"));
    }

    @ParameterizedTest
    @CsvSource({"/a/./b,/a/b", "/a//b,/a/b", "/../../a,/a", "/a/..,/", "/a/b/..,/a/", "/a/,/a/", "/a/.,/a/", "//,/", "/..a,/..a"})
    void nginxGetsANormalDocumentUri(String url, String normal) {
        assertEquals(normal,
                table(Request.of("GET", url, "HTTP/1.1", "", Headers.EMPTY), "convention", "nginx").get("DOCUMENT_URI"));
    }

    @Test
    void whatTheParentSaysOfTheRequestBecomesVariables() {
        Map<String, String> table = table(Request.of("GET", "/", "HTTP/1.1", "",
                Headers.of("X-Ash-Protocol", "https", "X-Ash-Remote-User", "joe", "X-Ash-File", "/srv/x.py", "Content-Type",
                        "a/b")));
        assertEquals("on", table.get("HTTPS"));
        assertEquals("joe", table.get("REMOTE_USER"));
        assertEquals("/srv/x.py", table.get("SCRIPT_FILENAME"));
        assertEquals("a/b", table.get("CONTENT_TYPE"));
        assertFalse(table.containsKey("SERVER_NAME"), "there is no Host");
    }

    @Test
    void configuredVariablesReplaceComputedOnesAndHiddenHeadersAreNotSent() {
        Map<String, String> table = table(ODD, "variables", "SCRIPT_NAME=/app; MODE = live ;", "hide.request.headers",
                "Authorization, cookie", "server.name", "www.test");
        assertEquals("/app", table.get("SCRIPT_NAME"));
        assertEquals("live", table.get("MODE"));
        assertEquals("www.test", table.get("SERVER_NAME"));
        assertFalse(table.containsKey("HTTP_AUTHORIZATION"));
        assertFalse(table.containsKey("HTTP_COOKIE"));
    }

    @ParameterizedTest
    @CsvSource({"[::1]:8080,[::1],8080", "[::1],[::1],80", "h:,h,80", "h,h,80"})
    void apacheTakesNameAndPortFromHost(String host, String name, String port) {
        Map<String, String> table = table(Request.of("GET", "/", "HTTP/1.1", "", Headers.of("Host", host)), "convention",
                "apache");
        assertEquals(name, table.get("SERVER_NAME"));
        assertEquals(port, table.get("SERVER_PORT"));
    }

    @Test
    void theBlockIsANetstringOfOctets() {
        Map<String, Object> config = House.keys("address", "4000", "variables", "A=\u00e9", "convention", "nginx");
        Request request = Request.of("GET", "/", "HTTP/1.1", "", Headers.EMPTY);
        ByteBuf block = Variables.encode(request, 0, House.settings(config), "", new Block());
        String text = block.toString(StandardCharsets.ISO_8859_1);
        block.release();
        assertTrue(text.startsWith((text.length() - 5) + ":CONTENT_LENGTH\0000\0SCGI\0001\0"), text);
        assertTrue(text.endsWith("\0A\0\u00c3\u00a9\0,"), "as in the file, which is UTF-8: " + text);
    }

    @Test
    void oneBlockAfterTheOtherIsCollectedInTheSamePlaceHoweverLongTheyAre() {
        Block block = new Block();
        Map<String, Object> config = House.keys("address", "4000");
        for (int length : new int[] {1, 5000, 70_000, 2}) {
            String value = "x".repeat(length);
            Request request = Request.of("GET", "/", "HTTP/1.1", "", Headers.of("A", value, "B", "b"));
            ByteBuf netstring = Variables.encode(request, 0, House.settings(config), "", block);
            Map<String, String> table = pairs(netstring.toString(StandardCharsets.ISO_8859_1));
            netstring.release();
            assertEquals(List.of(value, "b"), List.of(table.get("HTTP_A"), table.get("HTTP_B")));
        }
    }

    /** A path on disk has the octets that are in the configuration file, not those of a Latin-1 one. */
    @Test
    void configuredTextArrivesWithTheOctetsOfUtf8() {
        Map<String, String> table = table(ODD, "variables", "DOCUMENT_ROOT=/srv/\u65e5", "server.name", "caf\u00e9.test");
        assertEquals("/srv/\u00e6\u0097\u00a5", table.get("DOCUMENT_ROOT"));
        assertEquals("caf\u00c3\u00a9.test", table.get("SERVER_NAME"));
    }

    /** RFC 2616 13.5.1 has them all. */
    @ParameterizedTest
    @ValueSource(strings = {"Connection", "Keep-Alive", "Proxy-Authenticate", "Proxy-Authorization", "TE", "Trailer",
        "Transfer-Encoding", "Upgrade"})
    void aHopByHopHeaderIsNotSent(String header) {
        for (String convention : List.of("callscgi", "nginx", "apache")) {
            Map<String, String> table = table(Request.of("GET", "/", "HTTP/1.1", "", Headers.of(header, "x")), "convention",
                    convention);
            assertFalse(table.containsKey(Variables.nameOf(header)), table.toString());
        }
    }
}
