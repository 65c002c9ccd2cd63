package org.newsclub.net.unix;

import java.io.IOException;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.util.Arrays;

/**
 * Receives bytes with descriptors. junixsocket loses those that came in control data it finds truncated (the process ran out of
 * descriptors half-way). So the numbers are read from the control data itself.
 */
public final class Receiver extends Port {
    /** What {@link #receive} returns when nothing could be received at the moment. */
    public static final int AGAIN = 0;
    /** What {@link #receive} returns at the end, and for a message without bytes. */
    public static final int END = -1;
    /** What {@link #receive} returns when the control data was truncated: the bytes are lost, {@link #numbers} has what came. */
    public static final int TRUNCATED = -2;

    private static final int[] NONE = {};
    /** The kernel's limit of 253 descriptors takes 1,032 bytes; the rest is for what other holders of the socket switched on. */
    private static final int CONTROL = 2048;
    private static final byte[] ZEROES = new byte[CONTROL];
    private static final int HEADER = 16;
    private static final int SOL_SOCKET = 1;
    private static final int SCM_RIGHTS = 1;
    private final AncillaryDataSupport ancillary = new AncillaryDataSupport(CONTROL);
    private final ByteBuffer control = ancillary.ancillaryReceiveBuffer;

    /** Receives on a duplicate of {@code original}. */
    public Receiver(int original, int wake) throws IOException {
        super(original, SelectionKey.OP_READ, wake);
    }

    /**
     * Receives once, to the beginning of a direct buffer; take the {@link #numbers} afterwards, whatever the result is.
     *
     * @return the number of bytes, {@link #AGAIN}, {@link #END} or {@link #TRUNCATED}
     */
    public int receive(ByteBuffer room, int length) throws IOException {
        try {
            return NativeUnixSocket.receive(fd, room, 0, length, null, 0, ancillary, 0);
        } catch (SocketException e) {
            if (fd.valid() && e.getClass() == SocketException.class) {
                return TRUNCATED;
            }
            throw e;
        }
    }

    /** Receives bytes only; the kernel drops descriptors that come with them. Returns as {@link #receive} does. */
    public int read(ByteBuffer room, int length) throws IOException {
        return NativeUnixSocket.receive(fd, room, 0, length, null, 0, null, 0);
    }

    /** The numbers that the last receive brought, which the caller owns. */
    public int[] numbers() {
        if (control.getLong(0) == 0) {
            return NONE;
        }
        int[] numbers = NONE;
        int at = 0;
        while (at + HEADER <= CONTROL && control.getLong(at) >= HEADER) {
            int length = (int) control.getLong(at);
            if (control.getInt(at + 8) == SOL_SOCKET && control.getInt(at + 12) == SCM_RIGHTS) {
                int before = numbers.length;
                numbers = Arrays.copyOf(numbers, before + (length - HEADER) / Integer.BYTES);
                for (int i = before; i < numbers.length; i++) {
                    numbers[i] = control.getInt(at + HEADER + (i - before) * Integer.BYTES);
                }
            }
            at += (length + 7) & ~7;
        }
        control.put(0, ZEROES, 0, Math.min(at, CONTROL));
        return numbers;
    }
}
