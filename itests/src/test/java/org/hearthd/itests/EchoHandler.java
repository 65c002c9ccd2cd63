package org.hearthd.itests;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.hearthd.Exchange;
import org.hearthd.Headers;
import org.hearthd.Response;
import org.hearthd.ashd.Requests;
import org.hearthd.transport.Packet;
import org.hearthd.transport.PacketConnection;
import org.hearthd.transport.StreamConnection;
import org.hearthd.transport.junixsocket.JunixDescriptors;
import org.hearthd.transport.junixsocket.JunixPackets;
import org.hearthd.transport.junixsocket.JunixStreams;

/** A persistent handler of ashd(7) as a process of its own; the rest string says what it does. */
final class EchoHandler {
    private EchoHandler() {}

    /** The command line that starts it. */
    static List<String> command(String... arguments) {
        List<String> line = new ArrayList<>(List.of(System.getProperty("java.home") + "/bin/java", "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC", "-cp", System.getProperty("java.class.path"), EchoHandler.class.getName()));
        line.addAll(Arrays.asList(arguments));
        return line;
    }

    /**
     * Serves until the end of descriptor 0, each request on a thread of its own; with the argument {@code serial} one after the other.
     * With {@code raw} it does not look into the datagrams: see {@link #answerRaw}.
     */
    public static void main(String[] args) throws IOException {
        JunixStreams streams = new JunixStreams();
        PacketConnection connection = new JunixPackets().adopt(new JunixDescriptors().adopt(0));
        System.err.println("child begins " + String.join("|", args));
        if (List.of(args).contains("raw")) {
            answerRaw(connection, streams);
            return;
        }
        boolean serial = List.of(args).contains("serial");
        Requests.receive(connection, () -> streams, "child", exchange -> {
            if (serial) {
                answer(exchange);
            } else {
                new Thread(() -> answer(exchange)).start();
            }
        });
    }

    /** Answers each datagram with the number of its descriptors, in one octet, and with its own octets. */
    private static void answerRaw(PacketConnection connection, JunixStreams streams) throws IOException {
        try (Packet packet = new Packet(8)) {
            while (connection.receive(packet) >= 0) {
                ByteBuffer answer = ByteBuffer.allocate(1 + packet.data().remaining());
                answer.put((byte) packet.fds().size()).put(packet.data()).flip();
                try (StreamConnection client = streams.adopt(packet.fds().remove(0))) {
                    client.send(answer);
                }
            }
        }
    }

    private static void answer(Exchange exchange) {
        try (exchange) {
            String rest = exchange.request().rest().replaceFirst("^/", "");
            if (rest.equals("die")) {
                new ProcessBuilder("kill", "-9", Long.toString(ProcessHandle.current().pid())).inheritIO().start();
                // the answering socket closes when the process ends, not before
                new CountDownLatch(1).await();
            } else if (rest.equals("echo")) {
                try (InputStream body = exchange.body(); OutputStream out = exchange.respond(200, Headers.EMPTY)) {
                    body.transferTo(out);
                }
            } else if (rest.equals("count")) {
                exchange.respond(Response.text(200, "read " + exchange.body().transferTo(OutputStream.nullOutputStream())));
            } else {
                exchange.respond(Response.text(200, rest + " by " + ProcessHandle.current().pid()));
            }
        } catch (IOException | InterruptedException e) {
            exchange.abort();
        }
    }
}
