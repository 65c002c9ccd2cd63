package org.hearthd.itests;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.hearthd.Fd;
import org.hearthd.Headers;
import org.hearthd.Request;
import org.hearthd.ashd.Datagram;
import org.hearthd.transport.FdPair;
import org.hearthd.transport.PacketConnection;
import org.hearthd.transport.StreamConnection;
import org.hearthd.transport.junixsocket.JunixDescriptors;
import org.hearthd.transport.junixsocket.JunixPackets;
import org.hearthd.transport.junixsocket.JunixStreams;

/** A parent of ashd(7): starts a persistent handler with a SEQPACKET socket as descriptor 0, and is the client of its requests too. */
final class AshdParent implements AutoCloseable {
    private final JunixStreams streams = new JunixStreams();
    final Process process;
    private final PacketConnection connection;
    private final Path out;
    private final Path err;

    private AshdParent(Process process, PacketConnection connection, Path out, Path err) {
        this.process = process;
        this.connection = connection;
        this.out = out;
        this.err = err;
    }

    /** Starts the handler; its two outputs go to files in that directory. */
    static AshdParent start(Path directory, ProcessBuilder builder) throws IOException {
        Path out = Files.createTempFile(directory, "handler", ".out");
        Path err = Files.createTempFile(directory, "handler", ".err");
        JunixPackets packets = new JunixPackets();
        FdPair pair = packets.pair();
        try (Fd theirs = pair.theirs()) {
            Process process = builder.redirectInput(new JunixDescriptors().redirect(theirs)).redirectOutput(out.toFile())
                    .redirectError(err.toFile()).start();
            return new AshdParent(process, packets.adopt(pair.ours()), out, err);
        }
    }

    /** Stays this parent's. */
    PacketConnection connection() {
        return connection;
    }

    /** Sends a request without waiting for its answer; the connection returned is the client's end. */
    StreamConnection send(String method, String rest) throws IOException {
        return send(method, rest, Headers.EMPTY);
    }

    StreamConnection send(String method, String rest, Headers headers) throws IOException {
        FdPair pair = streams.pair();
        try (Fd theirs = pair.theirs()) {
            Request request = Request.of(method, "/" + rest, "HTTP/1.1", rest, headers);
            connection.send(Datagram.encode(request, Datagram.KERNEL_LIMIT), theirs);
        }
        return streams.adopt(pair.ours());
    }

    /** The whole answer to a request without a body. */
    String get(String rest) throws IOException {
        try (StreamConnection client = send("GET", rest)) {
            client.shutdownOutput();
            return answer(client);
        }
    }

    /** The process id in an answer of {@link EchoHandler}. */
    long pid(String rest) throws IOException {
        String answer = get(rest);
        int by = answer.lastIndexOf(" by ");
        if (by < 0) {
            throw new AssertionError(answer + errors());
        }
        return Long.parseLong(answer.substring(by + 4));
    }

    static String answer(StreamConnection client) throws IOException {
        return new String(client.input().readAllBytes(), StandardCharsets.ISO_8859_1);
    }

    /** Sends so many bytes while what comes back is counted; returns how many bytes followed the head. */
    long echo(long bytes) throws Exception {
        try (StreamConnection client = send("POST", "echo")) {
            Thread writer = new Thread(() -> write(client, bytes));
            writer.start();
            InputStream in = client.input();
            for (int newlines = 0; newlines < 2;) {
                int c = in.read();
                if (c < 0) {
                    throw new AssertionError("no head: " + errors());
                }
                newlines = c == '\n' ? newlines + 1 : c == '\r' ? newlines : 0;
            }
            long back = 0;
            byte[] buffer = new byte[1 << 16];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                back += n;
            }
            writer.join();
            return back;
        }
    }

    private static void write(StreamConnection client, long bytes) {
        try {
            ByteBuffer chunk = ByteBuffer.allocate(1 << 16);
            for (long left = bytes; left > 0; left -= chunk.capacity()) {
                chunk.clear().limit((int) Math.min(left, chunk.capacity()));
                client.send(chunk);
            }
            client.shutdownOutput();
        } catch (IOException e) {
            client.close();
        }
    }

    String output() throws IOException {
        return Files.readString(out);
    }

    String errors() throws IOException {
        return Files.readString(err);
    }

    long descriptors() throws IOException {
        return descriptors(process.pid());
    }

    static long descriptors(long pid) throws IOException {
        try (Stream<Path> open = Files.list(Path.of("/proc", Long.toString(pid), "fd"))) {
            return open.count();
        }
    }

    /** End of file for the handler. */
    void end() {
        connection.close();
    }

    int awaitExit() throws Exception {
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            throw new AssertionError("still running: " + errors());
        }
        return process.exitValue();
    }

    @Override
    public void close() throws Exception {
        connection.close();
        process.destroyForcibly();
        process.waitFor();
    }
}
