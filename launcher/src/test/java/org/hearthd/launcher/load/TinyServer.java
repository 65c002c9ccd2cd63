package org.hearthd.launcher.load;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** A server that answers, well or badly, as a test says. */
final class TinyServer implements AutoCloseable {
    /** Answers one request. */
    interface Script {
        /** Returns whether the connection stays. */
        boolean answer(int number, Socket client, OutputStream out) throws Exception;
    }

    private final ServerSocket listener = new ServerSocket(0, 500, InetAddress.getLoopbackAddress());
    private final Set<Socket> clients = ConcurrentHashMap.newKeySet();
    private final AtomicInteger requests = new AtomicInteger();
    final AtomicInteger connections = new AtomicInteger();
    private final Script script;

    TinyServer(Script script) throws IOException {
        this.script = script;
        daemon(this::accept);
    }

    /** Writes the same text for each request. */
    static TinyServer saying(boolean stays, String... lines) throws IOException {
        byte[] bytes = String.join("\r\n", lines).getBytes(StandardCharsets.ISO_8859_1);
        return new TinyServer((number, client, out) -> {
            out.write(bytes);
            return stays;
        });
    }

    private static void daemon(Runnable task) {
        Thread thread = new Thread(task, "tiny-server");
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() {
        try {
            while (true) {
                Socket client = listener.accept();
                clients.add(client);
                connections.incrementAndGet();
                daemon(() -> serve(client));
            }
        } catch (IOException e) {
            clients.forEach(TinyServer::quietly);
        }
    }

    private void serve(Socket client) {
        try {
            BufferedReader in = new BufferedReader(new InputStreamReader(client.getInputStream(), StandardCharsets.ISO_8859_1));
            boolean stays = true;
            while (stays && in.readLine() != null) {
                String header = in.readLine();
                while (!header.isEmpty()) {
                    header = in.readLine();
                }
                stays = script.answer(requests.getAndIncrement(), client, client.getOutputStream());
            }
        } catch (SocketException e) {
            clients.remove(client);
        } catch (Exception e) {
            throw new AssertionError(e);
        } finally {
            quietly(client);
        }
    }

    private static void quietly(Socket client) {
        try {
            client.close();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + listener.getLocalPort() + "/x");
    }

    Plan plan(int rate, int connections, int millis) {
        return new Plan(List.of(url()), rate, connections, Duration.ofMillis(millis), Duration.ofSeconds(30));
    }

    /** The whole of a load. */
    Tally load(int rate, int connections, int millis) throws IOException {
        return Load.start(plan(rate, connections, millis), ToldVersion::new, line -> {}).await();
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
