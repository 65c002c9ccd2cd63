package org.newsclub.net.unix;

import java.io.IOException;
import java.net.SocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;

/** Sends bytes with descriptors. */
public final class Sender extends Port {
    /** What the kernel keeps of the send buffer for itself. */
    private static final int OVERHEAD = 32;

    private final AncillaryDataSupport ancillary = new AncillaryDataSupport(0);

    /** Sends on a duplicate of {@code original}. */
    public Sender(int original, int wake) throws IOException {
        super(original, SelectionKey.OP_WRITE, wake);
    }

    /**
     * Sends once.
     *
     * @param data a direct buffer
     * @return the number of bytes sent, 0 if nothing could be sent at the moment
     */
    public int send(ByteBuffer data, int offset, int length, int[] numbers) throws IOException {
        if (numbers.length == 0) {
            return NativeUnixSocket.send(fd, data, offset, length, null, 0, 0, null);
        }
        ancillary.pendingFileDescriptors = numbers;
        return NativeUnixSocket.send(fd, data, offset, length, null, 0, 0, ancillary);
    }

    /** Whether the kernel would have taken a message of that length: it has one reason less to refuse it. */
    public boolean fits(int length) throws IOException {
        return length <= NativeUnixSocket.getSocketOptionInt(fd, SocketOptions.SO_SNDBUF) - OVERHEAD;
    }

    /** Writes once to a descriptor of any kind; returns as {@link #send} does. */
    public int write(byte[] data, int offset, int length) throws IOException {
        return NativeUnixSocket.write(fd, data, offset, length, NativeUnixSocket.OPT_NON_SOCKET, null);
    }
}
