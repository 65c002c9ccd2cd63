package org.hearthd.itests;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Queue;

/**
 * An SCGI server as a process of its own that answers nobody until its standard input ends; from then on at once. Prints a dot for
 * each connection that it has accepted. Runs until it is killed.
 */
public final class PatientServer {
    private static final byte[] ANSWER = "Content-Length: 6\n\nat end".getBytes(StandardCharsets.US_ASCII);
    private static final int BACKLOG = 4096;

    private final Queue<SocketChannel> waiting = new ArrayDeque<>();
    private boolean go;

    private PatientServer() {}

    static String[] command(Path socket) {
        return new String[] {Path.of(System.getProperty("java.home"), "bin/java").toString(), "-Xmx128m", "-cp",
            HearthProcess.ROOT.resolve("itests/target/test-classes").toString(), PatientServer.class.getName(),
            socket.toString()};
    }

    public static void main(String[] arguments) throws IOException {
        PatientServer server = new PatientServer();
        ServerSocketChannel listening = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        listening.bind(UnixDomainSocketAddress.of(arguments[0]), BACKLOG);
        new Thread(() -> server.accept(listening), "acceptor").start();
        while (System.in.read() >= 0) {
            Thread.onSpinWait();
        }
        server.answerAll();
    }

    private void accept(ServerSocketChannel listening) {
        try {
            while (true) {
                SocketChannel channel = listening.accept();
                System.out.print('.');
                System.out.flush();
                keep(channel);
            }
        } catch (IOException e) {
            System.err.println(e);
        }
    }

    private synchronized void keep(SocketChannel channel) throws IOException {
        waiting.add(channel);
        if (go) {
            answerAll();
        }
    }

    private synchronized void answerAll() throws IOException {
        go = true;
        while (!waiting.isEmpty()) {
            try (SocketChannel channel = waiting.remove()) {
                // the request has to be read: closing with unread bytes would reset the connection
                ByteBuffer request = ByteBuffer.allocate(4096);
                channel.read(request);
                channel.write(ByteBuffer.wrap(ANSWER));
            }
        }
    }
}
