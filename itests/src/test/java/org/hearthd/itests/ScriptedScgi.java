package org.hearthd.itests;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** An SCGI server in the test itself, on a Unix socket: it does with each connection what the script says, on a thread of its own. */
final class ScriptedScgi implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(ScriptedScgi.class.getName());
    private final ServerSocketChannel listening;
    private final Script script;

    /** What is done with one connection, which is closed behind it. */
    interface Script {
        /** @throws IOException if the connection ends early, which only its caller need notice */
        void serve(Call call) throws IOException, InterruptedException;
    }

    /** One request whose variables have been read, and whose body has not. */
    record Call(SocketChannel channel, Map<String, String> variables) {
        int bodyLength() {
            return Integer.parseInt(variables.get("CONTENT_LENGTH"));
        }

        String read(int length) throws IOException {
            return ScriptedScgi.read(channel, length);
        }

        /** Reads and drops the body; returns how long it was. */
        int drain() throws IOException {
            ByteBuffer piece = ByteBuffer.allocate(1 << 16);
            int read = 0;
            while (read < bodyLength()) {
                int count = channel.read(piece.clear());
                if (count < 0) {
                    throw new IOException("the body ends after " + read + " bytes");
                }
                read += count;
            }
            return read;
        }

        /** Returns when the caller has ended its side, or gone. */
        void awaitEnd() throws IOException {
            if (channel.read(ByteBuffer.allocate(1)) >= 0) {
                throw new IOException("there is more than the request");
            }
        }

        void write(String text) throws IOException {
            ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        }
    }

    private ScriptedScgi(ServerSocketChannel listening, Script script) {
        this.listening = listening;
        this.script = script;
    }

    /** Listens from now on. */
    static ScriptedScgi start(Path socket, Script script) throws IOException {
        ServerSocketChannel listening = ServerSocketChannel.open(StandardProtocolFamily.UNIX)
                .bind(UnixDomainSocketAddress.of(socket), 1024);
        ScriptedScgi server = new ScriptedScgi(listening, script);
        begin(server::accept, "scgi server");
        return server;
    }

    private static void begin(Runnable task, String name) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() {
        try {
            while (true) {
                SocketChannel channel = listening.accept();
                begin(() -> serve(channel), "scgi connection");
            }
        } catch (IOException e) {
            if (listening.isOpen()) {
                throw new IllegalStateException(e);
            }
        }
    }

    private void serve(SocketChannel channel) {
        try (channel) {
            script.serve(new Call(channel, variables(channel)));
        } catch (IOException | InterruptedException e) {
            LOG.log(Level.DEBUG, "scgi connection: {0}", e.toString());
        }
    }

    private static Map<String, String> variables(SocketChannel channel) throws IOException {
        int length = 0;
        for (String digit = read(channel, 1); !digit.equals(":"); digit = read(channel, 1)) {
            length = 10 * length + Integer.parseInt(digit);
        }
        String[] parts = read(channel, length + 1).split("\0", -1);
        Map<String, String> variables = new HashMap<>();
        for (int i = 0; i + 1 < parts.length; i += 2) {
            variables.put(parts[i], parts[i + 1]);
        }
        return variables;
    }

    private static String read(SocketChannel channel, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length);
        while (bytes.hasRemaining()) {
            if (channel.read(bytes) < 0) {
                throw new IOException("the request ends after " + bytes.position() + " bytes");
            }
        }
        return new String(bytes.array(), StandardCharsets.ISO_8859_1);
    }

    @Override
    public void close() throws IOException {
        listening.close();
    }
}
