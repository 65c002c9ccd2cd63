package org.hearthd.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;
import static org.junit.Assume.assumeTrue;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.Test;

/**
 * 10,000 requests at the same time through one runtime with a heap of 512 MiB, all waiting for a server that takes its time. A request
 * that waits for its server has two descriptors; where the machine allows fewer than that takes, and raises its limit for nobody, the last
 * ones wait without the second, for a place.
 */
public class ScgiCrowdIT extends InDirectory {
    private static final int REQUESTS = 10_000;
    /** Descriptors of the runtime itself, generously: it has 80. */
    private static final int OWN = 200;
    private static final int ENOUGH = 2 * REQUESTS + OWN;
    private static final byte[] REQUEST = "GET /slow HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"
            .getBytes(StandardCharsets.US_ASCII);

    @Test
    public void tenThousandSlowRequestsAreAllAnswered() throws Exception {
        int allowed = descriptorLimit();
        assumeTrue("the machine allows " + allowed + " descriptors", allowed > REQUESTS + 2 * OWN);
        int limit = maySet(ENOUGH) ? ENOUGH : allowed;
        int connections = Math.min(REQUESTS, limit - REQUESTS - OWN);
        Path socket = dir.resolve("s");
        try (Peer server = Peer.start(dir, PatientServer.command(socket));
                HearthProcess hearth = runtime(home, limit)) {
            Await.until("server listens " + server, () -> Files.exists(socket));
            hearth.configure("org.hearthd.scgi-slow.cfg", "path = /slow\naddress = unix:" + socket + "\nmax.connections = "
                    + connections + "\nqueue.max = " + REQUESTS
                    + "\nqueue.timeout.ms = 600000\nfirst.byte.timeout.ms = 600000\n");
            hearth.awaitLog("scgi slow passes requests on");
            List<SocketChannel> crowd = new ArrayList<>();
            try {
                ask(hearth, crowd);
                Await.until("all are at the server", () -> server.text().length() >= connections);
                assertEquals("no other request suffers", 200, hearth.get("/hello").statusCode());
                assertEquals(server.text(), connections, server.text().length());
                server.process.getOutputStream().close();
                for (SocketChannel client : crowd) {
                    String answer = answer(client);
                    assertTrue(answer + hearth.errors(), answer.startsWith("HTTP/1.1 200 OK\r\n") && answer.endsWith("at end"));
                }
            } finally {
                for (SocketChannel client : crowd) {
                    client.close();
                }
            }
        }
    }

    private static int descriptorLimit() throws IOException {
        String line = Files.readAllLines(Path.of("/proc/self/limits")).stream().filter(l -> l.startsWith("Max open files"))
                .findFirst()
                .orElseThrow();
        String hard = line.substring("Max open files".length()).strip().split(" +")[1];
        return hard.equals("unlimited") ? Integer.MAX_VALUE : Integer.parseInt(hard);
    }

    private static boolean maySet(int descriptors) throws Exception {
        return new ProcessBuilder(limited(descriptors, "true")).start().waitFor() == 0;
    }

    private static List<String> limited(int descriptors, String... command) {
        List<String> line = new ArrayList<>(List.of("prlimit", "--nofile=" + descriptors + ":" + descriptors));
        line.addAll(List.of(command));
        return line;
    }

    private static HearthProcess runtime(Path home, int limit) throws Exception {
        Files.writeString(Files.createDirectories(home.resolve("config")).resolve("org.hearthd.http-main.cfg"),
                "address = 127.0.0.1:0\nmax.connections = " + 2 * REQUESTS + "\n");
        ProcessBuilder builder = HearthProcess.command("run", "--port", "0", "--home", home.toString());
        builder.command(limited(limit, builder.command().toArray(String[]::new)));
        builder.environment().put("HEARTH_OPTS", "-Xmx512m -XX:+ExitOnOutOfMemoryError");
        HearthProcess hearth = HearthProcess.start(home, builder);
        hearth.awaitUrl();
        return hearth;
    }

    private static void ask(HearthProcess hearth, List<SocketChannel> crowd) throws Exception {
        URI url = URI.create(hearth.url("/slow"));
        for (int i = 0; i < REQUESTS; i++) {
            SocketChannel client = SocketChannel.open(new InetSocketAddress(url.getHost(), url.getPort()));
            crowd.add(client);
            client.write(ByteBuffer.wrap(REQUEST));
        }
    }

    private static String answer(SocketChannel client) throws IOException {
        ByteBuffer answer = ByteBuffer.allocate(4096);
        while (client.read(answer) >= 0) {
            Thread.onSpinWait();
        }
        return new String(answer.array(), 0, answer.position(), StandardCharsets.ISO_8859_1);
    }
}
