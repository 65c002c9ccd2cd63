package org.hearthd.launcher.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LoadTest {
    private static final String OK = "HTTP/1.1 200 OK";

    private static String greeting(String version) {
        String body = "Hello from hello " + version + " (GET)\n";
        return OK + "\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
    }

    @Test
    void everyRequestOfAGoodServerIsCountedAndItsVersionTold() throws Exception {
        try (TinyServer server = new TinyServer((number, client, out) -> {
            out.write(greeting(number < 50 ? "1.0.0" : "2.0.0").getBytes(StandardCharsets.US_ASCII));
            return true;
        })) {
            List<String> progress = new CopyOnWriteArrayList<>();
            Tally tally = Load.start(server.plan(1000, 1, 100), ToldVersion::new, progress::add).await();
            assertEquals(100, tally.total(), tally::toString);
            assertEquals(0, tally.failed(), tally::toString);
            assertEquals(1, server.connections.get());
            assertTrue(tally.verdict().startsWith("hello 1.0.0 -> 2.0.0: 0 failed of 100, longest wait "), tally.verdict());
            assertEquals(List.of("hello 1.0.0 answers", "hello 2.0.0 answers"),
                    progress.stream().map(line -> line.replaceAll("^[0-9.]+ s: ", "")).toList());
        }
    }

    @Test
    void aChunkedAnswerAndTheEndOfAConnectionAreNoFailures() throws Exception {
        try (TinyServer server = TinyServer.saying(false, OK, "Connection: close", "Transfer-Encoding: chunked", "", "5;x=y",
                "Hello", "1", "!", "0", "Trailer: t", "", "")) {
            Tally tally = server.load(200, 3, 100);
            assertEquals(0, tally.failed(), tally::toString);
            assertEquals(20, server.connections.get());
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "short answer | HTTP/1.1 200 OK~Content-Length: 10~~12345",
        "short answer | HTTP/1.1 200 OK~Content-Le",
        "short answer | HTTP/1.1 200 OK~Transfer-Encoding: chunked~~5~Hello~",
        "short answer | HTTP/1.1 200 OK~Transfer-Encoding: chunked~~5~Hel",
        "short answer | HTTP/1.1 200 OK~Transfer-Encoding: chunked~~5~Hello~0~",
        "malformed | HTTP/1.1 200 OK~Content-Length: 3~~12345",
        "malformed | HTTP/1.1 200 OK~~until the end",
        "malformed | HTTP/1.0 200 OK~Content-Length: 3~~123",
        "malformed | HTTP/1.1 200 OK~Content-Length: 3~Transfer-Encoding: chunked~~123",
        "malformed | HTTP/1.1 200 OK~Content-Length: 3~Content-Length: 4~~123",
        "malformed | HTTP/1.1 200 OK~Transfer-Encoding: chunked~~x~Hello~",
        "malformed | HTTP/1.1 200 OK~Transfer-Encoding: chunked~~4~Hello~",
        "malformed | nonsense~~",
        "status 503 | HTTP/1.1 503 Busy~Content-Length: 4~~busy",
        "wrong digest | HTTP/1.1 200 OK~Content-Digest: sha-256=:AAAA:~Content-Length: 4~~four",
        "wrong version | HTTP/1.1 200 OK~X-Hearth-Generation: hello/2.0.0#3~Content-Length: 25~~Hello from hello 1.0.0 (G",
        "wrong version | HTTP/1.1 200 OK~X-Hearth-Generation: hello~Content-Length: 0~~",
        "reset | ''"})
    void anAnswerThatIsNotAsItShouldBeIsAFailure(String kind, String answer) throws Exception {
        try (TinyServer server = TinyServer.saying(false, answer.replaceFirst("~", "~Connection: close~").replace("~", "\r\n"))) {
            Tally tally = server.load(100, 2, 50);
            assertEquals(Map.of(kind, 5L), tally.failures(), tally::toString);
        }
    }

    @ParameterizedTest
    @CsvSource({"reset, ''", "short answer, HTTP/1.1 2"})
    void aResetBeforeTheAnswerIsToldFromOneInIt(String kind, String begin) throws Exception {
        try (TinyServer server = new TinyServer((number, client, out) -> {
            out.write(begin.getBytes(StandardCharsets.US_ASCII));
            client.setSoLinger(true, 0);
            return false;
        })) {
            Tally tally = server.load(100, 2, 50);
            assertEquals(Map.of(kind, 5L), tally.failures(), tally::toString);
        }
    }

    @Test
    void aServerThatIsNotThereRefusesEveryRequest() throws Exception {
        TinyServer server = TinyServer.saying(true, "");
        server.close();
        assertEquals(Map.of("refused", 5L), server.load(100, 2, 50).failures());
    }

    @Test
    void aDigestThatFitsIsNoFailure() throws Exception {
        try (TinyServer server = TinyServer.saying(true, OK,
                "Content-Digest: sha-256=:BO+vCA9aPnThwp0cpqSFaTgsu80yTo1Z0rg+8hwDnwA=:",
                "Content-Length: 4", "", "four")) {
            Tally tally = server.load(100, 2, 50);
            assertEquals(0, tally.failed(), tally::toString);
        }
    }

    @Test
    void requestsThatAreNeverAnsweredTimeOutAndSoDoThoseThatCouldNotLeave() throws Exception {
        CountDownLatch end = new CountDownLatch(1);
        try (TinyServer server = new TinyServer((number, client, out) -> end.await(1, TimeUnit.MINUTES))) {
            Plan plan = new Plan(List.of(server.url()), 100, 2, Duration.ofMillis(100), Duration.ofMillis(100));
            Tally tally = Load.start(plan, ToldVersion::new, line -> {}).await();
            end.countDown();
            assertEquals(Map.of("timeout", 10L), tally.failures(), tally::toString);
        }
    }

    @Test
    void waitsCountFromThePlannedTimeNotFromWhenTheServerWasReadyForIt() throws Exception {
        long stall = TimeUnit.MILLISECONDS.toNanos(400);
        CountDownLatch never = new CountDownLatch(1);
        try (TinyServer server = new TinyServer((number, client, out) -> {
            if (number == 0) {
                never.await(stall, TimeUnit.NANOSECONDS);
            }
            out.write(greeting("1.0.0").getBytes(StandardCharsets.US_ASCII));
            return true;
        })) {
            Tally tally = server.load(100, 1, 200);
            assertEquals(20, tally.total(), tally::toString);
            assertTrue(tally.longestMillis() >= 400, tally::toString);
            assertTrue(tally.millis(0.25) >= 200, () -> "all of them waited for the first one: " + tally.millis(0.25));
        }
    }

    @Test
    void anOlderGenerationAfterANewerOneIsAFailure() throws Exception {
        try (TinyServer server = new TinyServer((number, client, out) -> {
            String label = "X-Hearth-Generation: hello/1.0.0#" + (number == 3 ? 1 : number);
            out.write((OK + "\r\n" + label + "\r\nContent-Length: 0\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
            return true;
        })) {
            Tally tally = server.load(100, 1, 60);
            assertEquals(Map.of("wrong version", 1L), tally.failures(), tally::toString);
        }
    }

    @Test
    void anAnswerWithoutVersionAfterOneWithIsAFailure() throws Exception {
        try (TinyServer server = new TinyServer((number, client, out) -> {
            String answer = number == 3 ? OK + "\r\nContent-Length: 0\r\n\r\n" : greeting("1.0.0");
            out.write(answer.getBytes(StandardCharsets.US_ASCII));
            return true;
        })) {
            Tally tally = server.load(100, 1, 60);
            assertEquals(Map.of("wrong version", 1L), tally.failures(), tally::toString);
        }
    }

    @Test
    void aConnectionThatTheServerEndsWhileItIsIdleIsMadeAnewWithoutAFailure() throws Exception {
        try (TinyServer server = new TinyServer((number, client, out) -> {
            out.write(greeting("1.0.0").getBytes(StandardCharsets.US_ASCII));
            return false;
        })) {
            // one in a second: it finds the connection ended long before
            Tally tally = server.load(1, 1, 2000);
            assertEquals(0, tally.failed(), tally::toString);
            assertEquals(2, server.connections.get());
        }
    }

    @Test
    void stoppedItCountsWhatWasDueAndEnds() throws Exception {
        try (TinyServer server = new TinyServer((number, client, out) -> {
            out.write(greeting("1.0.0").getBytes(StandardCharsets.US_ASCII));
            return true;
        })) {
            Load load = Load.start(server.plan(100, 2, 3_600_000), ToldVersion::new, line -> {});
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
            while (load.tally().total() < 10 && System.nanoTime() < end) {
                Thread.onSpinWait();
            }
            load.stop();
            Tally tally = load.await();
            assertTrue(tally.total() >= 10 && tally.total() < 100_000, tally::toString);
            assertEquals(0, tally.failed(), tally::toString);
        }
    }

    @Test
    void urlsAreAskedInTurnWithTheirQuery() throws Exception {
        try (TinyServer server = TinyServer.saying(true, OK, "Content-Length: 0", "", "")) {
            Plan plan = new Plan(List.of(server.url(), URI.create(server.url() + "?q=1")), 100, 1, Duration.ofMillis(100),
                    Duration.ofSeconds(30));
            assertEquals(0, Load.start(plan, ToldVersion::new, line -> {}).await().failed());
        }
    }
}
