package org.hearthd.itests;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.Test;

/** uWSGI as the SCGI server, with WSGI applications; started by Hearth, by {@code bin/callscgi}, or there already. */
public class UwsgiPeerIT extends InDirectory {
    private static final String APPLICATION = """
            import os
            def application(environ, start_response):
                path = environ["PATH_INFO"]
                if path == "/echo":
                    body = environ["wsgi.input"].read()
                    start_response("200 OK", [("X-Length", environ["CONTENT_LENGTH"])])
                    return [body]
                if path == "/many":
                    start_response("200 OK", [])
                    return (b"x" * 10000 for _ in range(1000))
                start_response("203 Here", [("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")])
                return [("%s|%s|%s|%s|%s|%d" % (environ["SCRIPT_NAME"], path, environ["QUERY_STRING"], environ.get("HTTP_X_A"),
                        environ.get("WAY"), os.getpid())).encode()]
            """;
    private static final int LARGE = 5_000_000;

    private final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private static List<String> uwsgi(Path application, String... more) {
        return Stream.concat(Stream.of("uwsgi", "--plugin", "python3", "--protocol", "scgi",
                "--die-on-term", "--wsgi-file", application.toString()), Stream.of(more)).toList();
    }

    private Path application() throws Exception {
        return Files.writeString(dir.resolve("app.py"), APPLICATION);
    }

    private HttpResponse<byte[]> send(HearthProcess hearth, String path, BodyPublisher body) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(hearth.url(path))).header("X-A", "1").header("X-A", "2")
                .POST(body).build();
        return client.send(request, BodyHandlers.ofByteArray());
    }

    private void answersAll(HearthProcess hearth) throws Exception {
        HttpResponse<String> plain = client.send(HttpRequest.newBuilder(URI.create(hearth.url("/w/a%20b?q=1"))).header("X-A", "1")
                .header("X-A", "2").build(), BodyHandlers.ofString());
        assertEquals(203, plain.statusCode());
        assertTrue(plain.body(), plain.body().startsWith("/w|/a b|q=1|1, 2|"));
        assertEquals(List.of("a=1", "b=2"), plain.headers().allValues("Set-Cookie"));
        assertEquals(10_000_000, send(hearth, "/w/many", BodyPublishers.noBody()).body().length);
        byte[] sent = new byte[LARGE];
        new Random(1).nextBytes(sent);
        for (BodyPublisher body : List.of(BodyPublishers.ofByteArray(sent),
                BodyPublishers.fromPublisher(BodyPublishers.ofByteArray(sent)))) {
            HttpResponse<byte[]> echo = send(hearth, "/w/echo", body);
            assertEquals(Integer.toString(LARGE), echo.headers().firstValue("X-Length").orElse(""));
            assertArrayEquals(sent, echo.body());
        }
        HttpResponse<Void> head = client.send(HttpRequest.newBuilder(URI.create(hearth.url("/w/x")))
                .method("HEAD", BodyPublishers.noBody()).build(), BodyHandlers.discarding());
        assertEquals(203, head.statusCode());
    }

    @Test
    public void aProgramOfHearthsAnswersWithWorkersOfItsOwnAndEndsWithIt() throws Exception {
        Path application = application();
        HearthProcess hearth = HearthProcess.ready(home);
        try (hearth) {
            hearth.configure("org.hearthd.scgi-w.cfg", "path = /w\nmode = anonymous\ncommand = "
                    + String.join(" ", uwsgi(application, "--master", "--processes", "2")) + "\n");
            hearth.awaitAnswer("/w/x", 203, "/w|/x|");
            answersAll(hearth);
            List<ProcessHandle> family = hearth.process.descendants().toList();
            assertEquals("master and workers", 3, family.size());
            hearth.signal("TERM");
            assertEquals(hearth.errors(), 0, hearth.awaitExit());
            assertEquals(List.of(), family.stream().filter(ProcessHandle::isAlive).toList());
        }
    }

    @Test
    public void aServerThatIsThereIsUsedOverAUnixSocketAndOverTcp() throws Exception {
        Path socket = dir.resolve("u.sock");
        String[] line = uwsgi(application(), "--socket", socket.toString(), "--socket", "127.0.0.1:0").toArray(String[]::new);
        try (Peer server = Peer.start(dir, line); HearthProcess hearth = HearthProcess.ready(home)) {
            Await.until("listens: " + server, () -> server.text().contains("spawned uWSGI worker"));
            Matcher port = Pattern.compile("bound to TCP address 127\\.0\\.0\\.1:([1-9][0-9]*)").matcher(server.text());
            assertTrue(server.text(), port.find());
            for (String address : List.of("unix:" + socket, "127.0.0.1:" + port.group(1))) {
                hearth.configure("org.hearthd.scgi-w.cfg",
                        "path = /w\naddress = " + address + "\nvariables = WAY=" + address.substring(0, 4) + "\n");
                hearth.awaitAnswer("/w/x", 203, "|" + address.substring(0, 4) + "|");
                answersAll(hearth);
            }
        }
    }

    @Test
    public void callscgiStartsItWithAPrivateSocketAndEndsIt() throws Exception {
        String[] line = uwsgi(application()).toArray(String[]::new);
        try (AshdParent parent = AshdParent.start(dir, HearthProcess.program(dir, "callscgi", line))) {
            String answer = parent.get("x");
            assertTrue(answer + parent.errors(), answer.startsWith("HTTP/1.1 203 Here\r\n"));
            long pid = Long.parseLong(answer.substring(answer.lastIndexOf('|') + 1));
            Htpipe.signal(parent.process.pid(), "TERM");
            assertEquals(parent.errors(), 0, parent.awaitExit());
            assertTrue("uwsgi runs on", ProcessHandle.of(pid).map(p -> !p.isAlive()).orElse(true));
        }
    }

    /** The very commands of README.md, on a free port and with files that are this test's. */
    @Test
    public void theExampleOfTheReadmeWorksWordForWord() throws Exception {
        String section = Files.readString(HearthProcess.ROOT.resolve("README.md"));
        section = section.substring(section.indexOf("\n## SCGI applications"));
        List<String> commands = section.lines().skip(1).dropWhile(line -> !line.startsWith("    "))
                .takeWhile(line -> line.startsWith("    ") || line.isEmpty()).map(line -> line.isEmpty() ? "" : line.substring(4))
                .toList();
        String script = commands.stream().takeWhile(line -> !line.startsWith("bin/hearth run")).collect(Collectors.joining("\n"));
        script = script.replace("/tmp/app.py", dir.resolve("app.py").toString());
        String curl = commands.stream().filter(line -> line.startsWith("curl ")).findFirst().orElseThrow();
        Matcher example = Pattern.compile("curl http://127\\.0\\.0\\.1:8080(\\S+) +# (.*)").matcher(curl);
        assertTrue(curl, example.matches());
        HearthProcess.ready(dir.resolve("hearth-home")).close();
        assertEquals(0, new ProcessBuilder("sh", "-ec", script).directory(dir.toFile()).inheritIO().start().waitFor());
        try (HearthProcess hearth = HearthProcess.ready(dir.resolve("hearth-home"))) {
            hearth.awaitAnswer(example.group(1), 200, example.group(2) + "\n");
            // in order, or its program would be left behind
            hearth.signal("TERM");
            assertEquals(hearth.errors(), 0, hearth.awaitExit());
        }
    }
}
