package org.hearthd.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.hearthd.Headers;
import org.hearthd.Response;
import org.hearthd.transport.Await;
import org.hearthd.transport.OpenDescriptors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Timeouts, the number of connections, addresses, descriptors. */
@Timeout(180)
class LimitsTest {
    private static final Limits QUICK = new Limits(8192, 32_768, 0, 2, 300, 300, 300, 300, 300, 300, 300);

    @Test
    void aSlowHeadGets408EvenIfItsBytesKeepComing() throws Exception {
        try (TestFront front = new TestFront(QUICK); Client client = front.connect()) {
            client.send("GET / HTTP/1.1\r\n");
            CompletableFuture<Client.Answer> answer = CompletableFuture.supplyAsync(() -> {
                try {
                    return client.answer();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            Await.until("an answer while bytes keep coming", () -> {
                try {
                    client.send("A: b\r\n");
                    return answer.get(50, TimeUnit.MILLISECONDS) != null;
                } catch (TimeoutException e) {
                    return false;
                } catch (Exception e) {
                    throw new AssertionError(e);
                }
            });
            assertEquals(408, answer.get().status());
            assertTrue(client.atEnd());
        }
    }

    @Test
    void anIdleConnectionIsClosedSilentlyBeforeAndAfterARequest() throws Exception {
        try (TestFront front = new TestFront(QUICK); Client fresh = front.connect(); Client used = front.connect()) {
            assertEquals(200, used.get("/").answer().status());
            assertTrue(fresh.atEnd());
            assertTrue(used.atEnd());
        }
    }

    @Test
    void aSlowBodyGets408AndItsReaderIsTold() throws Exception {
        try (TestFront front = new TestFront(QUICK); Client client = front.connect()) {
            CompletableFuture<Boolean> thrown = new CompletableFuture<>();
            front.handleBlocking(exchange -> {
                thrown.complete(assertThrows(IOException.class, () -> exchange.body().readAllBytes()) != null);
                exchange.close();
            });
            client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nab");
            assertEquals(408, client.answer().status());
            assertTrue(thrown.get(60, TimeUnit.SECONDS));
        }
    }

    @Test
    void aSlowHandlerIsNotTimedOutByTheFront() throws Exception {
        try (TestFront front = new TestFront(QUICK); Client client = front.connect()) {
            CountDownLatch go = new CountDownLatch(1);
            front.handleBlocking(exchange -> {
                assertTrue(go.await(60, TimeUnit.SECONDS));
                exchange.respond(Response.text(200, "late"));
            });
            client.get("/").socket.setSoTimeout(1_000);
            assertThrows(SocketTimeoutException.class, () -> client.in.read());
            go.countDown();
            assertEquals("late", client.answer().text());
        }
    }

    @Test
    void aClientThatTakesNothingIsCutOff() throws Exception {
        try (TestFront front = new TestFront(QUICK); Client client = front.connect()) {
            CompletableFuture<Boolean> failed = new CompletableFuture<>();
            front.handleBlocking(exchange -> {
                try (OutputStream out = exchange.respond(200, Headers.EMPTY)) {
                    for (int i = 0; i < 10_000; i++) {
                        out.write(new byte[64 * 1024]);
                    }
                } catch (IOException e) {
                    failed.complete(true);
                    throw e;
                }
            });
            client.get("/");
            assertTrue(failed.get(60, TimeUnit.SECONDS));
        }
    }

    @Test
    void oneConnectionTooManyGets503() throws Exception {
        try (TestFront front = new TestFront(QUICK); Client one = front.connect(); Client two = front.connect()) {
            assertEquals(200, one.get("/").answer().status());
            assertEquals(200, two.get("/").answer().status());
            try (Client three = front.connect()) {
                assertEquals(503, three.answer().status());
                assertTrue(three.atEnd());
            }
        }
    }

    @Test
    void changedLimitsAndAddressesDropNoConnection() throws Exception {
        try (TestFront front = new TestFront(); Client client = front.connect()) {
            assertEquals(200, client.get("/").answer().status());
            int before = front.port();
            front.front.change(new Limits(3, 32_768, 0, 1000, 5_000, 5_000, 5_000, 5_000, 500, 5_000, 5_000), "Other", "");
            front.front.listen(TestFront.request("127.0.0.2:0"));
            assertEquals("Other", client.get("/ab").answer().header("Server"));
            assertEquals(414, client.get("/abc").answer().status());
            assertThrows(IOException.class, () -> new Client(before));
            String taken = front.front.address().toString();
            try (TestFront other = new TestFront()) {
                assertThrows(IOException.class, () -> other.front.listen(TestFront.request(taken)));
                try (Client still = other.connect()) {
                    assertEquals(200, still.get("/").answer().status());
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"127.0.0.1,*", "*,127.0.0.1"})
    void anAddressThatOverlapsTheOldOneTakesItsPlaceAndConnectionsGoOn(String before, String after) throws Exception {
        try (TestFront front = new TestFront(TestFront.LIMITS, before + ":0"); Client client = front.connect()) {
            assertEquals(200, client.get("/").answer().status());
            int port = front.port();
            front.front.listen(TestFront.request(after + ":" + port));
            assertEquals(after + ":" + port, front.front.address().toString());
            assertEquals(200, client.get("/").answer().status());
            try (Client other = front.connect()) {
                assertEquals(200, other.get("/").answer().status());
            }
        }
    }

    @Test
    void anOverlappingAddressThatSomebodyElseHasTooIsRefusedAndTheOldOneIsTakenBack() throws Exception {
        try (TestFront front = new TestFront(); ServerSocket other = new ServerSocket()) {
            int port = front.port();
            other.bind(new InetSocketAddress("127.0.0.2", port));
            IOException refused = assertThrows(IOException.class, () -> front.front.listen(TestFront.request("*:" + port)));
            assertEquals("address *:" + port + ": address in use", refused.getMessage());
            assertTrue(front.front.isListening());
            assertEquals("127.0.0.1:" + port, front.front.address().toString());
            try (Client client = front.connect()) {
                assertEquals(200, client.get("/").answer().status());
            }
        }
    }

    @Test
    void aUnixSocketServesToo(@TempDir Path dir) throws Exception {
        Path path = dir.resolve("front.sock");
        try (TestFront front = new TestFront(TestFront.LIMITS, "unix:" + path)) {
            CompletableFuture<Headers> seen = new CompletableFuture<>();
            front.handle(exchange -> {
                seen.complete(exchange.request().headers());
                exchange.respond(Response.text(200, "unix"));
            });
            try (SocketChannel client = SocketChannel.open(StandardProtocolFamily.UNIX)) {
                client.connect(UnixDomainSocketAddress.of(path));
                client.write(ByteBuffer.wrap("GET / HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII)));
                ByteBuffer in = ByteBuffer.allocate(1000);
                while (client.read(in) >= 0) {
                    assertTrue(in.hasRemaining());
                }
                assertTrue(new String(in.array(), 0, in.position(), StandardCharsets.US_ASCII).endsWith("unix"));
            }
            assertEquals("http", seen.get().get("X-Ash-Protocol"));
            assertFalse(seen.get().contains("X-Ash-Address"));
        }
        assertFalse(Files.exists(path));
    }

    @Test
    void descriptorsAreAsManyAfterAsBefore() throws Exception {
        round();
        Set<String> before = OpenDescriptors.list();
        for (int i = 0; i < 3; i++) {
            round();
        }
        OpenDescriptors.assertNothingNew(before);
    }

    private static void round() throws Exception {
        try (TestFront front = new TestFront();
                Client a = front.connect();
                Client b = front.connect();
                Client c = front.connect()) {
            a.get("/").answer();
            b.send("GET / HTTP/1.1\r\n\r\n").answer();
            CountDownLatch gone = new CountDownLatch(1);
            CountDownLatch begun = new CountDownLatch(1);
            front.handle(exchange -> {
                exchange.onGone(() -> {
                    exchange.abort();
                    gone.countDown();
                });
                begun.countDown();
            });
            c.get("/").socket.setSoLinger(true, 0);
            assertTrue(begun.await(60, TimeUnit.SECONDS));
            c.close();
            assertTrue(gone.await(60, TimeUnit.SECONDS));
        }
    }
}
