package org.hearthd.itest.transport.jna;

import com.sun.jna.Native;
import java.io.IOException;
import org.hearthd.transport.ExhaustedTransportException;
import org.hearthd.transport.Packet;
import org.hearthd.transport.TransportException;

/** The receiving side of a connection. One thread receives. */
final class Inbound {
    private final Guard guard;
    private final Message message = new Message();

    Inbound(Guard guard) {
        this.guard = guard;
    }

    /** Receives one message or what a stream has; -1 at the end. */
    int receive(Packet packet, boolean boundaries) throws IOException {
        packet.clear();
        packet.data().limit(0);
        if (!guard.enter()) {
            return -1;
        }
        try {
            int length = receiveWaiting(packet, boundaries);
            if (length < 0) {
                return -1;
            }
            packet.data().limit(length);
            deliver(packet, boundaries && length == 0);
            return length == 0 ? -1 : length;
        } catch (TransportException e) {
            throw e;
        } catch (IOException e) {
            throw new IOException("cannot receive from " + guard + ": " + e.getMessage(), e);
        } finally {
            guard.leave();
        }
    }

    private int receiveWaiting(Packet packet, boolean boundaries) throws IOException {
        while (!guard.isClosed()) {
            long received = Libc.recvmsg(guard.number(), message.incoming(packet.data(), packet.capacity()),
                    Libc.MSG_DONTWAIT | Libc.MSG_CMSG_CLOEXEC);
            if (received >= 0) {
                return (int) received;
            }
            int errno = Native.getLastError();
            if (errno == Libc.EAGAIN) {
                guard.await(Libc.POLLIN, -1);
            } else if (!guard.isClosed() && errno != Libc.EINTR && !(errno == Libc.ECONNRESET && boundaries)) {
                throw Libc.failure(errno);
            }
        }
        return -1;
    }

    private void deliver(Packet packet, boolean empty) throws TransportException {
        int[] numbers = message.numbers();
        for (int number : numbers) {
            packet.fds().add(new NumberFd(number));
        }
        if (message.has(Libc.MSG_CTRUNC)) {
            packet.clear();
            packet.data().limit(0);
            throw new ExhaustedTransportException("a message with truncated control data, from " + guard);
        }
        if (numbers.length > packet.maxFds()) {
            packet.clear();
            throw refused(packet, "a message with " + numbers.length + " descriptors where " + packet.maxFds() + " may come");
        }
        if (message.has(Libc.MSG_TRUNC)) {
            throw refused(packet, "a message of more than " + packet.capacity() + " bytes");
        }
        if (empty && numbers.length > 0) {
            throw refused(packet, "a message without bytes");
        }
    }

    private TransportException refused(Packet packet, String why) {
        packet.data().limit(0);
        return new TransportException(why + ", from " + guard);
    }
}
