package org.hearthd.http;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.hearthd.transport.StreamConnection;
import org.hearthd.transport.junixsocket.JunixStreams;

/** Taken response sockets, with a blocking peer that answers on them as an ashd handler does. */
abstract class TakerContract extends FrontContract {
    private final JunixStreams streams = new JunixStreams();

    /** What happens at the other end. */
    protected interface Peer {
        void serve(StreamConnection socket) throws Exception;
    }

    protected void peer(Peer peer) {
        front.handleBlocking(exchange -> {
            try (StreamConnection socket = streams.adopt(exchange.takeSocket())) {
                peer.serve(socket);
            }
        });
    }

    protected void answerWith(String answer) {
        peer(socket -> {
            socket.input().readAllBytes();
            write(socket, answer);
        });
    }

    protected static void write(StreamConnection socket, String text) throws IOException {
        socket.output().write(text.getBytes(StandardCharsets.ISO_8859_1));
    }
}
