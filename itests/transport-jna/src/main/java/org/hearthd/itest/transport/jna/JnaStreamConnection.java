package org.hearthd.itest.transport.jna;

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

final class JnaStreamConnection implements StreamConnection {
    private static final int KERNEL_LIMIT = 253;

    private final Guard guard;
    private final Inbound in;
    private final Outbound out;

    JnaStreamConnection(Fd fd) throws IOException {
        guard = Guard.ofSocket(fd);
        in = new Inbound(guard);
        out = new Outbound(guard);
    }

    @Override
    public InputStream input() {
        return new InputStream() {
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
                try (Packet packet = new Packet(Math.min(length, 64 * 1024), KERNEL_LIMIT)) {
                    int received = in.receive(packet, false);
                    packet.data().get(target, offset, Math.max(0, received));
                    return received;
                }
            }
        };
    }

    @Override
    public OutputStream output() {
        return new OutputStream() {
            @Override
            public void write(int value) throws IOException {
                write(new byte[] {(byte) value}, 0, 1);
            }

            @Override
            public void write(byte[] source, int offset, int length) throws IOException {
                send(ByteBuffer.wrap(source, offset, length));
            }
        };
    }

    @Override
    public int receive(Packet packet) throws IOException {
        return in.receive(packet, false);
    }

    @Override
    public void send(ByteBuffer data, Fd... fds) throws IOException {
        if (data.hasRemaining()) {
            out.sendBytes(data, fds);
        } else if (fds.length > 0) {
            throw new IllegalArgumentException("descriptors travel with at least one byte");
        }
    }

    @Override
    public void shutdownOutput() throws IOException {
        guard.enterOrFail();
        try {
            Libc.check(Libc.shutdown(guard.number(), Libc.SHUT_WR));
        } finally {
            guard.leave();
        }
    }

    @Override
    public Optional<PeerCredentials> peer() {
        return guard.peer();
    }

    @Override
    public Fd release() throws IOException {
        return guard.release();
    }

    @Override
    public void close() {
        guard.close();
    }
}
