package org.hearthd.net;

import io.netty.channel.epoll.LinuxSocket;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Set;
import org.hearthd.Fd;
import org.hearthd.transport.OpenDescriptors;
import org.hearthd.transport.UnixAddress;
import org.hearthd.transport.junixsocket.JunixDescriptors;
import org.hearthd.transport.junixsocket.JunixStreams;

/** A connected pair for tests: a JDK client with blocking operations and the other end as a descriptor. */
record Ends(SocketChannel client, Fd server) {
    static final JunixDescriptors DESCRIPTORS = new JunixDescriptors();
    static final JunixStreams STREAMS = new JunixStreams();
    static final NettyTcpSockets TCP = new NettyTcpSockets(DESCRIPTORS);

    static Ends of(boolean unix) throws IOException {
        return unix ? unix() : tcp();
    }

    private static Ends unix() throws IOException {
        Path dir = Files.createTempDirectory("ends");
        Path path = dir.resolve("s");
        try (Fd listening = STREAMS.listen(new UnixAddress(path), 0600, 8)) {
            return accept(listening, SocketChannel.open(UnixDomainSocketAddress.of(path)));
        } finally {
            Files.deleteIfExists(path);
            Files.delete(dir);
        }
    }

    private static Ends tcp() throws IOException {
        try (Fd listening = TCP.listen(new InetSocketAddress("127.0.0.1", 0), 8)) {
            return accept(listening, SocketChannel.open(TCP.inspect(listening).address()));
        }
    }

    private static Ends accept(Fd listening, SocketChannel client) throws IOException {
        int number;
        do {
            number = LinuxSocket.newSocket(listening.number()).accept(new byte[128]);
        } while (number < 0);
        return new Ends(client, DESCRIPTORS.adopt(number));
    }

    void write(String text) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
        while (bytes.hasRemaining()) {
            client.write(bytes);
        }
    }

    /** What comes up to the end. */
    String readAll() throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        ByteBuffer piece = ByteBuffer.allocate(8192);
        while (client.read(piece) >= 0) {
            all.write(piece.array(), 0, piece.position());
            piece.clear();
        }
        return all.toString(StandardCharsets.US_ASCII);
    }

    String read(int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length);
        while (bytes.hasRemaining()) {
            if (client.read(bytes) < 0) {
                throw new IOException("end after " + bytes.position() + " bytes");
            }
        }
        return new String(bytes.array(), StandardCharsets.US_ASCII);
    }

    /** What is open when all that is opened once in a process (random numbers, libraries) is open. */
    static Set<String> baseline() throws IOException {
        for (boolean unix : new boolean[] {true, false}) {
            Ends ends = of(unix);
            ends.client.close();
            ends.server.close();
        }
        return OpenDescriptors.list();
    }

    static boolean isOpen(int number) {
        return Files.exists(Path.of("/proc/self/fd/" + number), LinkOption.NOFOLLOW_LINKS);
    }
}
