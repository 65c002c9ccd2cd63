package org.hearthd.itests;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** An SCGI server that answers one word and its process id, on descriptor 0 if it is a program of its own. */
final class ScgiChild {
    private ScgiChild() {}

    /** The command line that starts it. */
    static List<String> command(String word) {
        return new ArrayList<>(List.of(System.getProperty("java.home") + "/bin/java", "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC", "-cp", System.getProperty("java.class.path"), ScgiChild.class.getName(), word));
    }

    /** Serves until it is ended. */
    public static void main(String[] args) throws IOException {
        serve((ServerSocketChannel) System.inheritedChannel(), args[0]);
    }

    /** Serves until the channel is closed. */
    static void serve(ServerSocketChannel listening, String word) throws IOException {
        while (listening.isOpen()) {
            SocketChannel client = listening.accept();
            new Thread(() -> answer(client, word)).start();
        }
    }

    private static void answer(SocketChannel client, String word) {
        try (client) {
            // the small request of a test comes in one piece; the end of it is the netstring's comma
            ByteBuffer request = ByteBuffer.allocate(16_384);
            while (client.read(request) > 0 && request.get(request.position() - 1) != ',') {
                continue;
            }
            client.write(ByteBuffer.wrap(("Content-Type: text/plain\n\n" + word + " by " + ProcessHandle.current().pid())
                    .getBytes(StandardCharsets.ISO_8859_1)));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
