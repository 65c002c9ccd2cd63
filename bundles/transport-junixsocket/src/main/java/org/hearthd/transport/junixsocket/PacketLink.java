package org.hearthd.transport.junixsocket;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.hearthd.Fd;
import org.hearthd.transport.ExhaustedTransportException;
import org.hearthd.transport.Packet;
import org.hearthd.transport.PacketConnection;
import org.hearthd.transport.PeerCredentials;
import org.hearthd.transport.TransportException;
import org.newsclub.net.unix.ConnectionResetSocketException;
import org.newsclub.net.unix.Fds;
import org.newsclub.net.unix.Receiver;

/** A SEQPACKET connection. */
final class PacketLink implements PacketConnection {
    private final Link link;
    private final boolean nonBlocking;
    private final Receiver in;
    private final Outbox out;
    /**
     * Used while another thread sends with the first one; the same one where a single sender is enough. Sending wakes the receiver, who
     * may get the processor of the sender: whoever wanted the same lock would wait for both.
     */
    private final Outbox other;

    /** How many threads can be sending at a time, for a descriptor each: hardly anybody sends on what was accepted. */
    enum Senders {
        ONE, TWO
    }

    /**
     * Takes {@code fd} over; closes it on failure.
     *
     * @param nonBlocking whether it is, and nobody else can change that
     */
    PacketLink(Fd fd, boolean nonBlocking, Senders senders) throws IOException {
        this.nonBlocking = nonBlocking;
        link = Link.toSocket(fd);
        in = link.port(Receiver::new);
        out = new Outbox(link, nonBlocking);
        other = senders == Senders.TWO ? new Outbox(link, nonBlocking) : out;
    }

    /** A connection that was made here: nobody shares its description, so that it can be made non-blocking. */
    static PacketLink ofOwn(Fd fd, Senders senders) throws IOException {
        try {
            Fds.nonBlocking(fd.number(), true);
        } catch (IOException e) {
            fd.close();
            throw e;
        }
        return new PacketLink(fd, true, senders);
    }

    @Override
    public int receive(Packet packet) throws IOException {
        packet.clear();
        if (!link.enter()) {
            return Receiver.END;
        }
        try {
            // under load there is a next message: asking first would be one call too many
            int length = nonBlocking && link.ready(in, true) ? receiveOnce(packet) : Receiver.AGAIN;
            while (length == Receiver.AGAIN) {
                packet.release();
                length = link.await(in) ? receiveOnce(packet) : Receiver.END;
            }
            return length > 0 ? length : Receiver.END;
        } finally {
            link.leave();
        }
    }

    private int receiveOnce(Packet packet) throws IOException {
        int length;
        try {
            length = in.receive(packet.data(), packet.data().capacity());
        } catch (ConnectionResetSocketException e) {
            // the peer closed without reading all; what it had sent before is still in the queue
            return Receiver.AGAIN;
        }
        int[] numbers = in.numbers();
        packet.data().limit(Math.max(0, length));
        if (length == Receiver.TRUNCATED) {
            Inbox.close(numbers);
            throw new ExhaustedTransportException(
                    "the control data of a message was truncated, probably for want of free descriptors");
        }
        Inbox.deliver(numbers, packet);
        if (length > packet.capacity()) {
            packet.data().limit(0);
            throw new TransportException("a message of more than " + packet.capacity() + " bytes");
        }
        if (length <= 0 && numbers.length > 0) {
            // the end brings none
            throw new TransportException("a message without bytes");
        }
        return length;
    }

    @Override
    public void send(ByteBuffer data, Fd... fds) throws IOException {
        out.sendMessage(data, fds);
    }

    @Override
    public boolean trySend(ByteBuffer data, Fd... fds) throws IOException {
        if (!out.tryLock()) {
            return other.trySend(data, fds);
        }
        try {
            return out.trySend(data, fds);
        } finally {
            out.unlock();
        }
    }

    @Override
    public boolean awaitWritable(long timeoutMs) throws IOException {
        return link.awaitWritable(timeoutMs);
    }

    @Override
    public void shutdownInput() throws IOException {
        if (!link.enter()) {
            throw link.closed();
        }
        try {
            Fds.shutdownInput(link.number());
        } finally {
            link.leave();
        }
    }

    @Override
    public Optional<PeerCredentials> peer() {
        return link.peer();
    }

    @Override
    public void close() {
        link.close();
    }

    @Override
    public String toString() {
        return link.toString();
    }
}
