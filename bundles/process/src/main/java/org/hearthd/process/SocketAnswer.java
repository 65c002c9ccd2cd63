package org.hearthd.process;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.System.Logger.Level;
import org.hearthd.Fd;
import org.hearthd.Request;
import org.hearthd.Response;
import org.hearthd.spi.ResponseHead;
import org.hearthd.transport.StreamConnection;
import org.hearthd.transport.StreamTransport;

/** An answer on a response socket that was taken for a program which then could not be started. */
final class SocketAnswer {
    private static final System.Logger LOG = System.getLogger(TransientHandler.class.getName());

    private SocketAnswer() {}

    /** Writes the answer and closes the socket. */
    static void write(StreamTransport streams, Fd socket, Request request, Response answer) {
        if (streams == null) {
            socket.close();
            return;
        }
        try (StreamConnection connection = streams.adopt(socket); OutputStream out = connection.output()) {
            ResponseHead head = ResponseHead.of(answer.status(),
                    answer.headers().with("Content-Length", Integer.toString(answer.length())));
            out.write(head.encode());
            if (!request.method().equals("HEAD")) {
                byte[] body = new byte[answer.length()];
                answer.body().get(body);
                out.write(body);
            }
        } catch (IOException e) {
            LOG.log(Level.DEBUG, () -> "the answer " + answer.status() + " did not reach the client", e);
        }
    }
}
