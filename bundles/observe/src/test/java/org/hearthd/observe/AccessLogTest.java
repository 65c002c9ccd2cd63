package org.hearthd.observe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.annotation.Annotation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.hearthd.transport.Await;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class AccessLogTest {
    /** Every write says that the disk is full. */
    private static final Path FULL = Path.of("/dev/full");
    private static final Pattern URL = Pattern.compile("\"GET /(\\d+) HTTP/1.1\"");
    private static final Pattern MISSING = Pattern.compile("# \\[.*] (\\d+) lines are missing here.*");

    @TempDir
    Path dir;

    private record Config(String target, String format, int buffer_kib) implements AccessLogConfig {
        @Override
        public Class<? extends Annotation> annotationType() {
            return AccessLogConfig.class;
        }
    }

    private static AccessLog log(String target, int kib) {
        return new AccessLog(new Config(target, "combined", kib), Map.of("service.pid", "org.hearthd.observe.access~test"));
    }

    private static AccessLog started(Path target, int kib) {
        AccessLog log = log(target.toString(), kib);
        log.start();
        return log;
    }

    private static List<String> lines(Path file) {
        try {
            return Files.exists(file) ? Files.readAllLines(file) : List.of();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** How often each request is in these files. */
    private static Map<Integer, Integer> requests(List<Path> files) {
        Map<Integer, Integer> found = new HashMap<>();
        for (Path file : files) {
            for (String line : lines(file)) {
                Matcher url = URL.matcher(line);
                assertTrue(url.find() && line.endsWith("\"http main\""), "a torn line: " + line);
                found.merge(Integer.parseInt(url.group(1)), 1, Integer::sum);
            }
        }
        return found;
    }

    private static Map<Integer, Integer> eachOnce(int count) {
        Map<Integer, Integer> once = new HashMap<>();
        for (int i = 0; i < count; i++) {
            once.put(i, 1);
        }
        return once;
    }

    @Test
    void aLineIsInTheFileSoonWithoutAnotherOneBehindIt() {
        Path file = dir.resolve("a.log");
        AccessLog log = started(file, 64);
        Await.until("the file is there before the first line", () -> Files.exists(file));
        log.finished(Sample.of("/0"));
        Await.until("the line", () -> lines(file).size() == 1);
        log.stop();
    }

    @Test
    void everyLineIsThereOnceItHasStopped() {
        Path file = dir.resolve("a.log");
        AccessLog log = started(file, 4096);
        for (int i = 0; i < 5_000; i++) {
            log.finished(Sample.of("/" + i));
        }
        log.stop();
        assertEquals(eachOnce(5_000), requests(List.of(file)));
        assertEquals(5_000L, log.row().get("requests"));
    }

    @Test
    void aFileThatIsMovedAwayTwentyTimesUnderLoadLosesAndRepeatsNothing() throws Exception {
        Path file = dir.resolve("a.log");
        AccessLog log = started(file, 4096);
        int threads = 3;
        int each = 4_000;
        List<Thread> writers = new ArrayList<>();
        for (int t = 0; t < threads; t++) {
            int first = t * each;
            Thread writer = new Thread(() -> {
                for (int i = 0; i < each; i++) {
                    log.finished(Sample.of("/" + (first + i)));
                    LockSupport.parkNanos(100_000);
                }
            });
            writer.start();
            writers.add(writer);
        }
        for (int i = 0; i < 20; i++) {
            Await.until("the file is made anew",
                    () -> Files.exists(file) && (lines(file).size() > 0 || writers.stream().noneMatch(Thread::isAlive)));
            Files.move(file, dir.resolve("a.log." + i));
            if (i % 2 == 0) {
                // the writer may have been faster
                Files.write(file, new byte[0], StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            } else {
                log.reopen();
            }
        }
        for (Thread writer : writers) {
            writer.join();
        }
        log.stop();
        try (Stream<Path> files = Files.list(dir)) {
            assertEquals(eachOnce(threads * each), requests(files.toList()));
        }
    }

    @Test
    void aFullDiskIsSurvivedAndWhatThereWasNoRoomForIsCountedInTheLog() throws Exception {
        Path link = Files.createSymbolicLink(dir.resolve("a.log"), FULL);
        AccessLog log = started(link, 16);
        log.finished(Sample.of("/0"));
        Await.until("the trouble is known", () -> !"".equals(log.row().get("trouble")));
        int count = 2_000;
        for (int i = 1; i < count; i++) {
            log.finished(Sample.of("/" + i));
        }
        Path real = dir.resolve("real.log");
        Files.createSymbolicLink(dir.resolve("next"), real);
        Files.move(dir.resolve("next"), link, StandardCopyOption.ATOMIC_MOVE);
        Await.until("it is written again", () -> lines(real).stream().anyMatch(line -> line.startsWith("#")));
        log.finished(Sample.of("/" + count));
        log.stop();
        List<String> lines = lines(real);
        long written = lines.stream().filter(line -> URL.matcher(line).find()).count();
        long missing = lines.stream().map(MISSING::matcher).filter(Matcher::matches).mapToLong(m -> Long.parseLong(m.group(1)))
                .sum();
        assertTrue(missing > 0 && written > 10, lines.toString());
        assertEquals(count + 1, written + missing);
        assertTrue(lines.get(0).contains("\"GET /0 "), "the oldest are kept");
        assertTrue(lines.get(lines.size() - 1).contains("\"GET /" + count + " "), "it goes on");
        assertEquals(missing, log.row().get("missing"));
        assertEquals("", log.row().get("trouble"));
    }

    @Test
    void aLogThatCanNotBeWrittenDoesNotHoldTheEndUp() {
        AccessLog log = started(dir.resolve("no/such/directory/a.log"), 16);
        log.finished(Sample.of("/0"));
        log.stop();
        assertTrue(log.row().get("trouble").toString().contains("no/such/directory/a.log"), log.row().toString());
    }

    @Test
    void anotherTargetTakesOverWithoutALineLost() {
        Path one = dir.resolve("one.log");
        Path two = dir.resolve("two.log");
        AccessLog log = started(one, 4096);
        for (int i = 0; i < 1_000; i++) {
            log.finished(Sample.of("/" + i));
        }
        log.modified(new Config(two.toString(), "combined", 4096));
        for (int i = 1_000; i < 2_000; i++) {
            log.finished(Sample.of("/" + i));
        }
        log.modified(new Config("relative.log", "combined", 4096));
        log.stop();
        assertEquals(eachOnce(2_000), requests(List.of(one, two)));
    }

    @Test
    void aRelativePathAnotherFormatAndATinyBufferAreRefused() {
        String[] refused = {"target x.log", "format xml", "buffer.kib 1"};
        Config[] configs = {new Config("x.log", "json", 16), new Config("stderr", "xml", 16), new Config("stderr", "json", 1)};
        for (int i = 0; i < configs.length; i++) {
            Config config = configs[i];
            String message = assertThrows(IllegalArgumentException.class, () -> new AccessLog(config, Map.of())).getMessage();
            assertTrue(message.startsWith("org.hearthd.observe.access: " + refused[i]), message);
        }
    }
}
