package org.hearthd.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.DataInputStream;
import java.io.IOException;
import java.lang.annotation.Annotation;
import java.net.ConnectException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.hearthd.listeners.ListenersService;
import org.hearthd.transport.StreamConnection;
import org.hearthd.transport.UnixAddress;
import org.hearthd.transport.junixsocket.JunixStreams;
import org.hearthd.transport.junixsocket.RealSockets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Real clients on a real socket, and as many descriptors afterwards as before. */
final class ControlSocketTest extends RealSockets {
    private static final long LONG_MS = 60_000;

    private final CountDownLatch stuck = new CountDownLatch(1);
    private final CountDownLatch interrupted = new CountDownLatch(1);
    private final List<StreamConnection> clients = new ArrayList<>();
    private volatile Function<List<String>, Answer> commands = words -> new Answer(words + "\n", "", 0);
    private ControlSocket socket;
    private Path usual;

    @BeforeEach
    void home() throws IOException {
        Files.createDirectories(dir.resolve("run"));
        usual = dir.resolve("run/ctl.sock");
    }

    @AfterEach
    void nothingStays() throws Exception {
        stuck.countDown();
        clients.forEach(StreamConnection::close);
        if (socket != null) {
            socket.stop();
        }
        assertFalse(Files.exists(usual, LinkOption.NOFOLLOW_LINKS), "the path is removed");
        await("the end of the threads",
                () -> Thread.getAllStackTraces().keySet().stream().noneMatch(t -> t.getName().equals("shell acceptor")));
    }

    private static ShellConfig config(String address, long timeoutMs) {
        return new ShellConfig() {
            @Override
            public String address() {
                return address;
            }

            @Override
            public long command_timeout_ms() {
                return timeoutMs;
            }

            @Override
            public Class<? extends Annotation> annotationType() {
                return ShellConfig.class;
            }
        };
    }

    private void start(String address, long timeoutMs) throws IOException {
        start(dir, address, timeoutMs);
    }

    private void start(Path home, String address, long timeoutMs) throws IOException {
        socket = new ControlSocket(home, Settings.of(config(address, timeoutMs)),
                new ListenersService(null, streams, packets, descriptors), words -> commands.apply(words));
        socket.setStreams(streams);
        socket.start();
    }

    private StreamConnection connect(Path path) throws IOException {
        StreamConnection client = streams.connect(new UnixAddress(path));
        clients.add(client);
        return client;
    }

    private static void send(StreamConnection client, String... words) throws IOException {
        for (String word : words) {
            client.output().write((word + "\0").getBytes(StandardCharsets.UTF_8));
        }
        client.shutdownOutput();
    }

    private static Answer answer(StreamConnection client) throws Exception {
        return get(concurrently(() -> frames(new DataInputStream(client.input()))));
    }

    /** Up to the exit code, as a client does; what may be wrong with the connection after that is nobody's concern. */
    private static Answer frames(DataInputStream from) throws IOException {
        String[] texts = new String[3];
        for (int kind = from.read(); kind >= 0; kind = from.read()) {
            byte[] content = from.readNBytes(from.readInt());
            if (kind == 0) {
                return new Answer(texts[1], texts[2], content[0]);
            }
            texts[kind] = new String(content, StandardCharsets.UTF_8);
        }
        return new Answer(texts[1], texts[2], -1);
    }

    private Answer ask(Path path, String... words) throws Exception {
        StreamConnection client = connect(path);
        try {
            send(client, words);
        } catch (IOException e) {
            // who is refused may be so before he has asked
            return answer(client);
        }
        return answer(client);
    }

    /** Never returns by itself. */
    private Answer hang() {
        try {
            stuck.await();
        } catch (InterruptedException e) {
            interrupted.countDown();
        }
        return new Answer("", "", 0);
    }

    @Test
    void answersOneCommandOnEachConnectionOnASocketOfTheOwnersOnly() throws Exception {
        start("", LONG_MS);
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(usual)));
        for (int i = 0; i < 20; i++) {
            assertEquals(new Answer("[why, /a b, ]\n", "", 0), ask(usual, "why", "/a b", ""));
        }
    }

    @Test
    void clientsThatAskNothingAndCommandsThatHangHoldNobodyUp() throws Exception {
        commands = words -> words.contains("hang") ? hang() : new Answer("", "", 7);
        start("", LONG_MS);
        connect(usual);
        send(connect(usual), "hang");
        connect(usual).output().write("half".getBytes(StandardCharsets.UTF_8));
        assertEquals(7, ask(usual, "quick").code());
    }

    @Test
    void aCommandThatTakesTooLongIsInterruptedAndItsClientTold() throws Exception {
        commands = words -> hang();
        start("", 300);
        Answer answer = ask(usual, "hang");
        while (answer.code() == -1) {
            // on a busy machine the command itself may come too late
            answer = ask(usual, "hang");
        }
        assertEquals(1, answer.code());
        assertTrue(answer.err().contains("not ended within 300 ms"), answer.err());
        assertTrue(interrupted.await(20, TimeUnit.SECONDS));
    }

    @Test
    void aClientThatAsksNothingIsDisconnectedInTime() throws Exception {
        start("", 50);
        assertEquals(-1, answer(connect(usual)).code());
    }

    @Test
    void aClientThatDoesNotReadItsAnswerIsDisconnectedInTime() throws Exception {
        String large = "x".repeat(16 * 1024 * 1024);
        AtomicReference<Thread> worker = new AtomicReference<>();
        commands = words -> {
            worker.set(Thread.currentThread());
            return new Answer(large, "", 0);
        };
        start("", 5000);
        StreamConnection lazy = connect(usual);
        send(lazy, "much");
        await("its thread to be free", () -> worker.get() != null && (!worker.get().isAlive()
                || Arrays.stream(worker.get().getStackTrace()).anyMatch(frame -> frame.getMethodName().equals("getTask"))));
        int read = get(concurrently(() -> lazy.input().readAllBytes())).length;
        assertTrue(read < large.length(), "read " + read);
    }

    @Test
    void moreCommandsThanThreadsAreRefusedAndToldSo() throws Exception {
        commands = words -> hang();
        start("", LONG_MS);
        CompletableFuture<?>[] hanging = new CompletableFuture<?>[Clients.MOST];
        for (int i = 0; i < hanging.length; i++) {
            StreamConnection client = connect(usual);
            send(client, "hang");
            hanging[i] = concurrently(() -> answer(client));
        }
        Answer refused = ask(usual, "one", "more");
        assertEquals(1, refused.code());
        assertTrue(refused.err().contains("busy"), refused.err());
        stuck.countDown();
        for (CompletableFuture<?> each : hanging) {
            assertEquals(new Answer("", "", 0), get(each));
        }
    }

    @Test
    void aMalformedRequestIsAUsageError() throws Exception {
        start("", LONG_MS);
        StreamConnection client = connect(usual);
        client.output().write("status".getBytes(StandardCharsets.UTF_8));
        client.shutdownOutput();
        assertEquals(100, answer(client).code());
    }

    @Test
    void anotherUserIsRefusedBeforeItsCommandIsRead() throws Exception {
        Clients none = new Clients(4_000_000_000L, LONG_MS, words -> new Answer("done", "", 0));
        try (var pair = streams.pair()) {
            StreamConnection client = streams.adopt(pair.ours());
            clients.add(client);
            none.admit(streams.adopt(pair.theirs()));
            Answer refused = answer(client);
            assertEquals(1, refused.code());
            assertTrue(refused.err().contains("permission denied: the process " + ProcessHandle.current().pid()), refused.err());
        }
        none.close();
    }

    @Test
    void aStaleSocketIsReplacedAndALiveOneIsNot() throws Exception {
        streams.listen(new UnixAddress(usual), 0600, 1).close();
        assertTrue(Files.exists(usual));
        start("", LONG_MS);
        assertEquals(0, ask(usual, "x").code());
        ControlSocket first = socket;
        start("", LONG_MS);
        socket.stop();
        assertEquals(0, ask(usual, "x").code());
        socket = first;
    }

    @Test
    void elsewhereALinkShowsTheWay() throws Exception {
        Path away = dir.resolve("away.sock");
        start("unix:" + away, LONG_MS);
        assertEquals(away, Files.readSymbolicLink(usual));
        assertEquals(0, ask(away, "x").code());
        socket.modified(config("", LONG_MS));
        assertFalse(Files.exists(away));
        assertEquals(0, ask(usual, "x").code());
        socket.modified(config(away.toString(), LONG_MS));
        assertEquals(away, Files.readSymbolicLink(usual));
        assertThrows(IOException.class, () -> socket.modified(config(dir + "/no/such/dir.sock", LONG_MS)));
        assertEquals(0, ask(Files.readSymbolicLink(usual), "what ran before goes on").code());
        socket.stop();
        assertFalse(Files.exists(away));
    }

    @Test
    void aLinkThatAKilledProcessHasLeftIsReplaced() throws Exception {
        Files.createSymbolicLink(usual, dir.resolve("gone.sock"));
        start("", LONG_MS);
        assertEquals(0, ask(usual, "x").code());
    }

    @Test
    void aHomeWithAPathTooLongKeepsNothingFromStarting() throws Exception {
        Path deep = Files.createDirectories(dir.resolve("d".repeat(120)).resolve("run")).getParent();
        start(deep, "", LONG_MS);
        assertFalse(Files.exists(deep.resolve("run/ctl.sock")));
        socket.modified(config(dir.resolve("short.sock").toString(), LONG_MS));
        assertEquals(0, ask(Files.readSymbolicLink(deep.resolve("run/ctl.sock")), "x").code());
    }

    @Test
    void whatCanNotWorkIsRefusedByName() {
        IllegalArgumentException tooLong = assertThrows(IllegalArgumentException.class,
                () -> Settings.of(config("/" + "x".repeat(107), 1)));
        assertTrue(tooLong.getMessage().startsWith("org.hearthd.shell: address: ") && tooLong.getMessage().contains("107"),
                tooLong.getMessage());
        assertThrows(IllegalArgumentException.class, () -> Settings.of(config("relative.sock", 1)));
        assertThrows(IllegalArgumentException.class, () -> Settings.of(config("", 0)));
    }

    @Test
    void theTransportIsReplacedUnderIt() throws Exception {
        start("", LONG_MS);
        StreamConnection before = connect(usual);
        socket.setStreams(new JunixStreams());
        socket.unsetStreams(streams);
        assertEquals(0, ask(usual, "x").code());
        send(before, "x");
        assertEquals(0, answer(before).code());
    }

    @Test
    void theEndWaitsForAnAnswerAndTakesNobodyMore() throws Exception {
        CountDownLatch running = new CountDownLatch(1);
        commands = words -> {
            running.countDown();
            return hang();
        };
        start("", LONG_MS);
        StreamConnection client = connect(usual);
        send(client, "shutdown");
        running.await();
        CompletableFuture<Boolean> stopped = concurrently(() -> {
            socket.stop();
            return true;
        });
        await("the end of the path", () -> !Files.exists(usual));
        assertThrows(ConnectException.class, () -> connect(usual));
        stuck.countDown();
        assertEquals(0, answer(client).code());
        assertTrue(get(stopped));
    }
}
