package org.hearthd.transport.junixsocket;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.hearthd.Fd;
import org.newsclub.net.unix.Sender;

/** The sending side of a link. Descriptors are a field of junixsocket's, so one thread sends at a time. */
final class Outbox {
    private static final int[] NONE = {};
    /** One buffer of the kernel's: after a successful poll it is taken without blocking, however the descriptor is set. */
    private static final int CHUNK = 64 * 1024;

    private final Link link;
    private final Sender port;
    private ByteBuffer scratch = ByteBuffer.allocateDirect(0);

    /** Closes the link on failure. */
    Outbox(Link link) throws IOException {
        this.link = link;
        port = link.port(Sender::new);
    }

    /** Sends one message. */
    synchronized void sendMessage(ByteBuffer data, Fd... fds) throws IOException {
        send(data, Integer.MAX_VALUE, fds);
    }

    /** Sends all bytes, the descriptors with the first of them. */
    synchronized void sendBytes(ByteBuffer data, Fd... fds) throws IOException {
        if (data.hasRemaining()) {
            send(data, CHUNK, fds);
        } else if (fds.length > 0) {
            throw new IllegalArgumentException("descriptors travel with at least one byte");
        }
    }

    private void send(ByteBuffer data, int chunk, Fd... fds) throws IOException {
        if (!link.enter()) {
            throw link.closed();
        }
        try {
            int[] numbers = numbers(fds);
            ByteBuffer direct = direct(data);
            int at = direct.position();
            int end = direct.limit();
            do {
                if (!link.await(port)) {
                    throw link.closed();
                }
                int length = Math.min(chunk, end - at);
                int sent = port.send(direct, at, length, numbers);
                at += sent;
                numbers = sent > 0 ? NONE : numbers;
            } while (at < end);
        } catch (IOException e) {
            throw new IOException("cannot send to " + link + ": " + e.getMessage(), e);
        } finally {
            link.leave();
        }
    }

    private static int[] numbers(Fd... fds) {
        if (fds.length == 0) {
            return NONE;
        }
        int[] numbers = new int[fds.length];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = fds[i].number();
        }
        return numbers;
    }

    private ByteBuffer direct(ByteBuffer data) {
        if (data.isDirect()) {
            return data;
        }
        if (scratch.capacity() < data.remaining()) {
            scratch = ByteBuffer.allocateDirect(data.remaining());
        }
        return scratch.clear().put(data.duplicate()).flip();
    }
}
