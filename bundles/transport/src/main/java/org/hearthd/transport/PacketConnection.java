package org.hearthd.transport;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.hearthd.Fd;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A connected SEQPACKET socket. One thread receives; any number of threads send, and their descriptors never mix. The messages of one
 * thread arrive in their order; who waits for room has no place before those who only try.
 */
@ProviderType
public interface PacketConnection extends Closeable {
    /**
     * Waits for one message. Received descriptors are close-on-exec.
     *
     * @param packet cleared first; owns the received descriptors, also those of a message that is refused, so that its sender can be
     *        answered
     * @return the length of the message, or -1 at the end (the peer closed, or this connection was closed meanwhile). A message
     *         without bytes and descriptors can not be told from the end
     * @throws ExhaustedTransportException if there was no descriptor left for what came with this one message, all of which was closed;
     *         receive again
     * @throws TransportException if this one message was too long, had descriptors but no bytes, or brought too many of them, which
     *         were closed; receive again
     * @throws IOException if the connection is broken
     */
    int receive(Packet packet) throws IOException;

    /**
     * Sends one message with its descriptors, waiting while the peer's queue is full.
     *
     * @param data what remains of it is sent; its position is not changed
     * @param fds stay the caller's, who closes them after success and after failure
     * @throws ExhaustedTransportException if the kernel has no room for the descriptors now; the connection is still usable
     * @throws TransportException if this one message can not be sent (too long, too many descriptors); the connection is still usable
     * @throws IOException if the connection is broken or closed; nothing was sent
     */
    void send(ByteBuffer data, Fd... fds) throws IOException;

    /**
     * Sends one message with its descriptors unless the peer's queue is full; does not wait.
     *
     * @param data what remains of it is sent, at least one byte; its position is not changed
     * @param fds stay the caller's, who closes them after success and after failure
     * @return false if nothing was sent because the queue is full
     * @throws ExhaustedTransportException as for {@link #send}
     * @throws TransportException as for {@link #send}
     * @throws IOException as for {@link #send}
     */
    boolean trySend(ByteBuffer data, Fd... fds) throws IOException;

    /**
     * Waits, while others may go on sending, until {@link #trySend} is worth another attempt: there is room, or the connection is
     * broken.
     *
     * @return false if so many milliseconds have passed or this connection was closed
     */
    boolean awaitWritable(long timeoutMs) throws IOException;

    /**
     * Takes no more messages: from now on the peer's sends fail. What is queued can still be received, then {@link #receive} returns
     * -1. Holds for everybody who shares the socket.
     */
    void shutdownInput() throws IOException;

    /** Who is at the other end; empty where the kernel does not say. */
    Optional<PeerCredentials> peer();

    /** Closes this end and wakes whoever waits on it. Does not shut down what others share. */
    @Override
    void close();
}
