package org.hearthd.scgi;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** An SCGI server that does to each connection what a script says, well or badly; plain blocking sockets. */
final class TestServer implements AutoCloseable {
    /** What happens on a connection; it is closed afterwards. */
    interface Script {
        void run(Peer peer) throws Exception;
    }

    final String address;
    /** What scripts threw. */
    final BlockingQueue<Throwable> failures = new LinkedBlockingQueue<>();
    private final ServerSocketChannel listening;
    private final Thread acceptor;
    private final List<SocketChannel> accepted = new ArrayList<>();

    private TestServer(ServerSocketChannel listening, String address, Script script) {
        this.listening = listening;
        this.address = address;
        acceptor = new Thread(() -> accept(script), "test server");
        acceptor.setDaemon(true);
        acceptor.start();
    }

    static TestServer tcp(Script script) throws IOException {
        return tcp(0, script);
    }

    static TestServer tcp(int port, Script script) throws IOException {
        ServerSocketChannel channel = ServerSocketChannel.open();
        channel.bind(new InetSocketAddress("127.0.0.1", port));
        return new TestServer(channel, "127.0.0.1:" + ((InetSocketAddress) channel.getLocalAddress()).getPort(), script);
    }

    static TestServer unix(Path path, Script script) throws IOException {
        ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        channel.bind(UnixDomainSocketAddress.of(path), 5000);
        return new TestServer(channel, "unix:" + path, script);
    }

    private void accept(Script script) {
        while (listening.isOpen()) {
            try {
                SocketChannel channel = listening.accept();
                synchronized (accepted) {
                    accepted.add(channel);
                }
                Thread thread = new Thread(() -> serve(channel, script), "test server connection");
                thread.setDaemon(true);
                thread.start();
            } catch (IOException e) {
                return;
            }
        }
    }

    private void serve(SocketChannel channel, Script script) {
        try (channel) {
            script.run(new Peer(channel));
        } catch (Throwable e) {
            failures.add(e);
        }
    }

    @Override
    public void close() throws IOException {
        listening.close();
        try {
            // who waits in accept(2) holds the socket, and takes one more client, until it has been woken
            acceptor.join(TimeUnit.MINUTES.toMillis(1));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        synchronized (accepted) {
            for (SocketChannel channel : accepted) {
                channel.close();
            }
        }
    }

    /** The server's end of one connection. */
    record Peer(SocketChannel channel) {
        /** Reads the netstring strictly: pairs in their order. */
        Map<String, String> variables() throws IOException {
            int length = 0;
            for (byte b = one(); b != ':'; b = one()) {
                if (b < '0' || b > '9') {
                    throw new IOException("netstring length has byte " + b);
                }
                length = 10 * length + b - '0';
            }
            String block = read(length);
            if (one() != ',' || !block.endsWith("\0")) {
                throw new IOException("netstring has no end");
            }
            Map<String, String> variables = new LinkedHashMap<>();
            String[] parts = block.substring(0, block.length() - 1).split("\0", -1);
            for (int i = 0; i < parts.length; i += 2) {
                if (variables.put(parts[i], parts[i + 1]) != null) {
                    throw new IOException(parts[i] + " is there twice");
                }
            }
            if (!parts[0].equals("CONTENT_LENGTH") || !"1".equals(variables.get("SCGI"))) {
                throw new IOException("no SCGI request: " + variables);
            }
            return variables;
        }

        /** Reads the body that the variables announce. */
        String body(Map<String, String> variables) throws IOException {
            return read(Integer.parseInt(variables.get("CONTENT_LENGTH")));
        }

        private byte one() throws IOException {
            return (byte) read(1).charAt(0);
        }

        String read(int length) throws IOException {
            ByteBuffer bytes = ByteBuffer.allocate(length);
            while (bytes.hasRemaining()) {
                if (channel.read(bytes) < 0) {
                    throw new EOFException("end after " + bytes.position() + " of " + length + " bytes");
                }
            }
            return new String(bytes.array(), StandardCharsets.ISO_8859_1);
        }

        String readAll() throws IOException {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            ByteBuffer piece = ByteBuffer.allocate(65_536);
            while (channel.read(piece) >= 0) {
                all.write(piece.array(), 0, piece.position());
                piece.clear();
            }
            return all.toString(StandardCharsets.ISO_8859_1);
        }

        void write(String text) throws IOException {
            ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        }

        /** Closes with a reset; TCP only. */
        void reset() throws IOException {
            channel.setOption(StandardSocketOptions.SO_LINGER, 0);
            channel.close();
        }
    }
}
