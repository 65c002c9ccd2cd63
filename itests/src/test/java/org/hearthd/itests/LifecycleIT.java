package org.hearthd.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.io.InputStream;
import java.net.ConnectException;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.hearthd.Fd;
import org.hearthd.itests.handlers.Gate;
import org.hearthd.transport.FdPair;
import org.hearthd.transport.PacketConnection;
import org.hearthd.transport.StreamConnection;
import org.hearthd.transport.UnixAddress;
import org.hearthd.transport.junixsocket.JunixDescriptors;
import org.hearthd.transport.junixsocket.JunixPackets;
import org.hearthd.transport.junixsocket.JunixStreams;
import org.junit.Test;
import org.newsclub.net.unix.Fds;
import org.newsclub.net.unix.Receiver;

/** Start, readiness, signals and the two other ways to be started: inherited sockets, and as an ashd handler. */
public class LifecycleIT extends InDirectory {
    private final JunixDescriptors descriptors = new JunixDescriptors();
    private final JunixPackets packets = new JunixPackets();
    private final JunixStreams streams = new JunixStreams();

    @Test
    public void sigtermRefusesNewcomersAndFinishesWhatRuns() throws Exception {
        try (HearthProcess hearth = HearthProcess.ready(home)) {
            Path gate = startGatedRequest(hearth);
            CompletableFuture<HttpResponse<String>> running = inProgress(hearth, gate);
            hearth.signal("TERM");
            Await.until("newcomers are refused", () -> refused(hearth));
            assertTrue("still draining", hearth.process.isAlive());
            Files.createFile(gate);
            assertEquals("through", running.get().body());
            assertEquals(0, hearth.awaitExit());
        }
    }

    @Test
    public void aSecondSignalEndsAtOnce() throws Exception {
        // a shell's background job ignores SIGINT, and what it starts does too
        ProcessBuilder command = shell("exec env --default-signal=INT \"$0\" run --port 0 --home " + home);
        try (HearthProcess hearth = HearthProcess.start(home, command)) {
            hearth.awaitUrl();
            CompletableFuture<HttpResponse<String>> running = inProgress(hearth, startGatedRequest(hearth));
            hearth.signal("INT");
            Await.until("newcomers are refused", () -> refused(hearth));
            hearth.signal("INT");
            assertEquals(1, hearth.awaitExit());
            assertTrue("the running request fails", running.handle((answer, failure) -> failure != null).get());
        }
    }

    @Test
    public void readinessIsToldToTheDescriptorAndToTheNotifySocket() throws Exception {
        Path socket = dir.resolve("notify.sock");
        Path fifo = dir.resolve("ready.fifo");
        assertEquals(0, new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor());
        ProcessBuilder command = shell("exec 7>" + fifo + "; exec \"$0\" run --notification-fd 7 --port 0 --home " + home);
        command.environment().put("NOTIFY_SOCKET", socket.toString());
        // junixsocket's own classes for this do not work beside the transport's
        int supervisor = Fds.bind(Fds.DATAGRAMS, socket.toString());
        int[] wake = Fds.pipe();
        Receiver receiver = new Receiver(supervisor, wake[0]);
        try {
            awaitBothKinds(HearthProcess.start(home, command), fifo, receiver);
        } finally {
            receiver.close();
            for (int number : new int[] {supervisor, wake[0], wake[1]}) {
                Fds.close(number);
            }
        }
    }

    private static void awaitBothKinds(HearthProcess started, Path fifo, Receiver supervisor) throws Exception {
        try (HearthProcess hearth = started; InputStream ready = Files.newInputStream(fifo)) {
            assertEquals("a newline, then the end", "\n", new String(ready.readAllBytes(), StandardCharsets.US_ASCII));
            assertTrue("no message", supervisor.await(30_000));
            ByteBuffer message = ByteBuffer.allocateDirect(4096);
            message.limit(supervisor.read(message, message.capacity()));
            assertTrue(StandardCharsets.UTF_8.decode(message).toString().contains("READY=1"));
            hearth.awaitUrl();
            assertEquals(200, hearth.get("/hello").statusCode());
        }
    }

    @Test
    public void anInheritedListeningSocketIsUsedAndStaysAfterwards() throws Exception {
        Path socket = dir.resolve("held.sock");
        try (Fd listening = streams.listen(UnixAddress.of(socket.toString()), 0600, 16)) {
            ProcessBuilder command = shell(
                    "exec 3<&0 4<&0 </dev/null; LISTEN_PID=$$ LISTEN_FDS=2 LISTEN_FDNAMES=main:forgotten exec \"$0\" run --home "
                            + home)
                    .redirectInput(descriptors.redirect(listening));
            try (HearthProcess hearth = HearthProcess.start(home, command);
                    StreamConnection client = streams.connect(UnixAddress.of(socket.toString()))) {
                client.output().write("GET /hello HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                String answer = new String(client.input().readAllBytes(), StandardCharsets.ISO_8859_1);
                assertTrue(answer + hearth.errors(), answer.contains("Hello from hello 1.0.0"));
                hearth.awaitLog("nobody has claimed forgotten \\(fd 4 .*\\), it is closed");
                hearth.signal("TERM");
                assertEquals(0, hearth.awaitExit());
            }
            assertTrue("whoever made the path keeps it", Files.exists(socket));
        }
    }

    @Test
    public void asAnAshdHandlerItAnswersOnTheResponseSocketAndEndsWithTheParent() throws Exception {
        Files.createDirectories(home.resolve("config"));
        Files.createDirectories(home.resolve("deploy"));
        Files.copy(HearthProcess.DIST.resolve("demo/hello-1.0.0.jar"), home.resolve("deploy/hello.jar"));
        Files.writeString(home.resolve("config/org.hearthd.stdin.cfg"), "# by the routes\n");
        FdPair parent = packets.pair();
        try (PacketConnection requests = packets.adopt(parent.ours());
                HearthProcess hearth = HearthProcess.start(home, HearthProcess.command("run", "--home", home.toString())
                        .redirectInput(descriptors.redirect(parent.theirs())))) {
            parent.theirs().close();
            for (int i = 0; i < 100; i++) {
                assertTrue(ask(requests, "GET\0/hello\0HTTP/1.1\0hello\0Host\0h\0\0").contains("Hello from hello 1.0.0"));
            }
            assertTrue(ask(requests, "GET\0/hello\0HTTP/1.1\0").startsWith("HTTP/1.1 400 "));
            requests.close();
            assertEquals(hearth.errors(), 0, hearth.awaitExit());
        }
    }

    @Test
    public void asAnAshdHandlerItAnswersWhatIsQueuedWhenTheSignalComes() throws Exception {
        Files.createDirectories(home.resolve("config"));
        Files.createDirectories(home.resolve("deploy"));
        Files.copy(HearthProcess.DIST.resolve("demo/hello-1.0.0.jar"), home.resolve("deploy/hello.jar"));
        Files.writeString(home.resolve("config/org.hearthd.stdin.cfg"), "handler = hello\n");
        FdPair parent = packets.pair();
        List<StreamConnection> clients = new ArrayList<>();
        try (PacketConnection requests = packets.adopt(parent.ours());
                HearthProcess hearth = HearthProcess.start(home, HearthProcess.command("run", "--home", home.toString())
                        .redirectInput(descriptors.redirect(parent.theirs())))) {
            parent.theirs().close();
            assertTrue(ask(requests, "GET\0/\0HTTP/1.1\0\0Host\0h\0\0").contains("Hello from hello 1.0.0"));
            hearth.signal("STOP");
            for (int i = 0; i < 50; i++) {
                clients.add(request(requests, "GET\0/\0HTTP/1.1\0\0Host\0h\0\0"));
            }
            hearth.signal("TERM");
            hearth.signal("CONT");
            for (StreamConnection client : clients) {
                String answer = new String(client.input().readAllBytes(), StandardCharsets.ISO_8859_1);
                assertTrue(answer + hearth.errors(), answer.contains("Hello from hello 1.0.0"));
                client.close();
            }
            assertEquals(hearth.errors(), 0, hearth.awaitExit());
        }
    }

    private String ask(PacketConnection requests, String datagram) throws Exception {
        try (StreamConnection socket = request(requests, datagram)) {
            return new String(socket.input().readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }

    private StreamConnection request(PacketConnection requests, String datagram) throws Exception {
        FdPair response = streams.pair();
        StreamConnection socket = streams.adopt(response.ours());
        try (Fd theirs = response.theirs()) {
            requests.send(ByteBuffer.wrap(datagram.getBytes(StandardCharsets.ISO_8859_1)), theirs);
        }
        socket.shutdownOutput();
        return socket;
    }

    /** A shell that becomes {@code bin/hearth} ($0) with the same process id. */
    private static ProcessBuilder shell(String script) {
        ProcessBuilder builder = HearthProcess.command();
        return builder.command("sh", "-c", script, builder.command().get(0));
    }

    private Path startGatedRequest(HearthProcess hearth) throws Exception {
        hearth.deploy(HandlerBundles.pack(dir, "gate", "1.0.0", Gate.class), "gate.jar");
        hearth.awaitAnswer("/gate?" + dir.resolve("no/such/directory"), 500, "");
        return dir.resolve("open");
    }

    private static CompletableFuture<HttpResponse<String>> inProgress(HearthProcess hearth, Path gate) throws Exception {
        CompletableFuture<HttpResponse<String>> answer = CompletableFuture.supplyAsync(() -> {
            try {
                return hearth.get("/gate?" + gate);
            } catch (Exception e) {
                throw new IllegalStateException("no answer", e);
            }
        });
        Await.until("the request is being handled", () -> Files.exists(gate.resolveSibling("open.begun")));
        return answer;
    }

    private static boolean refused(HearthProcess hearth) throws Exception {
        String[] address = hearth.url("").substring("http://".length()).split(":");
        try (Socket socket = new Socket(address[0], Integer.parseInt(address[1]))) {
            return !socket.isConnected();
        } catch (ConnectException e) {
            return true;
        }
    }
}
