package org.hearthd.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.Before;
import org.junit.Test;

/** The access log of a runtime, read as an operator reads it. */
public class AccessLogIT extends WithHearth {
    private static final int CLIENTS = 4;
    private static final int EACH = 1_500;
    private static final int ROTATIONS = 10;
    private static final Pattern NUMBER = Pattern.compile("\"url\":\"/hello\\?n=(\\d+)\"");

    private Path logs;

    @Before
    public void start() throws Exception {
        logs = folder.newFolder("logs").toPath();
        hearth = HearthProcess.ready(home);
    }

    private Path log(String format) throws Exception {
        Path file = logs.resolve("access.log");
        hearth.configure("org.hearthd.observe.access-main.cfg", "target = " + file + "\nformat = " + format + "\n");
        Await.until("requests are logged " + hearth.errors(), () -> {
            hearth.get("/hello?first");
            return Files.exists(file) && Files.readString(file).contains("/hello?first");
        });
        return file;
    }

    private List<String> lines() throws IOException {
        List<String> lines = new ArrayList<>();
        try (Stream<Path> files = Files.list(logs)) {
            for (Path file : files.toList()) {
                lines.addAll(Files.readAllLines(file));
            }
        }
        return lines;
    }

    @Test
    public void aFileThatIsRotatedUnderLoadHasEveryRequestExactlyOnce() throws Exception {
        Path file = log("json");
        AtomicInteger number = new AtomicInteger();
        ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
        List<Future<?>> running = new ArrayList<>();
        for (int c = 0; c < CLIENTS; c++) {
            running.add(clients.submit(() -> {
                try (KeepAlive client = new KeepAlive(hearth.url("/"))) {
                    for (int i = 0; i < EACH; i++) {
                        String answer = client.get("/hello?n=" + number.getAndIncrement());
                        assertTrue(answer, answer.startsWith("HTTP/1.1 200 "));
                    }
                }
                return null;
            }));
        }
        for (int i = 0; i < ROTATIONS; i++) {
            Await.until("the file is there again " + hearth.errors(),
                    () -> Files.exists(file) && Files.size(file) > 0 || running.stream().allMatch(Future::isDone));
            if (Files.exists(file)) {
                Files.move(file, logs.resolve("access.log." + i));
            }
        }
        for (Future<?> client : running) {
            client.get();
        }
        clients.shutdown();
        hearth.signal("TERM");
        assertEquals(hearth.errors(), 0, hearth.awaitExit());
        Map<Integer, Integer> found = new TreeMap<>();
        for (String line : lines()) {
            assertTrue("a whole line: " + line, line.startsWith("{\"time\":\"") && line.endsWith("\"source\":\"http main\"}"));
            Matcher url = NUMBER.matcher(line);
            if (url.find()) {
                assertTrue(line, line.contains("\"status\":200,") && line.contains("\"end\":\"answered\"")
                        && line.contains("\"generation\":\"hello/1.0.0#"));
                found.merge(Integer.parseInt(url.group(1)), 1, Integer::sum);
            }
        }
        Map<Integer, Integer> once = new TreeMap<>();
        for (int i = 0; i < CLIENTS * EACH; i++) {
            once.put(i, 1);
        }
        assertEquals(once, found);
    }

    @Test
    public void refusalsAreLoggedAndTheGenerationIsTheSameInTheLogAndInTheHeader() throws Exception {
        Path file = log("combined");
        hearth.configure("org.hearthd.http-main.cfg",
                "address = " + hearth.url("").substring("http://".length()) + "\ngeneration.header = X-Hearth-Generation\n");
        Await.until("the header is there " + hearth.errors(),
                () -> hearth.get("/hello?tagged").headers().firstValue("X-Hearth-Generation").isPresent());
        String generation = hearth.get("/hello?tagged").headers().firstValue("X-Hearth-Generation").get();
        assertTrue(generation, generation.matches("hello/1\\.0\\.0#\\d+"));
        hearth.get("/nothing/here");
        try (KeepAlive client = new KeepAlive(hearth.url("/"))) {
            client.send("GET /\u0007 HTTP/1.1\r\nHost: h\r\n\r\n");
            client.answer();
        }
        awaitLine(file, "GET /hello\\?tagged HTTP/1\\.1\" 200 \\d+ \"-\" \"Java[^\"]*\" \\S+ "
                + Pattern.quote(generation) + " \\d+ answered \"http main\"");
        awaitLine(file,
                "^127\\.0\\.0\\.1 - - \\[.*\\+0000\\] \"GET /nothing/here HTTP/1\\.1\" 404 \\d+ .* - \\d+ answered \"http main\"");
        awaitLine(file, "\"GET /\\\\x07 HTTP/1\\.1\" 400 \\d+ \"-\" \"-\" \\S+ - \\d+ answered");
    }

    @Test
    public void withoutATargetTheLinesAreOnStandardErrorAndWithoutAFileThereAreNone() throws Exception {
        hearth.get("/hello?silent");
        hearth.configure("org.hearthd.observe.access-err.cfg", "");
        Await.until("requests are logged", () -> {
            hearth.get("/hello?loud");
            return hearth.errors().contains("\"GET /hello?loud HTTP/1.1\" 200 ");
        });
        Files.delete(hearth.home.resolve("config/org.hearthd.observe.access-err.cfg"));
        Await.until("requests are not logged any more", () -> {
            String before = hearth.errors();
            hearth.get("/hello?quiet");
            return before.equals(hearth.errors());
        });
        assertTrue(hearth.errors(), !hearth.errors().contains("/hello?silent"));
        hearth.configure("org.hearthd.observe.access-err.cfg", "targt = stderr\n");
        hearth.awaitLog("org\\.hearthd\\.observe\\.access-err\\.cfg:1: .*targt.*target");
    }

    private void awaitLine(Path file, String regex) throws Exception {
        Pattern pattern = Pattern.compile(regex);
        Await.until("a line " + regex + " in " + file,
                () -> Files.readAllLines(file).stream().anyMatch(line -> pattern.matcher(line).find()));
    }
}
