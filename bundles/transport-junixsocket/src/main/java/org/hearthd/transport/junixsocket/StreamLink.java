package org.hearthd.transport.junixsocket;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.Optional;
import org.hearthd.Fd;
import org.hearthd.transport.Packet;
import org.hearthd.transport.PeerCredentials;
import org.hearthd.transport.StreamConnection;
import org.newsclub.net.unix.Fds;
import org.newsclub.net.unix.Receiver;

/** A stream connection. */
final class StreamLink implements StreamConnection {
    private static final int CHUNK = 64 * 1024;

    private final Link link;
    private final Receiver in;
    private final Outbox out;
    private final InputStream input = new Input();
    private final OutputStream output = new Output();

    /** Takes {@code fd} over; closes it on failure. */
    StreamLink(Fd fd) throws IOException {
        link = Link.toSocket(fd);
        in = link.port(Receiver::new);
        out = new Outbox(link, false);
    }

    /** One receiving call. */
    private interface Call {
        int receive() throws IOException;
    }

    private int receive(Call call) throws IOException {
        if (!link.enter()) {
            return Receiver.END;
        }
        try {
            int length = Receiver.AGAIN;
            while (length == Receiver.AGAIN && link.await(in)) {
                length = call.receive();
            }
            return length == Receiver.AGAIN ? Receiver.END : length;
        } catch (IOException e) {
            throw new IOException("cannot receive from " + link + ": " + e.getMessage(), e);
        } finally {
            link.leave();
        }
    }

    @Override
    public int receive(Packet packet) throws IOException {
        packet.clear();
        int length = receive(() -> in.receive(packet.data(), packet.capacity()));
        int[] numbers = in.numbers();
        packet.data().limit(Math.max(0, length));
        if (length == Receiver.TRUNCATED) {
            close();
            throw new IOException("lost bytes of a stream", Inbox.refuse(numbers, "control data was truncated"));
        }
        Inbox.deliver(numbers, packet);
        return length;
    }

    @Override
    public void send(ByteBuffer data, Fd... fds) throws IOException {
        out.sendBytes(data, fds);
    }

    @Override
    public InputStream input() {
        return input;
    }

    @Override
    public OutputStream output() {
        return output;
    }

    @Override
    public void shutdownOutput() throws IOException {
        if (!link.enter()) {
            throw link.closed();
        }
        try {
            Fds.shutdownOutput(link.number());
        } finally {
            link.leave();
        }
    }

    @Override
    public Optional<PeerCredentials> peer() {
        return link.peer();
    }

    @Override
    public Fd release() throws IOException {
        return link.release();
    }

    @Override
    public void close() {
        link.close();
    }

    @Override
    public String toString() {
        return link.toString();
    }

    private final class Input extends InputStream {
        private ByteBuffer buffer;

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            Objects.checkFromIndexSize(offset, length, target.length);
            if (length == 0) {
                return 0;
            }
            if (buffer == null) {
                buffer = ByteBuffer.allocateDirect(CHUNK);
            }
            int wanted = Math.min(length, CHUNK);
            int received = receive(() -> in.read(buffer, wanted));
            if (received > 0) {
                buffer.get(0, target, offset, received);
            }
            return received;
        }
    }

    private final class Output extends OutputStream {
        @Override
        public void write(int value) throws IOException {
            write(new byte[] {(byte) value}, 0, 1);
        }

        @Override
        public void write(byte[] source, int offset, int length) throws IOException {
            int end = offset + length;
            Objects.checkFromIndexSize(offset, length, source.length);
            for (int at = offset; at < end; at += CHUNK) {
                out.sendBytes(ByteBuffer.wrap(source, at, Math.min(CHUNK, end - at)));
            }
        }
    }
}
