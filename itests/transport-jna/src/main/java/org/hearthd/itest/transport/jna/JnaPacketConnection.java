package org.hearthd.itest.transport.jna;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.hearthd.Fd;
import org.hearthd.transport.Packet;
import org.hearthd.transport.PacketConnection;
import org.hearthd.transport.PeerCredentials;

final class JnaPacketConnection implements PacketConnection {
    private final Guard guard;
    private final Inbound in;
    private final Outbound out;

    JnaPacketConnection(Fd fd) throws IOException {
        guard = Guard.ofSocket(fd);
        in = new Inbound(guard);
        out = new Outbound(guard);
    }

    @Override
    public int receive(Packet packet) throws IOException {
        return in.receive(packet, true);
    }

    @Override
    public void send(ByteBuffer data, Fd... fds) throws IOException {
        out.sendMessage(data, fds);
    }

    @Override
    public boolean trySend(ByteBuffer data, Fd... fds) throws IOException {
        return out.trySend(data, fds);
    }

    @Override
    public boolean awaitWritable(long timeoutMs) throws IOException {
        return guard.enter() && awaitInside(timeoutMs);
    }

    private boolean awaitInside(long timeoutMs) throws IOException {
        try {
            return guard.await(Libc.POLLOUT, (int) Math.min(Integer.MAX_VALUE, timeoutMs));
        } finally {
            guard.leave();
        }
    }

    @Override
    public void shutdownInput() throws IOException {
        guard.enterOrFail();
        try {
            Libc.check(Libc.shutdown(guard.number(), Libc.SHUT_RD));
        } finally {
            guard.leave();
        }
    }

    @Override
    public Optional<PeerCredentials> peer() {
        return guard.peer();
    }

    @Override
    public void close() {
        guard.close();
    }
}
